"""Nothing anybody can repeat makes a record grow without end: it leaves, or a bound answers with a 4xx."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.approver import authenticate, confirm
from portone_local.actors.shop import USER, prepare
from portone_local.actors.subscribers import (
    CHARGE,
    key_deleted,
    key_issued,
    key_saved,
    key_started,
    registered,
)
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import let_pass
from tests.support.billing_app import listed
from tests.support.charging import charge
from tests.support.charging import prepared as prepared_id
from tests.support.filling import Act
from tests.support.letters import event, send
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.repeated_methods import dropped_windows
from tests.support.repeated_payments import charges, refunds, refused_refunds
from tests.support.unkind import UnkindStack, refused

MINUTE, DAY = 60, 24 * 3600
ROUNDS = 110
LARGEST = 100 * 1024


def webhooks_not_borne_out(stack: UnkindStack) -> Act:
    """Events under new ids that no reading bears out."""
    prepared = prepare(stack)
    body = event("Transaction.Paid", prepared["paymentId"])
    return lambda number: send(stack, body, webhook_id=f"wh_{'x' * 100}_{number}")


def test_hints_that_no_reading_bears_out_are_dropped_with_time(stack: UnkindStack) -> None:
    again = webhooks_not_borne_out(stack)
    before = stack.largest()

    for number in range(ROUNDS):
        again(number)
    let_pass(stack, DAY / 4)

    assert stack.largest() - before < 8 * 1024


@pytest.mark.parametrize("repeated", [refunds, refused_refunds, dropped_windows, charges])
def test_every_command_an_owner_repeats_meets_a_bound(
    stack: UnkindStack, repeated: Callable[[ObservedStack], Act]
) -> None:
    again = repeated(stack)

    answers = [again(number) for number in range(130)]

    last = answers[-1]
    assert last is not None
    assert refused(last)
    assert {last.json()["error"]["code"]}.isdisjoint({"refund_failed", "charge_declined"})


@pytest.mark.parametrize("what", ["done", "refused"])
def test_the_bound_of_an_owner_does_not_bind_staff(stack: UnkindStack, what: str) -> None:
    prepared = paid(stack)
    if what == "refused":
        stack.portone.console.refuse_next_cancel("MAX_CANCEL_COUNT_REACHED", times=160)
    for number in range(130):
        refund(stack, prepared, f"part-{number}", amount=1)
    stack.portone.api._desk.commands.refusals.clear()
    before = cancelled_at_portone(stack, prepared)

    body = {"refundId": "by-hand", "amount": 5_000, "reason": "goodwill"}
    answer = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cancel", body)

    assert (answer.status, cancelled_at_portone(stack, prepared)) == (200, before + 5_000)


@pytest.mark.parametrize("rounds", [12, 40])
def test_a_repeated_refund_is_recognised_after_any_number_of_others(stack: UnkindStack, rounds: int) -> None:
    prepared = paid(stack)
    answers = [refund(stack, prepared, f"part-{number}", amount=10) for number in range(rounds)]
    done = [number for number, answer in enumerate(answers) if answer.status == 200]
    before = cancelled_at_portone(stack, prepared)

    again = [refund(stack, prepared, f"part-{number}", amount=10) for number in done]
    other = refund(stack, prepared, "part-0", amount=11)

    assert [each.json() for each in again] == [answers[number].json() for number in done]
    assert (other.status, cancelled_at_portone(stack, prepared)) == (422, before)
    assert {refund_state(stack, prepared, f"part-{number}") for number in done} == {"SUCCEEDED"}


def test_a_failed_refund_is_recognised_after_any_number_of_others(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next_cancel("MAX_CANCEL_COUNT_REACHED")
    refund(stack, prepared, "part-first", amount=10)
    for number in range(12):
        refund(stack, prepared, f"part-{number}", amount=10)
    before = cancelled_at_portone(stack, prepared)

    again = refund(stack, prepared, "part-first", amount=10)

    assert (again.status, cancelled_at_portone(stack, prepared)) == (409, before)
    assert refund_state(stack, prepared, "part-first") == "FAILED"


def test_a_card_can_be_deleted_after_any_number_of_opened_and_deleted_windows(stack: UnkindStack) -> None:
    card = key_saved(stack)
    for _ in range(150):
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        if answer.status == 200:
            key_deleted(stack, answer.json()["billingKeyId"])

    assert refused(answer)
    assert stack.largest() < LARGEST // 2
    assert (key_deleted(stack, card).status, listed(stack)) == (200, [])


def test_a_window_can_be_opened_again_after_a_day(stack: UnkindStack) -> None:
    for _ in range(150):
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        if answer.status == 200:
            key_deleted(stack, answer.json()["billingKeyId"])
    let_pass(stack, 2 * DAY)

    billing_key_id = key_started(stack)
    told: Any = registered(stack, billing_key_id, key_issued(stack, billing_key_id))

    assert told.status == 200


def test_a_declined_charge_is_recognised_after_any_number_of_others(stack: UnkindStack) -> None:
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.portone.pg.decline(times=40, readable=True)
    answers = []
    for number in range(40):
        answers.append(charge(stack, payment_id, f"charge-{number}"))
        let_pass(stack, 30)
    asked = stack.asked(CHARGE)
    stack.portone.pg.accept()

    again = charge(stack, payment_id, "charge-0")

    assert (again.status, again.json()["error"]["code"]) == (402, "charge_declined")
    assert (stack.asked(CHARGE), stack.portone.books()[payment_id].times_paid) == (asked, 0)
    assert refused(answers[-1])
    assert answers[-1].json()["error"]["code"] == "too_many_tries"


def test_invented_tokens_meet_a_bound_that_ends_after_a_day(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    answers = [confirm(stack, prepared, f"invented-token-{number}") for number in range(30)]
    bounded = {answer.json()["error"]["code"] for answer in answers[20:]}

    let_pass(stack, DAY)
    prepare(stack)
    answer = confirm(stack, prepared, authenticate(stack, prepared))

    assert bounded == {"too_many_tries"}
    assert (answer.status, stack.portone.books()[prepared["paymentId"]].times_paid) == (200, 1)
