"""The credit of a cheaper plan: spent while its invoice may be paid, back exactly once when it is not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.errors.billing import ChangeNotAllowed
from portone_payments.domain.records.subscriptions import (
    EndReason,
    Invoice,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import DAY
from portone_payments.domain.subscriptions.collection import advance, due_invoice
from portone_payments.domain.subscriptions.ending import ended
from portone_payments.domain.subscriptions.life import RULES, Command
from portone_payments.domain.subscriptions.lifecycle import pause, resume
from portone_payments.domain.subscriptions.plan_change import change_now
from portone_payments.domain.subscriptions.reopening import woken
from portone_payments.domain.subscriptions.settlement import attempt_failed, paid, with_attempt
from tests.support.subscriptions import POLICY, a_plan, at, by_app, started

FEBRUARY = at(2026, 2, 28, hour=10)
GIVEN_UP = FEBRUARY + 20 * DAY
CREDIT = 3_000


def declined(subscription: Subscription, now: float) -> Subscription:
    """The due invoice is charged and declined."""
    advanced = advance(subscription, by_app(now), POLICY)
    invoice = due_invoice(advanced, now)
    assert invoice is not None
    held = with_attempt(advanced, invoice, f"payment-{invoice.id}", by_app(now))
    return attempt_failed(held, held.invoices[invoice.id], "pg_provider", by_app(now), POLICY)


def given_up() -> Subscription:
    """One month is paid; every attempt at the second, which used the credit, was declined."""
    fresh = advance(started(at(2026, 1, 31)), by_app(at(2026, 1, 31)), POLICY)
    running = paid(fresh, fresh.invoices["1"], by_app(at(2026, 1, 31)), by="payment-1")
    return advance(declined(replace(running, balance=CREDIT), FEBRUARY), by_app(GIVEN_UP), POLICY)


def late(subscription: Subscription, invoice_id: str, now: float = GIVEN_UP + DAY) -> Subscription:
    """The PG approves after all."""
    invoice = subscription.invoices[invoice_id]
    return paid(subscription, invoice, by_app(now), by=invoice.payment_id)


def spent(subscription: Subscription) -> int:
    """By how much credits lowered the price of paid and open invoices."""
    spending = (InvoiceState.OPEN, InvoiceState.WITHHELD, InvoiceState.PAID)
    return sum(each.balance for each in subscription.invoices.values() if each.state in spending)


def test_the_credit_of_a_given_up_invoice_returns() -> None:
    subscription = given_up()

    assert subscription.invoices["2"].state is InvoiceState.UNPAID
    assert subscription.balance == CREDIT


def test_a_late_approval_of_a_given_up_invoice_uses_its_credit_again() -> None:
    subscription = late(given_up(), "2")

    assert (subscription.status, subscription.balance) == (SubscriptionStatus.ACTIVE, 0)


def test_an_immediate_retry_of_a_given_up_invoice_uses_its_credit_again_and_once() -> None:
    again = woken(given_up(), by_app(GIVEN_UP + DAY))

    settled = late(again, "2")

    assert (again.balance, settled.balance) == (0, 0)


def test_a_retry_given_up_too_returns_the_credit_once() -> None:
    again = declined(woken(given_up(), by_app(GIVEN_UP)), GIVEN_UP)

    after = advance(again, by_app(GIVEN_UP + DAY), POLICY)

    assert (after.invoices["2"].state, after.balance) == (InvoiceState.UNPAID, CREDIT)


def test_a_cancellation_after_giving_up_returns_nothing_twice() -> None:
    assert ended(given_up(), by_app(GIVEN_UP), EndReason.CUSTOMER).balance == CREDIT


def test_a_given_up_invoice_that_is_owed_after_a_pause_uses_its_credit_again() -> None:
    unpaid = replace(given_up(), status=SubscriptionStatus.ACTIVE)
    paused = pause(unpaid, None, by_app(GIVEN_UP))

    resumed = advance(resume(paused, by_app(GIVEN_UP)), by_app(GIVEN_UP), POLICY)

    assert (resumed.invoices["2"].state, resumed.invoices["2"].balance) == (InvoiceState.OPEN, CREDIT)
    assert resumed.balance == 0


def test_a_credit_used_twice_is_owed_and_joins_the_next_invoice() -> None:
    april = at(2026, 3, 31, hour=10)
    next_month = advance(replace(given_up(), status=SubscriptionStatus.ACTIVE), by_app(april), POLICY)

    both = late(next_month, "2", april)
    may = advance(late(both, "3", april), by_app(at(2026, 4, 30)), POLICY)

    assert (both.invoices["3"].balance, both.balance) == (CREDIT, -CREDIT)
    assert (may.invoices["4"].amount, may.balance) == (9_900 + CREDIT, 0)


def test_a_given_up_period_is_not_credited() -> None:
    running = replace(given_up(), status=SubscriptionStatus.ACTIVE)

    with pytest.raises(ChangeNotAllowed):
        change_now(running, a_plan(plan_id="plan-0", amount=100), by_app(GIVEN_UP), [], POLICY)


acts = st.sampled_from(["pay", "decline", "late", "wake", "cheaper", "pause", "resume", "cancel", "wait"])


@given(st.lists(st.tuples(acts, st.integers(0, 40), st.integers(1, 9_900)), max_size=20))
def test_every_credit_is_used_once_or_still_there(
    course: list[tuple[str, int, int]],
) -> None:
    held, now = replace(given_up(), status=SubscriptionStatus.ACTIVE), GIVEN_UP
    credited = CREDIT

    for act, days, price in course:
        now += days * DAY
        before = advance(held, by_app(now), POLICY)
        held, more = lived(before, act, price, now)
        credited += more

        assert held.balance + spent(held) == credited


def lived(held: Subscription, act: str, price: int, now: float) -> tuple[Subscription, int]:
    """One thing that happens, and what of it is credited."""
    invoice, status = due_invoice(held, now), held.status
    if act == "cheaper":
        return cheaper(held, price, now)
    if act == "late":
        unpaid = [each for each in held.invoices.values() if each.state is InvoiceState.UNPAID]
        return (late(held, unpaid[0].id, now), 0) if unpaid else (held, 0)
    if act in {"pay", "decline"}:
        return (held if invoice is None else tried(held, invoice, act, now)), 0
    over = status is SubscriptionStatus.ENDED
    is_paused = status is SubscriptionStatus.PAUSED
    match act:
        case "wake":
            return woken(held, by_app(now)), 0
        case "pause" if status in RULES[Command.PAUSE].statuses:
            return pause(held, None, by_app(now)), 0
        case "resume" if is_paused:
            return resume(held, by_app(now)), 0
        case "cancel" if not over:
            return ended(held, by_app(now), EndReason.CUSTOMER), 0
        case _:
            return held, 0


def tried(held: Subscription, invoice: Invoice, act: str, now: float) -> Subscription:
    """One attempt, paid or declined."""
    if act == "decline":
        return declined(held, now)
    under_way = with_attempt(held, invoice, f"payment-{invoice.id}", by_app(now))
    return late(under_way, invoice.id, now)


def cheaper(held: Subscription, price: int, now: float) -> tuple[Subscription, int]:
    """A plan that costs less from today on, where nothing is owed."""
    owing = held.status is not SubscriptionStatus.ACTIVE or any(
        each.state in {InvoiceState.OPEN, InvoiceState.WITHHELD}
        or (each.state is InvoiceState.UNPAID and each.starts <= now < each.ends)
        for each in held.invoices.values()
    )
    if owing or price >= held.amount:
        return held, 0
    changed = change_now(held, a_plan(plan_id=f"plan-{price}", amount=price), by_app(now), [], POLICY)
    return changed, changed.balance - held.balance
