"""Which method pays is said and recorded; one gone for good is not tried again; money taken back stops."""

import pytest

from portone_local.actors.subscribers import (
    PRICE,
    days_pass,
    invoice,
    key_chosen,
    key_deleted,
    key_saved,
    order_in_parts,
    schedule,
)
from tests.support.lives import (
    begun,
    charge_back_decided,
    said,
    sent,
    sold,
    status,
    told,
    took,
    view,
)
from tests.support.unkind import UnkindStack

FEBRUARY = "2026-02-01T03:00:00Z"
CHANGED = "subscription.method_changed"
LOST = "INVALID_CARD_LOST_OR_STOLEN"


def taken_back(stack: UnkindStack, payment_id: str, amount: int | None = None) -> None:
    """The issuer takes a payment back, or some of it; PortOne's webhook says so."""
    stack.portone.console.chargeback(payment_id, amount)
    stack.deliver()
    days_pass(stack, 0.1)


def tied_to(stack: UnkindStack, card: str = "card-x") -> tuple[str, str, str]:
    """A subscription tied to a card X, with a card Y that is the default; and both."""
    dead = key_saved(stack, card=card)
    sold(stack)
    subscription_id = begun(stack, billingKeyId=dead)
    other = key_saved(stack, card="card-y")
    key_chosen(stack, other)
    return subscription_id, dead, other


def gone_at_portone(stack: UnkindStack, billing_key_id: str) -> None:
    """Somebody deletes a saved method in PortOne's console."""
    books = stack.portone.billing_books().keys
    [key] = [name for name, book in books.items() if book.issue_id == billing_key_id]
    stack.portone.console.delete_billing_key(key)


@pytest.mark.parametrize("amount", [None, 3_000], ids=["whole", "some"])
@pytest.mark.parametrize("months", [0, 2], ids=["running period", "an earlier one"])
def test_money_taken_back_stops_collecting_until_staff_decides(
    stack: UnkindStack, months: int, amount: int | None
) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 5 + 30 * months)
    paid = took(stack)
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)
    taken_back(stack, payment_id, amount)

    days_pass(stack, 40)
    stopped = took(stack)
    decided = charge_back_decided(stack, payment_id)
    days_pass(stack, 3)

    assert stopped == paid
    assert decided.status == 200, decided.body
    assert took(stack) == [*paid, PRICE]
    assert status(stack, subscription_id) == "ACTIVE"


def test_a_balance_is_not_charged_while_its_deposit_is_taken_back(stack: UnkindStack) -> None:
    key_saved(stack)
    order_in_parts(stack, "order-1", [{"amount": 10_000}, {"amount": 90_000, "dueAt": FEBRUARY}])
    subscription_id = str(schedule(stack, "order-1").json()["subscriptionId"])
    taken_back(stack, str(invoice(stack, subscription_id, 1).paid_by))

    days_pass(stack, 40)

    assert took(stack) == [10_000]


def test_money_taken_back_says_why_nothing_is_charged(stack: UnkindStack) -> None:
    subscription_id = begun(stack)
    payment_id = str(invoice(stack, subscription_id, 1).paid_by)
    taken_back(stack, payment_id)
    days_pass(stack, 40)

    assert stack.attention("chargeback") == [payment_id]
    assert view(stack, subscription_id).get("nextChargeAt", "soon") is None


@pytest.mark.parametrize("how", ["at PortOne", "lost", "here"])
def test_the_default_pays_what_was_tied_to_a_method_that_is_gone(stack: UnkindStack, how: str) -> None:
    subscription_id, dead, other = tied_to(stack)
    if how == "at PortOne":
        gone_at_portone(stack, dead)
    elif how == "lost":
        stack.portone.pg.decline("card-x", code=LOST, times=None, readable=True)
    else:
        key_deleted(stack, dead)

    days_pass(stack, 36)

    assert took(stack) == [PRICE, PRICE]
    assert status(stack, subscription_id) == "ACTIVE"
    assert view(stack, subscription_id).get("paysWith") == other
    assert len(told(stack, CHANGED)) == 1


def test_with_the_setting_off_the_answer_says_which_method_it_waits_for(stack: UnkindStack) -> None:
    stack.operated(method_fallback="off")
    subscription_id, dead, _ = tied_to(stack)
    gone_at_portone(stack, dead)

    days_pass(stack, 36)

    assert took(stack) == [PRICE]
    shown = view(stack, subscription_id)
    assert (shown["billingKeyId"], shown["paysWith"]) == (dead, None)


def test_a_retry_is_announced_only_where_another_method_pays(stack: UnkindStack) -> None:
    sold(stack)
    subscription_id = begun(stack, billingKeyId=key_saved(stack))
    days_pass(stack, 30)
    stack.portone.pg.decline(code=LOST, times=None, readable=True)
    before = sent(stack)

    days_pass(stack, 1)

    shown = view(stack, subscription_id)
    assert (shown["nextChargeAt"], shown["waitsFor"]) == (None, "payment_method")
    assert said(stack, "invoice.failed")[-1].get("retryAt") is None
    days_pass(stack, 5)
    assert sent(stack) == before + 1


def test_what_is_tied_to_a_method_that_works_is_charged_to_it(stack: UnkindStack) -> None:
    tied_to(stack)
    stack.portone.pg.decline("card-y", times=None)

    days_pass(stack, 32)

    assert took(stack) == [PRICE, PRICE]


def test_deleting_the_default_names_what_it_paid_and_what_pays_now(stack: UnkindStack) -> None:
    other = key_saved(stack, card="card-2")
    default = key_saved(stack, card="card-1")
    key_chosen(stack, default)
    subscription_id = begun(stack)
    before = len(stack.events())

    answer = key_deleted(stack, default)
    days_pass(stack, 0.1)

    assert answer.status == 200
    assert answer.json().get("pays") == [{"subscriptionId": subscription_id, "paysWith": other}]
    assert CHANGED in stack.events()[before:]
    assert other in str(said(stack, CHANGED)[-1])
    assert view(stack, subscription_id).get("paysWith") == other


def test_deleting_the_last_method_says_that_nothing_pays(stack: UnkindStack) -> None:
    only = key_saved(stack)
    subscription_id = begun(stack)

    answer = key_deleted(stack, only)

    assert answer.json().get("pays") == [{"subscriptionId": subscription_id, "paysWith": None}]
    assert view(stack, subscription_id).get("paysWith", "") is None


def test_another_default_is_recorded_by_what_it_pays_from_now_on(stack: UnkindStack) -> None:
    default = key_saved(stack)
    follows = begun(stack)
    sold(stack, "news")
    begun(stack, request="request-2", planId="news", billingKeyId=default)
    other = key_saved(stack, card="card-2")
    before = len(said(stack, CHANGED))

    key_chosen(stack, other)
    days_pass(stack, 0.1)

    # the one that is tied to the first method still has it
    changed = said(stack, CHANGED)[before:]
    assert len(changed) == 1
    assert other in str(changed[0])
    assert view(stack, follows).get("paysWith") == other


@pytest.mark.parametrize("code", [LOST, "INVALID_STOPPED_CARD", "INVALID_CARD_EXPIRATION"])
def test_a_card_its_pg_calls_lost_or_stopped_is_tried_once(stack: UnkindStack, code: str) -> None:
    subscription_id = begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(code=code, times=None, readable=True)
    before = sent(stack)

    days_pass(stack, 20)

    assert sent(stack) == before + 1
    assert said(stack, "invoice.failed")[-1]["hard"] is True
    assert status(stack, subscription_id) == "UNPAID"


def test_a_code_nobody_published_is_retried(stack: UnkindStack) -> None:
    begun(stack)
    days_pass(stack, 30)
    stack.portone.pg.decline(code="NOBODY_KNOWS", times=None, readable=True)
    before = sent(stack)

    days_pass(stack, 20)

    assert sent(stack) == before + 5
