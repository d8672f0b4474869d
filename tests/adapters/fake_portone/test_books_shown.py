"""What the fake's books show of refunds, of windows over one another, and of what is not invented yet."""

from dataclasses import replace

import httpx
import pytest

from portone_local.portone import CancellationStatus, Channel, Checkout, FakePortOne, Refused, Unknowns
from portone_local.twins.clock import MovableClock

ORDER = Checkout(amount=11_000)


def shown(client: httpx.Client, payment_id: str = "p1") -> httpx.Response:
    return client.get(f"/payments/{payment_id}")


def test_refunds_add_up_to_cancelled(portone: FakePortOne) -> None:
    portone.buyer.pay("p1", ORDER)

    portone.console.cancel("p1", 4_000)
    partly = portone.books()["p1"]
    portone.console.cancel("p1")

    assert (partly.state, partly.cancelled) == ("PARTIAL_CANCELLED", 4_000)
    assert (portone.books()["p1"].state, portone.books()["p1"].cancelled) == ("CANCELLED", 11_000)


def test_refunds_never_exceed_what_was_paid(portone: FakePortOne) -> None:
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


def test_a_channel_or_its_key_may_be_absent(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", replace(ORDER, channel=None))
    portone.buyer.pay("p2", replace(ORDER, channel=Channel(key=None)))

    assert "channel" not in shown(client, "p1").json()
    assert "key" not in shown(client, "p2").json()["channel"]


def test_unknown_statuses_and_methods_are_shown(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", replace(ORDER, method={"type": "PaymentMethodBarter"}))

    portone.console.show_status("p1", "ON_HOLD")

    answer = shown(client).json()
    assert (answer["status"], answer["method"]["type"]) == ("ON_HOLD", "PaymentMethodBarter")


@pytest.mark.parametrize(("shrinks", "paid"), [(True, 10_000), (False, 11_000)])
def test_whether_amount_paid_shrinks_is_a_switch(clock: MovableClock, *, shrinks: bool, paid: int) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(paid_shrinks_after_cancel=shrinks))
    fake.buyer.pay("p1", ORDER)

    fake.console.cancel("p1", 1_000)

    assert fake.books()["p1"].paid == paid
