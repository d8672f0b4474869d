"""Nothing anybody can repeat makes a record grow without end: it leaves, or a bound answers with a 4xx."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.testing.approving import authenticate, confirm
from portone_local.testing.billing_app import listed
from portone_local.testing.charging import charge
from portone_local.testing.charging import prepared as prepared_id
from portone_local.testing.letters import event, send
from portone_local.testing.recurring import (
    CHARGE,
    change,
    key_deleted,
    key_issued,
    key_saved,
    key_started,
    plan_stored,
    registered,
    subscribed,
)
from portone_local.testing.refunding import cancelled_at_portone, paid, refund, refund_state
from portone_local.testing.shopping import USER, ask_to_prepare, prepare, put_order, verify
from portone_local.testing.stories import clock_of, let_pass
from portone_local.testing.unkind import UnkindStack, refused

MINUTE, DAY = 60, 24 * 3600
ROUNDS = 110
LAST = 20
MORE = 3 * 1024  # in the last rounds: a line of text each may stay
LARGEST = 100 * 1024
SLOW = frozenset(
    {
        "abandoned_windows",
        "saved_keys",
        "declined_charges",
        "owners_refunds",
        "refused_refunds",
        "staff_refunds",
    }
)
FEW = 50

type Round = Callable[[int], Response]


def owners_refunds(stack: UnkindStack) -> Round:
    """Parts of 1 won, each with a long reason."""
    prepared = paid(stack)
    return lambda number: refund(stack, prepared, f"part-{number}", amount=1, reason="변" * 90)


def refused_refunds(stack: UnkindStack) -> Round:
    """Parts the PG refuses."""
    stack.portone.console.refuse_next_cancel("MAX_CANCEL_COUNT_REACHED", times=999)
    return owners_refunds(stack)


def staff_refunds(stack: UnkindStack) -> Round:
    """A careless member of staff."""
    prepared = paid(stack)
    path = f"/ops/payments/{prepared['paymentId']}/cancel"

    def ask(number: int) -> Response:
        return stack.staff.post(path, {"refundId": f"part-{number}", "amount": 1, "reason": "goodwill" * 12})

    return ask


def declined_refunds(stack: UnkindStack) -> Round:
    """Refunds one member of staff asks for and another declines."""
    prepared = paid(stack)
    path = f"payments/{prepared['paymentId']}"
    other = stack.colleague("lee")

    def ask(number: int) -> Response:
        body = {"refundId": f"part-{number}", "amount": 5_000, "reason": "goodwill"}
        stack.staff.post(f"/ops/{path}/cancel", body)
        return other.post(f"/ops/{path}/refunds/part-{number}/approve", {"approve": False})

    return ask


def windows(stack: UnkindStack) -> Round:
    """Windows that save a payment method, opened and deleted."""

    def ask(_number: int) -> Response:
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        return key_deleted(stack, answer.json()["billingKeyId"]) if answer.status == 200 else answer

    return ask


def abandoned_windows(stack: UnkindStack) -> Round:
    """Windows nobody comes back from."""

    def ask(_number: int) -> Response:
        clock_of(stack).advance(DAY / 8)
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        let_pass(stack, 2 * MINUTE)
        return answer

    return ask


def saved_keys(stack: UnkindStack) -> Round:
    """Methods saved and deleted."""

    def ask(_number: int) -> Response:
        answer = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
        if answer.status != 200:
            return answer
        issue_id = answer.json()["billingKeyId"]
        registered(stack, issue_id, key_issued(stack, issue_id))
        return key_deleted(stack, issue_id)

    return ask


def invented_tokens(stack: UnkindStack) -> Round:
    """Tokens of manual approvals that nobody gave."""
    prepared = prepare(stack)
    return lambda number: confirm(stack, prepared, f"example-token-nobody-gave-{number}")


def declined_charges(stack: UnkindStack) -> Round:
    """Charges of an order to a card that is declined."""
    key_saved(stack)
    payment_id = prepared_id(stack)
    stack.portone.pg.decline(times=None)

    def ask(number: int) -> Response:
        answer = charge(stack, payment_id, f"charge-{number}")
        let_pass(stack, 2 * MINUTE)
        return answer

    return ask


def webhooks(stack: UnkindStack) -> Round:
    """Events under ids never seen before."""
    prepared = paid(stack)
    body = event("Transaction.Paid", prepared["paymentId"])
    return lambda number: send(stack, body, webhook_id=f"wh_{'x' * 100}_{number}")


def webhooks_not_borne_out(stack: UnkindStack) -> Round:
    """Events under new ids that no reading bears out."""
    prepared = prepare(stack)
    body = event("Transaction.Paid", prepared["paymentId"])
    return lambda number: send(stack, body, webhook_id=f"wh_{'x' * 100}_{number}")


def prepared_again(stack: UnkindStack) -> Round:
    """The same order prepared on and on, also after it lapsed."""
    put_order(stack)

    def ask(number: int) -> Response:
        clock_of(stack).advance(61 * MINUTE)
        return ask_to_prepare(stack, key=f"key-{number}")

    return ask


def plans(stack: UnkindStack) -> Round:
    """A plan changed for the next period and back."""
    subscription_id = subscribed(stack)
    plan_stored(stack, "plan-2", 12_000)

    def ask(number: int) -> Response:
        return change(stack, subscription_id, f"plan-{1 + number % 2}", when="period_end")

    return ask


def pauses(stack: UnkindStack) -> Round:
    """A subscription paused and taken up again."""
    subscription_id = subscribed(stack)

    def ask(_number: int) -> Response:
        stack.app(USER).post(f"/subscriptions/{subscription_id}/pause", {})
        return stack.app(USER).post(f"/subscriptions/{subscription_id}/resume")

    return ask


def consents(stack: UnkindStack) -> Round:
    """The same consent given again and again."""
    subscription_id = subscribed(stack)
    path = f"/subscriptions/{subscription_id}/consent"
    return lambda number: stack.app(USER).post(path, {"amount": 9_900 + number})


def orders(stack: UnkindStack) -> Round:
    """An order stored anew, a little different each time."""
    return lambda number: put_order(stack, amount={"total": 12_000 + number})


def verified(stack: UnkindStack) -> Round:
    """The app asks on and on."""
    prepared = prepare(stack)

    def ask(_number: int) -> Response:
        clock_of(stack).advance(3)
        return verify(stack, prepared)

    return ask


REPEATED: dict[str, Callable[[UnkindStack], Round]] = {
    each.__name__: each
    for each in (
        *(owners_refunds, refused_refunds, staff_refunds, windows, abandoned_windows, saved_keys),
        *(invented_tokens, declined_charges, webhooks, prepared_again),
        *(plans, pauses, consents, orders, verified),
    )
}


@pytest.mark.parametrize("what", list(REPEATED))
def test_whatever_is_repeated_a_record_stops_growing(stack: UnkindStack, what: str) -> None:
    again = REPEATED[what](stack)
    rounds = FEW if what in SLOW else ROUNDS
    answers = [again(number) for number in range(rounds - LAST)]
    after_some = stack.largest()

    answers += [again(number) for number in range(rounds - LAST, rounds)]

    assert answers[0].status != 400
    assert stack.largest() - after_some < MORE
    assert stack.largest() < LARGEST
    assert [answer.status for answer in answers if answer.status >= 500] == []


def test_events_that_nothing_bears_out_leave_with_time(stack: UnkindStack) -> None:
    again = webhooks_not_borne_out(stack)
    before = stack.largest()

    for number in range(ROUNDS):
        again(number)
    let_pass(stack, DAY / 4)

    assert stack.largest() - before < 8 * 1024


@pytest.mark.parametrize("settings", [{"staff_refund_limit": "1000"}])
def test_refunds_a_second_person_declines_leave_the_payment_too(stack: UnkindStack) -> None:
    again = declined_refunds(stack)
    for number in range(ROUNDS - LAST):
        again(number)
    after_some = stack.largest()

    for number in range(ROUNDS - LAST, ROUNDS):
        again(number)

    assert stack.largest() - after_some < MORE


@pytest.mark.parametrize(
    "what",
    [
        "owners_refunds",
        "refused_refunds",
        "windows",
        "declined_charges",
    ],
)
def test_a_bound_answers_what_an_owner_repeats_without_end(stack: UnkindStack, what: str) -> None:
    again = REPEATED[what](stack)

    answers = [again(number) for number in range(130)]

    last = answers[-1]
    assert refused(last)
    assert {last.json()["error"]["code"]}.isdisjoint({"refund_failed", "charge_declined"})


@pytest.mark.parametrize("what", ["done", "refused"])
def test_an_owners_bound_is_no_bound_of_staff(stack: UnkindStack, what: str) -> None:
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
def test_a_repeated_refund_is_known_however_many_came_after_it(stack: UnkindStack, rounds: int) -> None:
    prepared = paid(stack)
    answers = [refund(stack, prepared, f"part-{number}", amount=10) for number in range(rounds)]
    done = [number for number, answer in enumerate(answers) if answer.status == 200]
    before = cancelled_at_portone(stack, prepared)

    again = [refund(stack, prepared, f"part-{number}", amount=10) for number in done]
    other = refund(stack, prepared, "part-0", amount=11)

    assert [each.json() for each in again] == [answers[number].json() for number in done]
    assert (other.status, cancelled_at_portone(stack, prepared)) == (422, before)
    assert {refund_state(stack, prepared, f"part-{number}") for number in done} == {"SUCCEEDED"}


def test_a_refund_that_failed_is_known_however_many_came_after_it(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.console.refuse_next_cancel("MAX_CANCEL_COUNT_REACHED")
    refund(stack, prepared, "part-first", amount=10)
    for number in range(12):
        refund(stack, prepared, f"part-{number}", amount=10)
    before = cancelled_at_portone(stack, prepared)

    again = refund(stack, prepared, "part-first", amount=10)

    assert (again.status, cancelled_at_portone(stack, prepared)) == (409, before)
    assert refund_state(stack, prepared, "part-first") == "FAILED"


def test_windows_opened_and_deleted_without_end_leave_the_card_deletable(stack: UnkindStack) -> None:
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

    issue_id = key_started(stack)
    told: Any = registered(stack, issue_id, key_issued(stack, issue_id))

    assert told.status == 200


def test_a_charge_that_was_declined_is_known_however_many_came_after_it(stack: UnkindStack) -> None:
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


def test_tokens_somebody_invents_end_at_a_bound_that_a_day_lifts(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    answers = [confirm(stack, prepared, f"invented-token-{number}") for number in range(30)]
    bounded = {answer.json()["error"]["code"] for answer in answers[20:]}

    let_pass(stack, DAY)
    prepare(stack)
    answer = confirm(stack, prepared, authenticate(stack, prepared))

    assert bounded == {"too_many_tries"}
    assert (answer.status, stack.portone.books()[prepared["paymentId"]].times_paid) == (200, 1)
