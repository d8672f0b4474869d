"""Orders paid in parts: each part at its time, the order whole when all are paid (rule 8.7)."""

from dataclasses import replace

import pytest

from portone_payments.domain.errors.billing import ChangeNotAllowed, PartsDisagree
from portone_payments.domain.errors.payments import OrderHasPayment
from portone_payments.domain.records.payments import OrderPart
from portone_payments.domain.records.settled_invoices import RUNNING_KEPT, parted
from portone_payments.domain.records.subscriptions import InvoiceState, SubscriptionStatus
from portone_payments.domain.shared.calendar import DAY
from portone_payments.domain.subscriptions.collection import due_invoice, next_due
from portone_payments.domain.subscriptions.invoices import open_invoices, with_invoice
from portone_payments.domain.subscriptions.lifecycle import cancel, consent, in_parts, use_key
from portone_payments.domain.subscriptions.paying import part_declined
from portone_payments.domain.subscriptions.reopening import woken
from portone_payments.domain.subscriptions.settlement import attempt_failed, paid
from tests.support.records import an_order
from tests.support.subscriptions import POLICY, at, by_app, facts, flying, tried

START = at(2026, 1, 1)

PARTS = (
    OrderPart(amount=10_000),
    OrderPart(amount=20_000, due_at=at(2026, 2, 1), name="잔금"),
)


def test_a_deposit_is_charged_at_once_and_the_balance_on_its_day() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    parts = in_parts(order, "sub1", by_app(START), POLICY)

    deposit = due_invoice(parts, START)
    paid_one = tried(parts, START)

    assert deposit is not None
    assert deposit.amount == 10_000
    assert next_due(paid_one, START, POLICY) == at(2026, 2, 1)


def test_a_part_that_is_due_waits_while_another_has_no_outcome() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    february = at(2026, 2, 1)

    unknown = flying(in_parts(order, "sub1", by_app(START), POLICY), START)
    known = paid(unknown, unknown.invoices["1"], by_app(february), by="payment-1")

    assert due_invoice(unknown, february) is None
    assert due_invoice(known, february) == known.invoices["2"]


def test_an_order_in_parts_is_not_complete_while_its_first_part_is_unpaid() -> None:
    parts = tuple(OrderPart(amount=1_000, due_at=START + number * DAY) for number in range(RUNNING_KEPT + 2))
    order = replace(an_order("order-1", total=sum(each.amount for each in parts)), parts=parts)
    held = in_parts(order, "sub1", by_app(START), POLICY)

    held = with_invoice(held, replace(held.invoices["1"], state=InvoiceState.UNPAID))
    for invoice in open_invoices(held):
        held = paid(held, invoice, by_app(START), by=f"payment-{invoice.id}")

    assert (held.status, len(held.invoices)) == (SubscriptionStatus.UNPAID, len(parts))
    assert parted(held) == (held, ())


def test_an_order_is_complete_when_its_last_part_is_paid() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    half = tried(in_parts(order, "sub1", by_app(START), POLICY), START)

    whole = tried(half, at(2026, 2, 1))

    assert (half.status, whole.status) == (SubscriptionStatus.ACTIVE, SubscriptionStatus.COMPLETED)


def test_parts_that_do_not_add_up_to_the_order_are_refused() -> None:
    order = replace(an_order("order-1", total=30_001), parts=PARTS)

    with pytest.raises(PartsDisagree):
        in_parts(order, "sub1", by_app(START), POLICY)


def test_an_order_being_paid_by_other_means_accepts_no_parts() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS, payment_id="payment1")

    with pytest.raises(OrderHasPayment):
        in_parts(order, "sub1", by_app(START), POLICY)


def test_a_part_can_be_declined_before_it_is_due_and_not_after_it_is_paid() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    half = tried(in_parts(order, "sub1", by_app(START), POLICY), START)

    assert part_declined(half, "2", by_app(START)).invoices["2"].state is InvoiceState.UNPAID
    with pytest.raises(ChangeNotAllowed):
        part_declined(half, "1", by_app(START))


def test_a_cancelled_part_beside_a_given_up_one_leaves_the_order_unpaid_and_not_due() -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    held = in_parts(order, "sub1", by_app(START), POLICY)
    held = with_invoice(held, replace(held.invoices["1"], state=InvoiceState.UNPAID))
    declined = replace(held, status=SubscriptionStatus.PAST_DUE)

    after = part_declined(declined, "2", by_app(START))

    assert (after.status, next_due(after, START, POLICY)) == (SubscriptionStatus.UNPAID, None)


@pytest.mark.parametrize("first", [InvoiceState.PAID, InvoiceState.UNPAID])
def test_a_payment_after_the_cancellation_does_not_reopen_the_order(first: InvoiceState) -> None:
    order = replace(an_order("order-1", total=30_000), parts=PARTS)
    held = in_parts(order, "sub1", by_app(START), POLICY)
    held = with_invoice(held, replace(held.invoices["1"], state=first))
    over = cancel(held, by_app(START), at_period_end=False)

    late = paid(over, over.invoices["2"], by_app(START), by="payment-2")
    no = attempt_failed(over, over.invoices["2"], "pg_provider", by_app(START), POLICY)

    assert (late.status, no.status) == (SubscriptionStatus.ENDED, SubscriptionStatus.ENDED)
    assert facts(late)[-2:] == ["subscription_ended", "invoice_paid"]


def test_a_given_up_order_does_not_wait_for_parts_that_are_not_charged() -> None:
    order = replace(an_order("order-1", total=10_000), parts=PARTS[:1])
    held = in_parts(order, "sub1", by_app(START), POLICY)
    lost = with_invoice(held, replace(held.invoices["1"], state=InvoiceState.UNPAID))
    lost = replace(lost, status=SubscriptionStatus.UNPAID)

    spoken = (
        woken(lost, by_app(START)),
        use_key(lost, "issue-2", by_app(START)),
        consent(lost, 10_000, by_app(START)),
    )

    assert {each.status for each in spoken} == {SubscriptionStatus.UNPAID}
