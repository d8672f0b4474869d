"""What the fake's books hold to: attempts, one success per paymentId, the seven states, pre-registration."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from portone_local.clock import MovableClock
from portone_local.portone import (
    CancellationStatus,
    Channel,
    Checkout,
    Decline,
    FakePortOne,
    Refused,
    Unknowns,
)

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=11_000)


def shown(client: httpx.Client, payment_id: str = "p1") -> httpx.Response:
    return client.get(f"/payments/{payment_id}")


def test_a_payment_id_succeeds_once(portone: FakePortOne) -> None:
    portone.buyer.pay("p1", ORDER)

    with pytest.raises(Refused, match="PaymentAlreadyPaid"):
        portone.buyer.pay("p1", ORDER)

    assert portone.books()["p1"].times_paid == 1


@pytest.mark.parametrize("step", ["open_window", "pay_pending", "decline"])
def test_nothing_new_begins_on_a_paid_payment(portone: FakePortOne, step: str) -> None:
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


def test_a_decline_may_leave_nothing_to_read(portone: FakePortOne, client: httpx.Client) -> None:
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


def test_a_late_approval_does_not_pay_a_second_time(portone: FakePortOne, clock: MovableClock) -> None:
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


def test_refunds_add_up_to_cancelled(portone: FakePortOne) -> None:
    portone.buyer.pay("p1", ORDER)

    portone.console.cancel("p1", 4_000)
    partly = portone.books()["p1"]
    portone.console.cancel("p1")

    assert (partly.state, partly.cancelled) == ("PARTIAL_CANCELLED", 4_000)
    assert (portone.books()["p1"].state, portone.books()["p1"].cancelled) == ("CANCELLED", 11_000)


def test_no_more_is_refunded_than_was_paid(portone: FakePortOne) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.cancel("p1", 4_000)

    with pytest.raises(Refused, match="CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"):
        portone.console.cancel("p1", 7_001)

    assert portone.books()["p1"].cancelled == 4_000


@pytest.mark.parametrize(("succeeded", "state"), [(True, "CANCELLED"), (False, "PAID")])
def test_a_requested_refund_counts_once_it_succeeded(
    portone: FakePortOne, *, succeeded: bool, state: str
) -> None:
    portone.buyer.pay("p1", ORDER)
    asked = portone.console.cancel("p1", status=CancellationStatus.REQUESTED)
    before = portone.books()["p1"].state

    portone.console.settle_cancellation("p1", asked, succeeded=succeeded)

    assert (before, portone.books()["p1"].state) == ("PAID", state)


@pytest.mark.parametrize(("shows_ready", "state"), [(True, "READY"), (False, "FAILED")])
def test_a_new_window_over_a_failed_one_follows_its_switch(
    clock: MovableClock, *, shows_ready: bool, state: str
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(reopened_window_shows_ready=shows_ready))
    fake.buyer.decline("p1", ORDER)

    fake.buyer.open_window("p1", ORDER)

    assert fake.books()["p1"].state == state


def test_a_channel_or_its_key_may_be_missing(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", replace(ORDER, channel=None))
    portone.buyer.pay("p2", replace(ORDER, channel=Channel(key=None)))

    assert "channel" not in shown(client, "p1").json()
    assert "key" not in shown(client, "p2").json()["channel"]


def test_statuses_and_methods_not_yet_invented_are_shown(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", replace(ORDER, method={"type": "PaymentMethodBarter"}))

    portone.console.show_status("p1", "ON_HOLD")

    answer = shown(client).json()
    assert (answer["status"], answer["method"]["type"]) == ("ON_HOLD", "PaymentMethodBarter")


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that interrupt each other all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_of_many_racing_buyers_one_succeeds(portone: FakePortOne) -> None:
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


@pytest.mark.parametrize(("shrinks", "paid"), [(True, 10_000), (False, 11_000)])
def test_what_stays_paid_after_a_refund_is_a_switch(clock: MovableClock, *, shrinks: bool, paid: int) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(paid_shrinks_after_cancel=shrinks))
    fake.buyer.pay("p1", ORDER)

    fake.console.cancel("p1", 1_000)

    assert fake.books()["p1"].paid == paid
