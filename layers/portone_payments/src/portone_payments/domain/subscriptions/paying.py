"""What its customer or the shop decides about one invoice: pay it now, decline it, waive it (rule 11)."""

from dataclasses import replace

from portone_payments.domain.errors.billing import ChangeNotAllowed, SubscriptionEnded
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
)
from portone_payments.domain.subscriptions.ending import after_outcome
from portone_payments.domain.subscriptions.invoices import with_invoice
from portone_payments.domain.subscriptions.life import OVER, Command, check
from portone_payments.domain.subscriptions.owed import PAYABLE, blocked_by
from portone_payments.domain.subscriptions.reopening import asked
from portone_payments.domain.subscriptions.settlement import status_after, without_change


def asked_to_pay(
    subscription: Subscription, invoice_id: str, moment: Moment, *, method: str | None
) -> Subscription:
    """Its customer's word to charge an invoice now, with a saved method; None: with what pays it anyway.

    A window that is still open for it is read first. Raises `SubscriptionEnded`, `SubscriptionBusy`,
    `ChangeNotAllowed`.
    """
    invoice = _to_pay(subscription, invoice_id, by_window=False)
    if invoice.state is InvoiceState.WITHHELD:
        raise ChangeNotAllowed(reason="consent_missing")
    if subscription.stopped_for:
        # staff decides first what becomes of money that somebody took back
        raise ChangeNotAllowed(reason="stopped")
    over = None if invoice.window_until is None else int(moment.now)
    wanted = replace(asked(invoice, moment), method=method, window_until=over)
    return record(with_invoice(subscription, wanted), Fact.INVOICE_ASKED, moment, invoice=invoice.id)


def window_for(subscription: Subscription, invoice_id: str) -> Invoice:
    """The invoice a window may be opened for; raises as `asked_to_pay`.

    Of an ended subscription it is what was given up: no saved method is charged for it any more (I12).
    """
    invoice = _to_pay(subscription, invoice_id, by_window=True)
    if invoice.amount == 0:
        # it settles itself, no PG takes nothing
        raise ChangeNotAllowed(reason="nothing_to_pay")
    return invoice


def window_opened(
    subscription: Subscription, invoice: Invoice, moment: Moment, *, payment_id: str, until: int
) -> Subscription:
    """The subscription with a window open for an invoice; `until` in epoch seconds UTC."""
    fresh = payment_id != invoice.window_id
    opened = replace(
        invoice,
        window_id=payment_id,
        windows=invoice.windows + fresh,
        window_until=until,
        in_doubt=False,
    )
    told = with_invoice(subscription, opened)
    return record(told, Fact.INVOICE_WINDOW_OPENED, moment, invoice=invoice.id, until=until)


def window_read(
    subscription: Subscription, invoice_id: str, moment: Moment, *, until: int | None
) -> Subscription:
    """The subscription after a reading of an invoice's window: nothing was paid, or it is read again then.

    Where it is to end with the period, and its customer does not ask for that invoice, this decides when.
    """
    invoice = subscription.invoices.get(invoice_id)
    if invoice is None or invoice.window_until is None:
        return subscription
    known = replace(invoice, window_until=until, in_doubt=until is not None)
    told = with_invoice(subscription, known)
    return told if until is not None or invoice.asked else after_outcome(told, moment)


def part_declined(subscription: Subscription, invoice_id: str, moment: Moment) -> Subscription:
    """Its customer will not pay a part of an order now: it is outstanding, and charged at their word."""
    check(subscription, Command.DECLINE_PART)
    part = _part(subscription, invoice_id)
    if part.declined_at is not None:
        return subscription
    if part.state not in PAYABLE:
        raise ChangeNotAllowed(reason="part")
    left = replace(
        part, state=InvoiceState.UNPAID, asked=False, declined_at=moment.now, settled_at=moment.now
    )
    told = with_invoice(subscription, left)
    told = record(told, Fact.INVOICE_DECLINED, moment, invoice=part.id, amount=part.amount)
    return status_after(told, moment)


def waived(
    subscription: Subscription, invoice_id: str, moment: Moment, *, sealed: str | None = None
) -> Subscription:
    """The shop gives up what an invoice asks for; of an order's part, its later parts go on.

    `sealed`: the ciphertext of why. Unchanged where it was given up before. Raises `ChangeNotAllowed`,
    `SubscriptionBusy`.
    """
    check(subscription, Command.WAIVE)
    invoice = _invoice(subscription, invoice_id)
    if invoice.waived_at is not None:
        return subscription
    ended_part = invoice.kind is InvoiceKind.PART and invoice.state is InvoiceState.ENDED
    if invoice.state not in PAYABLE and not ended_part:
        raise ChangeNotAllowed(reason="invoice_settled")
    void = replace(invoice, state=InvoiceState.VOID, waived_at=moment.now, settled_at=moment.now, asked=False)
    told = with_invoice(without_change(subscription, invoice), void)
    told = record(told, Fact.INVOICE_WAIVED, moment, invoice=invoice.id, amount=invoice.amount, sealed=sealed)
    return after_outcome(status_after(told, moment), moment)


def _part(subscription: Subscription, invoice_id: str) -> Invoice:
    part = subscription.invoices.get(invoice_id)
    if part is None or part.kind is not InvoiceKind.PART:
        raise ChangeNotAllowed(reason="part")
    return part


def _invoice(subscription: Subscription, invoice_id: str) -> Invoice:
    invoice = subscription.invoices.get(invoice_id)
    if invoice is None:
        raise ChangeNotAllowed(reason="invoice")
    return invoice


def _to_pay(subscription: Subscription, invoice_id: str, *, by_window: bool) -> Invoice:
    """The invoice its customer may pay."""
    check(subscription, Command.PAY_INVOICE)
    invoice = _invoice(subscription, invoice_id)
    given_up = by_window and invoice.state is InvoiceState.UNPAID
    if subscription.status in OVER and not given_up:
        raise SubscriptionEnded
    if invoice.state not in PAYABLE:
        raise ChangeNotAllowed(reason="invoice_settled")
    if blocked_by(subscription, invoice) is not None:
        raise ChangeNotAllowed(reason="earlier_part")
    return invoice
