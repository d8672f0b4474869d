"""How a cancel ends: at once, later, not at all, and with which webhook."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from portone_local.portone import CancellationStatus, Checkout, FakePortOne, Refused, Unknowns
from portone_local.twins.clock import MovableClock
from tests.support.asking import REFUND_ACCOUNT, cancel

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=11_000)

EASY_PAY = replace(ORDER, method="EASY_PAY")


def status_of(answer: httpx.Response) -> str:
    return str(answer.json()["cancellation"]["status"])


def events(fake: FakePortOne) -> list[str]:
    return [delivery.type.removeprefix("Transaction.") for delivery in fake.pending()][2:]


def test_a_cancel_sends_its_webhook(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)

    part, rest = cancel(client, amount=1_000), cancel(client)

    ids = [answer.json()["cancellation"]["id"] for answer in (part, rest)]
    assert events(portone) == ["PartialCancelled", "Cancelled"]
    assert [ids[n].encode() in portone.pending()[2 + n].body for n in (0, 1)] == [True, True]


def test_a_webhook_is_skipped_on_request(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)

    cancel(client, skipWebhook=True)

    assert events(portone) == []


@pytest.mark.parametrize(("succeeded", "state"), [(True, "CANCELLED"), (False, "PAID")])
def test_an_asynchronous_cancel_is_settled_later(
    portone: FakePortOne, client: httpx.Client, *, succeeded: bool, state: str
) -> None:
    portone.pg.asynchronous = frozenset({"PaymentMethodEasyPay"})
    portone.buyer.pay("p1", EASY_PAY)
    asked = cancel(client)
    before = portone.books()["p1"]

    portone.console.settle_cancellation("p1", asked.json()["cancellation"]["id"], succeeded=succeeded)

    assert (status_of(asked), before.state, before.refunds_in_flight) == ("REQUESTED", "PAID", 11_000)
    assert portone.books()["p1"].state == state
    assert events(portone) == ["CancelPending"] + ["Cancelled"] * succeeded


def test_an_asynchronous_cancel_may_settle_by_itself(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.pg.asynchronous, portone.pg.settles_after = frozenset({"PaymentMethodEasyPay"}), 600
    portone.buyer.pay("p1", EASY_PAY)
    cancel(client)
    clock.advance(599)
    before = portone.books()["p1"].state

    clock.advance(1)

    assert (before, portone.books()["p1"].state) == ("PAID", "CANCELLED")


def test_a_manually_settled_cancel_does_not_settle_again(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.pg.asynchronous, portone.pg.settles_after = frozenset({"PaymentMethodEasyPay"}), 600
    portone.buyer.pay("p1", EASY_PAY)
    asked = cancel(client).json()["cancellation"]["id"]
    portone.console.settle_cancellation("p1", asked, succeeded=False)

    clock.advance(600)

    assert portone.books()["p1"].state == "PAID"


@pytest.mark.parametrize(("sends", "after"), [(True, ["CancelFailed"]), (False, [])])
def test_the_webhook_of_a_failed_asynchronous_cancel_is_a_switch(
    clock: MovableClock, *, sends: bool, after: list[str]
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(failed_cancel_sends_a_webhook=sends))
    fake.buyer.pay("p1", ORDER)
    asked = fake.console.cancel("p1", status=CancellationStatus.REQUESTED)

    fake.console.settle_cancellation("p1", asked, succeeded=False)

    assert events(fake) == ["CancelPending", *after]


@pytest.mark.parametrize(("holds", "second"), [(True, 409), (False, 200)])
def test_whether_a_requested_cancel_holds_the_balance_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, holds: bool, second: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(requested_cancel_holds_the_balance=holds))
    fake.buyer.pay("p1", ORDER)
    asked = fake.console.cancel("p1", 6_000, status=CancellationStatus.REQUESTED)

    answer = cancel(client_of(fake), amount=6_000)
    fake.console.settle_cancellation("p1", asked)

    assert answer.status_code == second
    assert fake.books()["p1"].cancelled == 6_000


@pytest.mark.parametrize(("later", "statuses"), [(True, ["PENDING", "FAILED"]), (False, ["COMPLETED"] * 2)])
def test_when_an_account_refund_is_done_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, later: bool, statuses: list[str]
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(account_refund_is_asynchronous=later))
    client = client_of(fake)
    fake.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    fake.buyer.deposit("p1")

    asked = cancel(client, refundAccount=REFUND_ACCOUNT).json()["cancellation"]["id"]
    seen = [client.get("/payments/p1").json()["method"]["refundStatus"]]
    if later:
        fake.console.settle_cancellation("p1", asked, succeeded=False)

    assert [*seen, client.get("/payments/p1").json()["method"]["refundStatus"]] == statuses


def test_a_partly_failed_account_refund_differs_from_a_failed_one(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    portone.buyer.deposit("p1")
    portone.console.end_next_cancel(CancellationStatus.FAILED)

    cancel(client, amount=1_000, refundAccount=REFUND_ACCOUNT)

    assert client.get("/payments/p1").json()["method"]["refundStatus"] == "PARTIAL_REFUND_FAILED"


def test_a_chargeback_returns_the_money_and_leaves_a_dispute(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.pay("p1", ORDER)

    portone.console.chargeback("p1", 1_000)

    payment = client.get("/payments/p1").json()
    assert (payment["status"], payment["cancellations"][0]["trigger"]) == ("PARTIAL_CANCELLED", "CHARGEBACK")
    assert events(portone) == ["PartialCancelled", "DisputeCreated"]


def test_an_unpaid_payment_has_no_chargeback(portone: FakePortOne) -> None:
    portone.buyer.open_window("p1", ORDER)

    with pytest.raises(Refused, match="PAYMENT_NOT_PAID"):
        portone.console.chargeback("p1")
