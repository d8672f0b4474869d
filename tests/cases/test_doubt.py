"""A reading that can neither be believed nor refuted settles nothing: all that hangs on it waits together."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import USER, prepare
from portone_local.actors.subscribers import CHARGE, key_saved, order_in_parts, plan_stored, subscribe
from portone_local.actors.subscribers import schedule as schedule_parts
from portone_local.stack.passing import let_pass
from tests.support.billing_app import listed
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.edited import Change, having, where, without
from tests.support.subscriber_app import shown
from tests.support.unkind import UnkindStack

HOUR, DAY = 3600, 24 * 3600

DOUBTS: dict[str, Change] = {
    "unknown method": having(method={"type": "PaymentMethodNew", "strange": 1}),
    "unknown status": having(status="SETTLING"),
    "unknown kind of channel": having(channel__type="SANDBOX"),
    "a channel nobody named": having(channel__key="channel-key-of-smart-routing"),
    "no channel": without("channel"),
}
some = ("unknown method", "a channel nobody named")


def doubts(*names: str) -> pytest.MarkDecorator:
    """Each kind of doubt named, or every one."""
    chosen = names or tuple(DOUBTS)
    return pytest.mark.parametrize("doubt", [pytest.param(DOUBTS[name], id=name) for name in chosen])


def doubt_paid(stack: UnkindStack, doubt: Change) -> None:
    """Whatever is PAID is shown in a way that cannot be judged."""
    stack.wire.edited("get_payment", where("PAID", doubt))


def taken(stack: UnkindStack) -> int:
    """How many payments PortOne took money for."""
    return sum(book.times_paid for book in stack.portone.books().values())


def told_declined(stack: UnkindStack) -> list[str]:
    """What was published that calls a charge declined, failed or ended."""
    wrong = {"payment.failed", "payment.approval_released", "invoice.failed", "subscription.ended"}
    return [each for each in stack.events() if each in wrong | {"subscription.unpaid", "refund.failed"}]


def subscribed_in_doubt(stack: UnkindStack, doubt: Change) -> Any:
    key_saved(stack)
    plan_stored(stack)
    doubt_paid(stack, doubt)
    return subscribe(stack)


@doubts()
def test_a_first_charge_in_doubt_waits_and_is_not_reported_as_declined(
    stack: UnkindStack, doubt: Change
) -> None:
    answer = subscribed_in_doubt(stack, doubt)
    let_pass(stack, 2 * HOUR)

    assert answer.status == 202
    assert told_declined(stack) == []
    assert len(stack.attention("quarantined")) == 1
    assert stack.counted("PaymentQuarantined") > 0


@doubts("unknown status", *some)
def test_subscribing_again_while_the_first_charge_is_in_doubt_shows_that_one_and_charges_once(
    stack: UnkindStack, doubt: Change
) -> None:
    first = subscribed_in_doubt(stack, doubt).json()["subscriptionId"]

    again = [subscribe(stack), subscribe(stack, request="request-2")]
    let_pass(stack, HOUR)
    again.append(subscribe(stack, request="request-3"))

    assert [each.json().get("subscriptionId") for each in again] == [first] * 3
    assert (taken(stack), stack.asked(CHARGE)) == (1, 1)


@doubts("unknown status", *some)
def test_a_first_charge_is_settled_by_the_first_reading_that_can_be_judged(
    stack: UnkindStack, doubt: Change
) -> None:
    subscription_id = subscribed_in_doubt(stack, doubt).json().get("subscriptionId")
    let_pass(stack, 3 * HOUR)

    stack.wire.undisturbed()
    let_pass(stack, DAY + HOUR)

    assert subscription_id is not None
    assert shown(stack, subscription_id)["status"] == "ACTIVE"
    assert "payment.paid" in stack.events()
    assert (taken(stack), stack.attention("quarantined")) == (1, [])


@doubts(*some)
def test_a_renewal_in_doubt_is_neither_declined_nor_charged_again(stack: UnkindStack, doubt: Change) -> None:
    key_saved(stack)
    plan_stored(stack)
    subscription_id = subscribe(stack).json()["subscriptionId"]
    doubt_paid(stack, doubt)

    let_pass(stack, 32 * DAY)

    assert shown(stack, subscription_id)["status"] == "ACTIVE"
    assert (taken(stack), stack.asked(CHARGE)) == (2, 2)
    assert told_declined(stack) == []
    assert stack.attention("quarantined")


@doubts(*some)
def test_a_charge_of_an_order_in_doubt_is_answered_202_and_never_declined(
    stack: UnkindStack, doubt: Change
) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    doubt_paid(stack, doubt)

    answers = [charge(stack, payment_id).status]
    let_pass(stack, HOUR)
    answers += [charge(stack, payment_id).status, charge(stack, payment_id, "charge-2").status]

    assert (answers[0], answers[1]) == (202, 202)
    assert answers[2] in {202, 409}
    assert (taken(stack), stack.asked(CHARGE)) == (1, 1)
    assert told_declined(stack) == []
    assert stack.attention("quarantined") == [payment_id]


@doubts()
def test_a_manual_approval_in_doubt_is_answered_202_and_its_stock_is_not_released(
    stack: UnkindStack, doubt: Change
) -> None:
    prepared = prepare(stack)
    token = authenticate(stack, prepared)
    doubt_paid(stack, doubt)

    answers = [confirm(stack, prepared, token).status]
    let_pass(stack, HOUR)
    shown_then = stack.app(USER).get(f"/payments/{prepared['paymentId']}").json()
    answers.append(confirm(stack, prepared, token).status)

    assert answers == [202, 202]
    assert shown_then["approval"]["state"] == "UNKNOWN"
    assert stack.attention("quarantined") == [prepared["paymentId"]]


@doubts(*some)
def test_a_part_in_doubt_delays_the_parts_after_it(stack: UnkindStack, doubt: Change) -> None:
    key_saved(stack)
    order_in_parts(stack, "order-1", [{"amount": 5_000}, {"amount": 4_000}])
    doubt_paid(stack, doubt)

    answer = schedule_parts(stack, "order-1")
    let_pass(stack, DAY)

    assert answer.status == 202
    assert (taken(stack), told_declined(stack)) == (1, [])


@pytest.mark.parametrize("give_up", ["cancel", "delete"])
def test_after_a_day_of_doubt_a_cancellation_goes_through_and_the_charge_is_judged_later(
    stack: UnkindStack, give_up: str
) -> None:
    key_id = key_saved(stack)
    plan_stored(stack)
    doubt_paid(stack, DOUBTS["unknown method"])
    subscription_id = subscribe(stack).json().get("subscriptionId")
    app = stack.app(USER)
    ways: dict[str, Callable[[], Any]] = {
        "cancel": lambda: app.post(f"/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False}),
        "delete": lambda: app.delete(f"/billing-keys/{key_id}"),
    }

    at_once = ways[give_up]().status
    let_pass(stack, DAY + 2 * HOUR)
    left = {
        "cancel": shown(stack, str(subscription_id)).get("status") == "ENDED",
        "delete": listed(stack) == [],
    }
    stack.wire.undisturbed()
    let_pass(stack, 2 * DAY)

    assert (at_once, left[give_up]) == (202, True)
    assert (taken(stack), stack.asked(CHARGE)) == (1, 1)
    assert "payment.paid" in stack.events()
