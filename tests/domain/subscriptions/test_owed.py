"""What is owed: what blocks what, what comes back by whose word, and what ends (rules 11.4, 11.7)."""

from dataclasses import replace

import pytest

from portone_payments.domain.records.payments import OrderPart
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import DAY, Interval, Unit
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.lifecycle import in_parts, pause, resume, use_key
from portone_payments.domain.subscriptions.reopening import woken
from portone_payments.domain.subscriptions.settlement import attempt_failed, paid, paid_back
from tests.support.records import an_order
from tests.support.subscriptions import (
    POLICY,
    a_plan,
    at,
    by_app,
    facts,
    flying,
    newest,
    running,
    started,
    tried,
)

DECLINED = at(2026, 2, 28, hour=10)
GIVEN_UP = DECLINED + 20 * DAY
BALANCE_AT = at(2026, 2, 1)
UNPAID, OPEN = InvoiceState.UNPAID, InvoiceState.OPEN


def given_up() -> Subscription:
    """Its second period was declined until dunning ended."""
    return advance(tried(running(), DECLINED, "pg_provider"), by_app(GIVEN_UP), POLICY)


def order_in_parts(*amounts: int) -> Subscription:
    """A deposit due at once, further parts on the first of February."""
    parts = tuple(OrderPart(amount=each, due_at=BALANCE_AT if n else None) for n, each in enumerate(amounts))
    order = replace(an_order("order-1", total=sum(amounts)), parts=parts)
    return in_parts(order, "sub1", by_app(at(2026, 1, 1)), POLICY)


def part(held: Subscription, number: str, state: InvoiceState) -> Subscription:
    """The order with one part in a state."""
    changed: Invoice = replace(held.invoices[number], state=state)
    return replace(held, invoices={**held.invoices, number: changed})


def test_a_period_whose_money_went_back_frees_the_next_one() -> None:
    held = flying(running(), DECLINED)
    invoice = held.invoices["2"]

    over = paid_back(held, invoice, by_app(DECLINED), by=invoice.payment_id or "")
    april = at(2026, 3, 31)

    assert (over.status, over.invoices["2"].state, over.in_flight) == (
        SubscriptionStatus.ACTIVE,
        InvoiceState.ENDED,
        None,
    )
    assert due_invoice(woken(over, by_app(DECLINED)), DECLINED) is None
    assert due_invoice(advance(over, by_app(april), POLICY), april) is not None
    assert facts(over)[-1] == "invoice_ended"


def test_a_subscription_whose_first_payment_went_back_is_over() -> None:
    held = flying(started(at(2026, 1, 31)), at(2026, 1, 31))

    over = paid_back(held, held.invoices["1"], by_app(at(2026, 1, 31)), by="payment-1")

    assert over.status is SubscriptionStatus.ENDED


@pytest.mark.parametrize("days", [40, 365])
def test_a_method_saved_for_something_else_does_not_bring_back_what_was_given_up(days: int) -> None:
    later = GIVEN_UP + days * DAY

    woke = advance(woken(given_up(), by_app(later)), by_app(later), POLICY)

    assert (woke.status, newest(woke).state) == (SubscriptionStatus.UNPAID, UNPAID)
    assert (due_invoice(woke, later), next_due(woke, later, POLICY)) == (None, None)


def test_a_method_chosen_for_a_given_up_subscription_charges_the_rest_of_the_running_period() -> None:
    later = at(2026, 5, 15)

    back = advance(use_key(given_up(), "issue-2", by_app(later)), by_app(later), POLICY)
    invoice = due_invoice(back, later)

    assert invoice is not None
    assert (back.invoices["2"].state, back.status) == (UNPAID, SubscriptionStatus.ACTIVE)
    assert 0 < invoice.amount < 9_900


def test_resuming_a_given_up_subscription_in_its_period_owes_all_of_it() -> None:
    back = resume(given_up(), by_app(GIVEN_UP))

    assert (back.status, back.invoices["2"].state) == (SubscriptionStatus.PAST_DUE, OPEN)
    assert due_invoice(back, GIVEN_UP) == back.invoices["2"]


def test_an_earlier_period_is_paid_for_itself_and_changes_nothing_else() -> None:
    later = GIVEN_UP + 60 * DAY

    settled = paid(given_up(), given_up().invoices["2"], by_app(later), by="payment-2")

    assert (settled.status, settled.invoices["2"].state) == (SubscriptionStatus.UNPAID, InvoiceState.PAID)


def test_the_running_period_paid_brings_its_subscription_back() -> None:
    settled = paid(given_up(), given_up().invoices["2"], by_app(GIVEN_UP), by="payment-2")

    assert settled.status is SubscriptionStatus.ACTIVE


def test_later_periods_are_given_up_with_the_first_one() -> None:
    weekly = tried(started(at(2026, 3, 2), a_plan(interval=Interval(Unit.WEEK, 1))), at(2026, 3, 2))
    first = tried(weekly, at(2026, 3, 9, 10), "pg_provider")
    both = advance(first, by_app(at(2026, 3, 16, 10)), POLICY)

    over = advance(both, by_app(at(2026, 3, 24)), POLICY)
    woke = woken(over, by_app(at(2027, 3, 24)))

    assert {each.state for each in list(over.invoices.values())[1:]} == {UNPAID}
    assert (over.status, woke) == (SubscriptionStatus.UNPAID, over)


@pytest.mark.parametrize("days", [1, 13])
def test_a_pause_during_dunning_waives_nothing(days: int) -> None:
    paused_at = DECLINED + days * DAY
    paused = pause(tried(running(), DECLINED, "pg_provider"), None, by_app(paused_at))
    back_at = paused_at + 5 * DAY

    while_paused = advance(paused, by_app(back_at), POLICY)
    back = advance(resume(while_paused, by_app(back_at)), by_app(back_at), POLICY)
    invoice = due_invoice(back, back_at)

    assert due_invoice(while_paused, back_at) is None
    assert invoice is not None
    assert (invoice.id, invoice.amount, back.status) == ("2", 9_900, SubscriptionStatus.PAST_DUE)


def test_dunning_goes_on_after_a_pause_and_ends_no_sooner_for_it() -> None:
    paused = pause(tried(running(), DECLINED, "pg_provider"), None, by_app(DECLINED + 13 * DAY))
    back_at = DECLINED + 25 * DAY

    declined = tried(resume(paused, by_app(back_at)), back_at, "pg_provider")

    assert advance(declined, by_app(back_at + DAY), POLICY).status is SubscriptionStatus.PAST_DUE
    assert advance(declined, by_app(back_at + 3 * DAY), POLICY).status is SubscriptionStatus.UNPAID


@pytest.mark.parametrize("first", [OPEN, UNPAID, InvoiceState.ENDED])
def test_a_later_part_waits_while_an_earlier_one_is_unpaid(first: InvoiceState) -> None:
    held = part(order_in_parts(10_000, 990_000), "1", first)
    declined = replace(held.invoices["1"], failed_at=float(BALANCE_AT - DAY), due_at=BALANCE_AT + DAY)
    held = replace(held, invoices={**held.invoices, "1": declined})

    then = advance(held, by_app(BALANCE_AT), POLICY)
    once_more = advance(then, by_app(BALANCE_AT + 60), POLICY)

    assert due_invoice(then, BALANCE_AT) is None
    assert facts(once_more).count("invoice_blocked") == 1


@pytest.mark.parametrize("first", [InvoiceState.PAID, InvoiceState.VOID])
def test_a_part_that_is_paid_or_voided_by_the_shop_frees_the_next_one(first: InvoiceState) -> None:
    held = part(order_in_parts(10_000, 990_000), "1", first)

    assert due_invoice(advance(held, by_app(BALANCE_AT), POLICY), BALANCE_AT) == held.invoices["2"]


def test_a_given_up_part_is_charged_again_with_a_method_chosen_for_its_order_and_not_with_another() -> None:
    held = part(part(order_in_parts(10_000, 990_000), "1", InvoiceState.PAID), "2", UNPAID)
    held = replace(held, status=SubscriptionStatus.UNPAID)
    now = BALANCE_AT + 30 * DAY

    woke, chosen = woken(held, by_app(now)), use_key(held, "issue-2", by_app(now))

    assert due_invoice(woke, now) is None
    assert due_invoice(chosen, now) == chosen.invoices["2"]
    assert tried(chosen, now).status is SubscriptionStatus.COMPLETED


def test_an_order_with_a_part_the_shop_voided_has_ended_and_is_not_complete() -> None:
    held = part(order_in_parts(10_000, 990_000), "2", InvoiceState.VOID)

    assert tried(held, at(2026, 1, 1)).status is SubscriptionStatus.ENDED


def test_what_was_asked_for_in_a_given_up_subscription_is_given_up_again_when_it_is_declined() -> None:
    later = GIVEN_UP + 60 * DAY
    held = given_up()
    wanted = replace(held.invoices["2"], state=OPEN, asked=True, due_at=later)
    held = replace(held, invoices={**held.invoices, "2": wanted})

    under_way = flying(held, later)
    declined = attempt_failed(under_way, under_way.invoices["2"], "pg_provider", by_app(later), POLICY)

    assert (declined.status, declined.invoices["2"].state) == (SubscriptionStatus.UNPAID, UNPAID)
    assert next_due(declined, later, POLICY) is None
