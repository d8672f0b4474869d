"""I16 of what is collected again and again, or in parts: nothing owed is called paid."""

from collections.abc import Iterator

from portone_local.oracle.attentions import closed_since
from portone_local.oracle.by_hand import TAKEN
from portone_local.oracle.evidence import Charge, Evidence, Finding
from portone_local.oracle.kinds import Trouble
from portone_local.oracle.takings import MONEY, charged_back
from portone_payments.domain.records.instructions import ApprovalState
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)

SETTLED = frozenset({ApprovalState.APPROVED, ApprovalState.FAILED})


def completed_is_paid(evidence: Evidence) -> Iterator[Finding]:
    """I16: an order in parts that is published as completed owes nothing: every part is paid."""
    for subscription in evidence.subscriptions.values():
        if subscription.status is SubscriptionStatus.COMPLETED:
            for invoice in subscription.invoices.values():
                if invoice.state is not InvoiceState.PAID:
                    told = f"its order is COMPLETED, part {invoice.id} is {invoice.state}"
                    yield Finding("I16", invoice.payment_id, told)


def later_parts_wait(evidence: Evidence) -> Iterator[Finding]:
    """I16: a later part of an order is not charged while an earlier one is unpaid."""
    for charge in evidence.charges:
        subscription, invoice = _charged(evidence, charge)
        if subscription is None or invoice is None or invoice.kind is not InvoiceKind.PART:
            continue
        for earlier in subscription.invoices.values():
            if int(earlier.id) < int(invoice.id) and not _out_of_the_way(evidence, earlier, charge.at):
                told = f"part {invoice.id} was charged, part {earlier.id} is {earlier.state}"
                yield Finding("I16", charge.payment_id, told)


def charge_backs_stop_collecting(evidence: Evidence) -> Iterator[Finding]:
    """I16: a subscription whose money was taken back is charged no more until staff has decided."""
    stopped: dict[str, Trouble] = {}
    for trouble in charged_back(evidence):
        payment = evidence.payments[trouble.payment_id]
        if payment.subscription_id and not closed_since(evidence, payment, trouble):
            stopped[payment.subscription_id] = trouble
    for charge in evidence.charges if stopped else ():
        charged = evidence.payments.get(charge.payment_id)
        why = stopped.get(charged.subscription_id or "") if charged else None
        if why is not None and charge.at > why.until:
            told = f"charged again though of {why.payment_id} {why.sentence}"
            yield Finding("I16", charge.payment_id, told)


def doubt_settles_nothing(evidence: Evidence) -> Iterator[Finding]:
    """I16: while PortOne has the money of an attempt and we do not say so, the attempt is not settled."""
    for payment in evidence.payments.values():
        book = evidence.books.get(payment.payment_id)
        if payment.status in MONEY or book is None or book.state not in TAKEN or book.paid_at is None:
            continue
        sent = [each for each in payment.approvals if (each.sent_at or each.created_at) <= book.paid_at]
        read = any(at >= book.paid_at for at in evidence.readings.get(payment.payment_id, ()))
        if read and sent and sent[-1].state in SETTLED:
            told = (
                f"try {sent[-1].attempt} is {sent[-1].state}, PortOne took money and we say {payment.status}"
            )
            yield Finding("I16", payment.payment_id, told)


def _charged(evidence: Evidence, charge: Charge) -> tuple[Subscription | None, Invoice | None]:
    payment = evidence.payments.get(charge.payment_id)
    subscription = evidence.subscriptions.get(payment.subscription_id or "") if payment else None
    invoice = subscription.invoices.get(payment.invoice_id or "") if payment and subscription else None
    return subscription, invoice


def _out_of_the_way(evidence: Evidence, invoice: Invoice, at: float) -> bool:
    """Whether a part was paid by then, or given up by the shop, which alone may do that.

    One whose money went back later had been paid by then.
    """
    book = evidence.books.get(invoice.paid_by or "")
    before = book is not None and (book.paid_at or at) < at < (invoice.settled_at or 0)
    paid = invoice.state is InvoiceState.PAID and (invoice.settled_at or 0) <= at
    paid = paid or (invoice.state is InvoiceState.ENDED and before)
    given_up = invoice.state is InvoiceState.VOID and invoice.waived_at is not None
    return paid or (given_up and (invoice.waived_at or 0) <= at)
