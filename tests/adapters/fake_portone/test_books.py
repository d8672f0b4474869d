"""The rules of the fake's books: attempts, one success per paymentId, what buyers and windows do."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from portone_local.portone import Checkout, Decline, FakePortOne, Refused
from portone_local.twins.clock import MovableClock

ORDER = Checkout(amount=11_000)


def shown(client: httpx.Client, payment_id: str = "p1") -> httpx.Response:
    return client.get(f"/payments/{payment_id}")


def test_a_payment_id_succeeds_once(portone: FakePortOne) -> None:
    portone.buyer.pay("p1", ORDER)

    with pytest.raises(Refused, match="PaymentAlreadyPaid"):
        portone.buyer.pay("p1", ORDER)

    assert portone.books()["p1"].times_paid == 1


@pytest.mark.parametrize("step", ["open_window", "pay_pending", "decline"])
def test_no_attempt_starts_on_a_paid_payment(portone: FakePortOne, step: str) -> None:
    portone.buyer.pay("p1", ORDER)

    with pytest.raises(Refused, match="PaymentAlreadyPaid"):
        getattr(portone.buyer, step)("p1", ORDER)

    assert len(portone.books()["p1"].transaction_ids) == 1


def test_a_refunded_payment_id_is_not_paid_again(portone: FakePortOne) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.cancel("p1")

    with pytest.raises(Refused, match="PaymentAlreadyPaid"):
        portone.buyer.pay("p1", ORDER)

    assert portone.books()["p1"].state == "CANCELLED"


def test_every_attempt_has_its_own_transaction_id(portone: FakePortOne) -> None:
    declined = portone.buyer.decline("p1", ORDER)

    paid = portone.buyer.pay("p1", ORDER)

    assert portone.books()["p1"].transaction_ids == (declined, paid)
    assert declined != paid


def test_a_failed_payment_may_still_be_paid(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.decline("p1", ORDER)
    before = shown(client).json()["status"]

    portone.buyer.pay("p1", ORDER)

    assert (before, shown(client).json()["status"]) == ("FAILED", "PAID")


def test_a_decline_may_be_unreadable(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.decline("p1", ORDER, Decline(readable=False))

    answer = shown(client)

    assert (answer.status_code, answer.json()["type"]) == (404, "PAYMENT_NOT_FOUND")


def test_an_unreadable_decline_leaves_the_open_window_as_it_was(
    portone: FakePortOne, client: httpx.Client
) -> None:
    opened = portone.buyer.open_window("p1", ORDER)

    portone.buyer.decline("p1", ORDER, Decline(readable=False))

    assert shown(client).json()["transactionId"] == opened


def test_a_closed_window_stays_ready(portone: FakePortOne, client: httpx.Client, clock: MovableClock) -> None:
    portone.buyer.open_window("p1", ORDER)

    portone.buyer.close_window("p1")
    clock.advance(30 * 24 * 3600)

    assert shown(client).json()["status"] == "READY"


def test_a_failed_attempt_may_be_approved_minutes_later(portone: FakePortOne, clock: MovableClock) -> None:
    attempt = portone.buyer.fail_then_approve("p1", ORDER, after=600)
    clock.advance(599)
    before = portone.books()["p1"].state

    clock.advance(1)

    assert before == "FAILED"
    assert portone.books()["p1"].state == "PAID"
    assert portone.books()["p1"].transaction_ids == (attempt,)


def test_a_late_approval_pays_no_second_time(portone: FakePortOne, clock: MovableClock) -> None:
    portone.buyer.fail_then_approve("p1", ORDER, after=600)
    portone.buyer.pay("p1", ORDER)

    clock.advance(600)

    assert portone.books()["p1"].times_paid == 1


def test_a_pending_approval_is_refused_once_another_attempt_has_paid(portone: FakePortOne) -> None:
    portone.buyer.pay_pending("p1", ORDER)
    portone.buyer.pay("p1", ORDER)

    with pytest.raises(Refused, match="PaymentAlreadyPaid"):
        portone.buyer.approve("p1")

    assert portone.books()["p1"].times_paid == 1


def test_a_deposit_pays_an_issued_account_even_late(portone: FakePortOne, clock: MovableClock) -> None:
    portone.buyer.pay("p1", Checkout(amount=11_000, method="VIRTUAL_ACCOUNT"))
    issued = portone.books()["p1"].state
    clock.advance(10 * 24 * 3600)

    portone.buyer.deposit("p1")

    assert (issued, portone.books()["p1"].state) == ("VIRTUAL_ACCOUNT_ISSUED", "PAID")


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that interrupt each other all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_one_of_many_racing_buyers_succeeds(portone: FakePortOne) -> None:
    def pay(number: int) -> bool:
        try:
            portone.buyer.pay(f"p{number // 8}", ORDER)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        succeeded = list(pool.map(pay, range(400)))

    assert succeeded.count(True) == 50
    assert {book.times_paid for book in portone.books().values()} == {1}
