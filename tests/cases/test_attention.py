"""Money that must be refunded is, or an attention is raised; one attention never hides another."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.shop import USER, pay, prepare, seen_by_owner, status, verify
from portone_local.actors.subscribers import CHARGE, cancel, subscribed
from portone_local.portone import Fault, Unknowns
from portone_local.stack.passing import let_pass
from tests.support.letters import event, send
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.unkind import UnkindStack, refused

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}
TYPO = ACCOUNT | {"number": "110-123-456788"}


def refuse(stack: UnkindStack, times: int = 1) -> None:
    """The PG refuses cancels, and PortOne shows that it did."""
    stack.portone.console.refuse_next_cancel(leaves="FAILED", times=times)


def mismatch(stack: UnkindStack, times: int = 1) -> str:
    """Another amount is paid than that of the order."""
    prepared = prepare(stack)
    pay(stack, prepared, amount=13_000, tampered=True)
    refuse(stack, times)
    verify(stack, prepared)
    return str(prepared["paymentId"])


def surplus(stack: UnkindStack, times: int = 1) -> str:
    """An order that a late deposit had settled is paid a second time."""
    stack.portone.pg.closes_accounts = False
    first = paid(stack, method="VIRTUAL_ACCOUNT")
    let_pass(stack, 3 * DAY + 2 * HOUR)
    second = prepare(stack)
    stack.portone.buyer.deposit(first["paymentId"])
    verify(stack, first)
    stack.deliver()
    pay(stack, second)
    refuse(stack, times)
    verify(stack, second)
    return str(second["paymentId"])


def late_charge(stack: UnkindStack, times: int = 1) -> str:
    """A renewal is taken while its customer cancels."""
    subscription_id = subscribed(stack)
    let_pass(stack, 30.5 * DAY)
    before = set(stack.portone.books())
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_500, times=None)
    stack.portone.webhooks.switched_on = False
    let_pass(stack, 11 * HOUR)
    cancel(stack, subscription_id)
    stack.portone.clear_faults()
    refuse(stack, times)
    let_pass(stack, HOUR)
    return next(iter(set(stack.portone.books()) - before))


WRONG: dict[str, Callable[[UnkindStack, int], str]] = {
    "a mismatch": mismatch,
    "a surplus": surplus,
    "a charge after the cancellation": late_charge,
}
wrongs = pytest.mark.parametrize("wrong", list(WRONG))


def given_back(stack: UnkindStack, payment_id: str) -> int:
    """What PortOne gave back."""
    return stack.portone.books()[payment_id].cancelled


@wrongs
def test_an_automatic_refund_is_repeated_after_the_pg_refused_it_once(stack: UnkindStack, wrong: str) -> None:
    payment_id = WRONG[wrong](stack, 1)

    let_pass(stack, 3 * DAY)

    book = stack.portone.books()[payment_id]
    assert (book.cancelled, book.paid) == (book.paid, book.paid)
    assert stack.attention("refund-stuck") == []


@wrongs
def test_an_automatic_refund_that_cannot_be_made_raises_an_attention(stack: UnkindStack, wrong: str) -> None:
    payment_id = WRONG[wrong](stack, 99)

    let_pass(stack, 14 * DAY)
    tries = stack.asked("cancel_payment")
    let_pass(stack, 7 * DAY)

    assert given_back(stack, payment_id) == 0
    assert stack.attention("refund-stuck") == [payment_id]
    assert stack.counted("RefundStuck") > 0
    assert (tries > 1, tries <= 12, stack.asked("cancel_payment")) == (True, True, tries)


def test_an_open_attention_is_counted_every_day_until_staff_closes_it(stack: UnkindStack) -> None:
    payment_id = mismatch(stack, 99)
    let_pass(stack, 14 * DAY)
    counted = stack.counted("RefundStuck")

    let_pass(stack, 3 * DAY)
    daily = stack.counted("RefundStuck") - counted
    assert daily >= 3
    while stack.calling():
        kind, _ = stack.calling().popitem()
        body = {"reason": "paid back by bank transfer", "decision": "close", "kind": kind}
        assert stack.staff.post(f"/ops/payments/{payment_id}/resolve", body).status == 200
    counted = stack.counted("RefundStuck")
    let_pass(stack, 3 * DAY)

    assert stack.counted("RefundStuck") == counted


def wrong_deposit(stack: UnkindStack) -> dict[str, Any]:
    """A deposit of another amount than that of the order, which nothing can prevent."""
    stack.portone.pg.closes_accounts = False
    prepared = prepare(stack)
    pay(stack, prepared, method="VIRTUAL_ACCOUNT", amount=13_000, tampered=True)
    stack.portone.buyer.deposit(prepared["paymentId"])
    verify(stack, prepared)
    let_pass(stack, HOUR)
    return prepared


def awaiting(stack: UnkindStack, prepared: dict[str, Any]) -> list[str]:
    """The refunds that wait for an account, as the owner sees them."""
    shown = seen_by_owner(stack, prepared).get("refunds", [])
    return [each["refundId"] for each in shown if each["state"] == "AWAITING_ACCOUNT"]


def supply(stack: UnkindStack, prepared: dict[str, Any], account: dict[str, str]) -> int:
    """The owner names an account for what waits for one; 0 where nothing does."""
    waiting = awaiting(stack, prepared)
    if not waiting:
        return 0
    path = f"/payments/{prepared['paymentId']}/refunds/{waiting[-1]}/account"
    return stack.app(USER).put(path, account).status


@pytest.mark.parametrize("typos", [1, 2])
def test_a_refused_refund_account_is_requested_again(stack: UnkindStack, typos: int) -> None:
    prepared = wrong_deposit(stack)
    refuse(stack, typos)
    for _ in range(typos):
        supply(stack, prepared, TYPO)
        let_pass(stack, HOUR)

    answer = supply(stack, prepared, ACCOUNT)
    let_pass(stack, 3 * HOUR)

    assert answer in {200, 202}
    assert cancelled_at_portone(stack, prepared) == 13_000


def test_staff_can_refund_although_the_refund_account_was_refused(stack: UnkindStack) -> None:
    prepared = wrong_deposit(stack)
    refuse(stack)
    supply(stack, prepared, TYPO)
    let_pass(stack, HOUR)
    waiting = awaiting(stack, prepared)

    assert waiting
    path = f"/staff/payments/{prepared['paymentId']}/refunds/{waiting[-1]}/account"
    answer = stack.staff_app.put(path, ACCOUNT)
    let_pass(stack, 3 * HOUR)
    assert (answer.status in {200, 202}, cancelled_at_portone(stack, prepared)) == (True, 13_000)


PAID_BASE = {"refund_base": "paid", "unknowns": Unknowns(refunds_are_based_on_total=False)}


@pytest.mark.parametrize("settings", [PAID_BASE])
def test_an_automatic_refund_uses_the_refund_base_of_the_channel(stack: UnkindStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared, amount=13_000, discount=2_000, tampered=True)

    verify(stack, prepared)
    let_pass(stack, HOUR)

    assert cancelled_at_portone(stack, prepared) == 11_000
    assert stack.attention("refund-stuck") == []


@pytest.mark.parametrize("settings", [PAID_BASE])
def test_a_surplus_with_a_discount_is_refunded_as_it_was_paid(stack: UnkindStack) -> None:
    stack.portone.pg.closes_accounts = False
    first = paid(stack, method="VIRTUAL_ACCOUNT")
    let_pass(stack, 3 * DAY + 2 * HOUR)
    second = prepare(stack)
    stack.portone.buyer.deposit(first["paymentId"])
    verify(stack, first)
    stack.deliver()

    pay(stack, second, discount=2_000)
    verify(stack, second)
    let_pass(stack, HOUR)

    assert cancelled_at_portone(stack, second) == 10_000


@pytest.mark.parametrize("settings", [PAID_BASE])
def test_an_owners_full_refund_of_a_discounted_payment_returns_what_was_paid(stack: UnkindStack) -> None:
    prepared = paid(stack, discount=2_000)

    answer = refund(stack, prepared)

    assert (answer.status, cancelled_at_portone(stack, prepared)) == (200, 10_000)


def ambiguous(stack: UnkindStack) -> dict[str, Any]:
    """A refund without an answer, and one of the same amount in PortOne's console."""
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=None)
    refund(stack, prepared, amount=3_000)
    stack.portone.console.cancel(prepared["paymentId"], 3_000)
    let_pass(stack, HOUR)
    return prepared


def test_an_ambiguous_refund_raises_its_alarm_every_day_until_it_is_resolved(stack: UnkindStack) -> None:
    prepared = ambiguous(stack)
    at_once = stack.counted("RefundAmbiguous")
    let_pass(stack, 14 * DAY)
    in_two_weeks = stack.counted("RefundAmbiguous") - at_once
    body = {"reason": "the console's was another one", "decision": "not_refunded"}
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", body)
    resolved = stack.counted("RefundAmbiguous")
    let_pass(stack, 3 * DAY)

    assert at_once > 0
    assert in_two_weeks >= 13
    assert (stack.counted("RefundAmbiguous"), stack.attention("ambiguous")) == (resolved, [])


def test_an_ambiguous_refund_of_staff_raises_the_same_alarm(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.portone.inject(operation="cancel_payment", fault=Fault.RESET_BEFORE_COMMIT, times=None)
    body = {"refundId": "by-hand", "amount": 3_000, "reason": "goodwill"}
    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/cancel", body)
    stack.portone.console.cancel(prepared["paymentId"], 3_000)

    let_pass(stack, HOUR)

    assert stack.attention("ambiguous") == [prepared["paymentId"]]
    assert stack.counted("RefundAmbiguous") > 0


def paid_after_a_hint_was_given_up(stack: UnkindStack) -> dict[str, Any]:
    """A hint no reading bore out raised an attention nobody closed; the order is paid later."""
    prepared = prepare(stack)
    send(stack, event("Transaction.Paid", prepared["paymentId"]))
    let_pass(stack, 2 * HOUR)
    assert stack.attention("lagging") == [prepared["paymentId"]]
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    let_pass(stack, HOUR)
    return prepared


def unanswered(stack: UnkindStack, prepared: dict[str, Any]) -> None:
    """A refund without an outcome for hours."""
    stack.portone.inject(operation="cancel_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT, times=None)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_500, times=None)
    refund(stack, prepared, amount=3_000)
    let_pass(stack, 2 * HOUR)


def test_an_unknown_outcome_raises_its_alarm_beside_any_other_attention(stack: UnkindStack) -> None:
    prepared = paid_after_a_hint_was_given_up(stack)
    before = stack.counted("OutcomeUnknown")

    unanswered(stack, prepared)

    assert refund_state(stack, prepared) == "UNKNOWN"
    assert stack.counted("OutcomeUnknown") > before
    assert stack.attention("unknown") == stack.attention("lagging") == [prepared["paymentId"]]


def test_resolving_one_attention_leaves_the_others_open(stack: UnkindStack) -> None:
    prepared = paid_after_a_hint_was_given_up(stack)
    unanswered(stack, prepared)
    body = {"reason": "an old event", "decision": "close", "kind": "lagging"}

    answer = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", body)

    assert (answer.status, stack.attention("lagging")) == (200, [])
    assert stack.attention("unknown") == [prepared["paymentId"]]


def test_a_doubt_does_not_hide_an_ambiguous_refund(stack: UnkindStack) -> None:
    prepared = ambiguous(stack)
    stack.portone.console.show_status(prepared["paymentId"], "SETTLING")

    stack.staff.post(f"/ops/payments/{prepared['paymentId']}/catch-up")

    assert stack.attention("ambiguous") == stack.attention("quarantined") == [prepared["paymentId"]]


def test_resolving_names_the_attention_where_several_are_open(stack: UnkindStack) -> None:
    prepared = paid_after_a_hint_was_given_up(stack)
    unanswered(stack, prepared)

    answer = stack.staff.post(f"/ops/payments/{prepared['paymentId']}/resolve", {"reason": "an old event"})

    assert refused(answer)
    assert set(stack.calling()) == {"lagging", "unknown"}
    assert status(stack, prepared) == "PAID"
