"""Nothing a user repeats grows an item without bound (I19): every command again and again, with fresh ids."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.testing.approving import authenticate, confirm
from portone_local.testing.billing_app import put_plan
from portone_local.testing.filling import Act, repeated
from portone_local.testing.receipts import cancel as cancel_receipt
from portone_local.testing.receipts import issue as issue_receipt
from portone_local.testing.receipts import paid as paid_by_transfer
from portone_local.testing.recurring import (
    cancel,
    change,
    key_chosen,
    key_deleted,
    key_saved,
    plan_stored,
    subscribe,
    subscribed,
    to_hour,
)
from portone_local.testing.refunding import paid, refund
from portone_local.testing.shopping import USER, ask_to_prepare, checkout, prepare, put_order, verify

OK, BAD_REQUEST = HTTPStatus.OK, HTTPStatus.BAD_REQUEST


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Template parameters in snake case."""
    return getattr(request, "param", {})


@pytest.fixture
def stack(settings: dict[str, Any]) -> Iterator[ObservedStack]:
    """The whole stack in memory, at noon."""
    with ObservedStack.in_memory(seed=1, **settings) as observed:
        to_hour(observed, 12)
        yield observed


def refunds(stack: ObservedStack) -> Act:
    """An owner wants one won back."""
    prepared = paid(stack)
    return lambda number: refund(stack, prepared, f"refund-{number}", amount=1)


def refused_refunds(stack: ObservedStack) -> Act:
    """An owner wants one won back, and the PG refuses."""
    prepared = paid(stack)

    def act(number: int) -> Response:
        stack.portone.console.refuse_next_cancel(leaves="FAILED")
        answer = refund(stack, prepared, f"refund-{number}", amount=1)
        stack.run_for(60)
        return answer

    return act


def refunds_by_staff(stack: ObservedStack) -> Act:
    """A careless member of staff gives back a won at a time."""
    path = f"/ops/payments/{paid(stack)['paymentId']}/cancel"
    return lambda n: stack.staff.post(path, {"refundId": f"refund-{n}", "amount": 1, "reason": "goodwill"})


def windows(stack: ObservedStack) -> Act:
    """A window to save a card, never gone through."""
    return lambda _: stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})


def dropped_windows(stack: ObservedStack) -> Act:
    """A window to save a card, deleted at once."""

    def act(_: int) -> Response:
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        if answer.status == OK:
            key_deleted(stack, answer.json()["billingKeyId"])
        return answer

    return act


def dropped_cards(stack: ObservedStack) -> Act:
    """A card saved and deleted."""

    def act(_: int) -> Response:
        return key_deleted(stack, key_saved(stack))

    return act


def chosen_cards(stack: ObservedStack) -> Act:
    """One card, then the other."""
    cards = [key_saved(stack), key_saved(stack, card="other")]
    return lambda number: key_chosen(stack, cards[number % 2])


def approvals(stack: ObservedStack) -> Act:
    """A payment authenticated anew and declined each time."""
    prepared = prepare(stack)

    def act(_: int) -> Response:
        token = authenticate(stack, prepared)
        stack.portone.console.refuse_next("confirm_payment", leaves="FAILED")
        answer = confirm(stack, prepared, token)
        stack.run_for(60)
        return answer

    return act


def invented_approvals(stack: ObservedStack) -> Act:
    """A token that PortOne never gave."""
    prepared = prepare(stack)
    return lambda number: confirm(stack, prepared, f"invented-{number}")


def charges(stack: ObservedStack) -> Act:
    """An order charged to a saved card that is declined each time."""
    key_saved(stack)
    prepared = prepare(stack)
    stack.portone.pg.decline(times=None)

    def act(number: int) -> Response:
        path = f"/payments/{prepared['paymentId']}/charge"
        answer = stack.app(USER).post(path, {"chargeId": f"charge-{number}"})
        stack.run_for(60)
        return answer

    return act


def prepares(stack: ObservedStack) -> Act:
    """The same order prepared under a fresh key each time."""
    put_order(stack)
    return lambda number: ask_to_prepare(stack, key=f"client-key-{number:06}")


def orders(stack: ObservedStack) -> Act:
    """The shop stores an order anew."""
    return lambda number: put_order(stack, name=f"모자 {number}")


def declines(stack: ObservedStack) -> Act:
    """A buyer tries and is declined, and the app asks."""
    prepared = prepare(stack)

    def act(_: int) -> Response:
        stack.portone.buyer.decline(prepared["paymentId"], checkout(prepared))
        stack.deliver()
        return verify(stack, prepared)

    return act


def webhooks(stack: ObservedStack) -> Act:
    """PortOne tells the same under a fresh id each time."""
    prepared = paid(stack)
    known = stack.portone.books()[prepared["paymentId"]].transaction_ids[-1]
    data = {"paymentId": prepared["paymentId"], "storeId": stack.portone.store_id, "transactionId": known}

    def act(_: int) -> None:
        stack.portone.webhooks.emit("Transaction.Paid", data)
        stack.deliver()

    return act


def promises(stack: ObservedStack) -> Act:
    """PortOne tells of cancellations that no reading ever shows."""
    prepared = paid(stack)
    data = {"paymentId": prepared["paymentId"], "storeId": stack.portone.store_id, "transactionId": "none"}

    def act(number: int) -> None:
        told = data | {"cancellationId": f"cancellation-{number}"}
        stack.portone.webhooks.emit("Transaction.PartialCancelled", told)
        stack.deliver()

    return act


def receipts(stack: ObservedStack) -> Act:
    """A receipt asked for and taken back."""
    prepared = paid_by_transfer(stack)

    def act(_: int) -> Response:
        answer = issue_receipt(stack, prepared)
        cancel_receipt(stack, prepared)
        stack.run_for(60)
        return answer

    return act


def subscriptions(stack: ObservedStack) -> Act:
    """Subscribed and cancelled."""
    key_saved(stack)
    plan_stored(stack)

    def act(number: int) -> Response:
        answer = subscribe(stack, request=f"request-{number:06}")
        if answer.status == OK:
            cancel(stack, str(answer.json()["subscriptionId"]))
        return answer

    return act


def plan_changes(stack: ObservedStack) -> Act:
    """To a dearer plan now, and back."""
    key_saved(stack)
    plan_stored(stack)
    put_plan(stack, "plan-2", amount=19_900)
    held = subscribed(stack)

    def act(number: int) -> Response:
        return change(stack, held, f"plan-{1 + number % 2}")

    return act


def later_changes(stack: ObservedStack) -> Act:
    """To another plan from the next period on, and back."""
    key_saved(stack)
    plan_stored(stack)
    put_plan(stack, "plan-2", amount=19_900)
    held = subscribed(stack)
    return lambda number: change(stack, held, f"plan-{1 + number % 2}", when="period_end")


def pauses(stack: ObservedStack) -> Act:
    """Paused and resumed."""
    held = subscribed(stack)
    path = f"/subscriptions/{held}"

    def act(_: int) -> Response:
        stack.app(USER).post(f"{path}/pause", {})
        return stack.app(USER).post(f"{path}/resume", {})

    return act


def consents(stack: ObservedStack) -> Act:
    """A word given for another amount each time."""
    held = subscribed(stack)
    return lambda number: stack.app(USER).post(f"/subscriptions/{held}/consent", {"amount": 9_900 + number})


def tied_cards(stack: ObservedStack) -> Act:
    """A subscription tied to one card, then to the other."""
    held = subscribed(stack)
    cards = [key_saved(stack, card="other"), key_saved(stack, card="third")]
    path = f"/subscriptions/{held}/billing-key"
    return lambda number: stack.app(USER).put(path, {"billingKeyId": cards[number % 2]})


def open_case(case: str, act: Any) -> Any:
    """What grows still, under the number of its case."""
    return pytest.param(act, marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason=case))


BOUNDED = [
    refunds,
    refused_refunds,
    refunds_by_staff,
    windows,
    dropped_windows,
    dropped_cards,
    chosen_cards,
    approvals,
    invented_approvals,
    charges,
    prepares,
    orders,
    declines,
    webhooks,
    promises,
    receipts,
    subscriptions,
    plan_changes,
    later_changes,
    pauses,
    consents,
    tied_cards,
]


@pytest.mark.parametrize("filling", BOUNDED)
def test_whatever_is_repeated_is_bounded(
    stack: ObservedStack,
    filling: Callable[[ObservedStack], Act],
    record_property: Callable[[str, object], None],
) -> None:
    filled = repeated(stack, filling(stack))
    record_property("largest", f"{filled.size:,} bytes after {filled.times} ({filled.name})")

    assert filled.bounded, f"{filled.name} has {filled.size:,} bytes after {filled.times} times"
    if filled.last is not None and filled.last.status >= BAD_REQUEST:
        assert set(filled.last.json()["error"]["message"]) == {"ko", "en"}


def test_an_owner_who_used_up_all_refunds_does_not_stop_staff(stack: ObservedStack) -> None:
    prepared = paid(stack)
    repeated(stack, lambda number: refund(stack, prepared, f"refund-{number}", amount=1))
    wanted = {"refundId": "staff-1", "amount": 1_000, "reason": "goodwill"}

    answer = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cancel", wanted)

    assert answer.status == OK
    assert answer.json()["state"] == "SUCCEEDED"


def test_a_refund_asked_for_again_after_hundreds_is_the_same_refund(stack: ObservedStack) -> None:
    prepared = paid(stack)
    repeated(stack, lambda number: refund(stack, prepared, f"refund-{number}", amount=1))
    before = stack.portone.books()[prepared["paymentId"]].cancelled

    again = refund(stack, prepared, "refund-1", amount=1)

    assert (again.status, again.json()["state"]) == (OK, "SUCCEEDED")
    assert stack.portone.books()[prepared["paymentId"]].cancelled == before
