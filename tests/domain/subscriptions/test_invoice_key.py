"""By what an invoice is known again once its record is lost (rule 8.2)."""

from dataclasses import replace

from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, Subscription
from portone_payments.domain.subscriptions.collection import advance
from portone_payments.domain.subscriptions.invoice_key import invoice_key
from portone_payments.domain.subscriptions.invoices import add_invoice
from portone_payments.domain.subscriptions.lifecycle import pause, resume
from portone_payments.domain.subscriptions.settlement import paid
from tests.support.subscriptions import POLICY, a_plan, at, by_app, started

START = at(2026, 1, 1)
SECOND = at(2026, 2, 1, hour=13)


def running() -> Subscription:
    """Its first month is paid."""
    first = advance(started(START), by_app(START), POLICY)
    return paid(first, first.invoices["1"], by_app(START), by="payment-1")


def with_proration(subscription: Subscription, **changes: object) -> Subscription:
    """A plan change of a day in January."""
    starts = at(2026, 1, 10, hour=0)
    asked = Invoice(
        id="",
        kind=InvoiceKind.PRORATION,
        name="월 구독",
        amount=3_000,
        tax_free=0,
        starts=starts,
        ends=starts,
        due_at=starts,
    )
    return add_invoice(subscription, replace(asked, **changes))  # type: ignore[arg-type]


def newest(subscription: Subscription) -> tuple[str, ...]:
    return invoice_key(subscription, subscription.invoices[max(subscription.invoices, key=int)])


def test_the_key_of_a_period_does_not_depend_on_earlier_invoices() -> None:
    plain, changed = running(), with_proration(running())

    assert newest(advance(plain, by_app(SECOND), POLICY)) == newest(advance(changed, by_app(SECOND), POLICY))


def test_the_key_of_a_period_does_not_depend_on_its_price() -> None:
    cheaper = replace(running(), balance=1_000)

    assert newest(advance(running(), by_app(SECOND), POLICY)) == newest(
        advance(cheaper, by_app(SECOND), POLICY)
    )


def test_periods_subscriptions_and_kinds_never_share_a_key() -> None:
    first, second = running(), advance(running(), by_app(SECOND), POLICY)
    other = replace(second, subscription_id="sub2")
    proration = with_proration(first, starts=second.invoices["2"].starts)

    assert len({newest(each) for each in (first, second, other, proration)}) == 4


def test_plan_changes_of_one_day_have_different_keys_even_at_one_price() -> None:
    one = with_proration(running())
    dearer, equal = with_proration(one, amount=4_000), with_proration(one)

    assert len({newest(each) for each in (one, dearer, equal)}) == 3


def test_a_period_invoiced_again_after_a_pause_has_another_key() -> None:
    due = advance(running(), by_app(SECOND), POLICY)
    back = resume(pause(due, None, by_app(SECOND)), by_app(SECOND))

    again = advance(back, by_app(SECOND), POLICY)

    assert again.invoices["3"].starts == due.invoices["2"].starts
    assert newest(again) != newest(due)


def test_the_key_of_a_part_depends_on_its_order_only() -> None:
    part = Invoice(
        id="1",
        kind=InvoiceKind.PART,
        name="소파",
        amount=1,
        tax_free=0,
        starts=START,
        ends=START,
        due_at=START,
    )
    one = replace(started(START, a_plan()), order_id="order-1", interval=None)
    later = replace(one, subscription_id="sub2")

    assert invoice_key(one, part) == invoice_key(later, replace(part, starts=SECOND))
