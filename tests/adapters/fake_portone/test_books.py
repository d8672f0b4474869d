"""What the fake's books hold to: attempts, one success per paymentId, the seven states, pre-registration."""

from collections.abc import Callable
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


def test_the_pre_registered_amount_is_enforced(portone: FakePortOne, client: httpx.Client) -> None:
    client.post("/payments/p1/pre-register", json={"totalAmount": 11_000, "currency": "KRW"})

    with pytest.raises(Refused, match="AmountNotEqualToPredefined"):
        portone.buyer.pay("p1", Checkout(amount=100))

    assert portone.books()["p1"].state is None


def test_a_tampered_payment_goes_through_as_it_was_altered(
    portone: FakePortOne, client: httpx.Client
) -> None:
    client.post("/payments/p1/pre-register", json={"totalAmount": 11_000, "currency": "KRW"})

    portone.buyer.pay("p1", Checkout(amount=100, currency="USD", store_id="store-other", tampered=True))

    book = portone.books()["p1"]
    assert (book.total, book.currency, book.store_id) == (100, "USD", "store-other")


def test_a_window_takes_the_pre_registered_amount(portone: FakePortOne, client: httpx.Client) -> None:
    client.post("/payments/p1/pre-register", json={"totalAmount": 990, "currency": "USD"})

    portone.buyer.pay("p1")

    assert (portone.books()["p1"].total, portone.books()["p1"].currency) == (990, "USD")


def test_a_paid_payment_is_not_pre_registered_again(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)

    answer = client.post("/payments/p1/pre-register", json={"totalAmount": 11_000})

    assert (answer.status_code, answer.json()["type"]) == (409, "ALREADY_PAID")


@pytest.mark.parametrize(("overwrites", "total"), [(True, 2), (False, 1)])
def test_a_second_pre_registration_follows_its_switch(
    clock: MovableClock, client_of: ClientOf, *, overwrites: bool, total: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(second_pre_register_overwrites=overwrites))
    client = client_of(fake)
    client.post("/payments/p1/pre-register", json={"totalAmount": 1})

    client.post("/payments/p1/pre-register", json={"totalAmount": 2})

    assert fake.books()["p1"].pre_registered_total == total


@pytest.mark.parametrize(("visible", "state"), [(True, "READY"), (False, None)])
def test_a_pre_registered_payment_is_seen_by_its_switch(
    clock: MovableClock, client_of: ClientOf, *, visible: bool, state: str | None
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(pre_registered_is_visible=visible))

    client_of(fake).post("/payments/p1/pre-register", json={"totalAmount": 1})

    assert fake.books()["p1"].state == state
    assert fake.books()["p1"].transaction_ids == ()


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


def test_what_the_browser_sends_becomes_the_payment(portone: FakePortOne, client: httpx.Client) -> None:
    parameters = {
        "storeId": "store-00000000-0000-4000-8000-000000000001",
        "channelKey": "channel-key-example-test",
        "paymentId": "p1",
        "orderName": "Mug",
        "totalAmount": 11_000,
        "currency": "CURRENCY_KRW",
        "payMethod": "EASY_PAY",
        "customer": {"customerId": "u1", "fullName": "홍길동"},
        "customData": {"orderId": "o1"},
    }

    portone.buyer.pay("p1", Checkout.from_browser(parameters))

    answer = shown(client).json()
    assert answer["customData"] == '{"orderId":"o1"}'
    assert answer["customer"] == {"id": "u1", "name": "홍길동"}
    assert (answer["channel"]["type"], answer["currency"]) == ("TEST", "KRW")
    assert answer["method"]["type"] == "PaymentMethodEasyPay"


def test_a_method_the_fake_has_no_example_of_is_refused(portone: FakePortOne) -> None:
    with pytest.raises(Refused, match="RequestParseFailed"):
        portone.buyer.pay("p1", replace(ORDER, method="BARTER"))

    assert portone.books() == {}


def test_of_many_racing_buyers_one_succeeds(portone: FakePortOne) -> None:
    windows = [portone.buyer.open_window("p1", ORDER) for _ in range(16)]

    def pay(_: str) -> bool:
        try:
            portone.buyer.pay("p1", ORDER)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        succeeded = list(pool.map(pay, windows))

    assert succeeded.count(True) == 1
    assert portone.books()["p1"].times_paid == 1


@pytest.mark.parametrize(("shrinks", "paid"), [(True, 10_000), (False, 11_000)])
def test_what_stays_paid_after_a_refund_is_a_switch(clock: MovableClock, *, shrinks: bool, paid: int) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(paid_shrinks_after_cancel=shrinks))
    fake.buyer.pay("p1", ORDER)

    fake.console.cancel("p1", 1_000)

    assert fake.books()["p1"].paid == paid
