"""What may still be paid, what stands before it, what is charged by itself (rules 11.4, 11.7)."""

from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.subscriptions.invoices import BILLED, open_invoices
from portone_payments.domain.subscriptions.life import OVER

# seconds for which a window keeps an invoice from being charged otherwise (rule 11.8)
WINDOW_OPEN = 30 * 60
PAYABLE = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD, InvoiceState.UNPAID})
_SETTLED_PART = frozenset({InvoiceState.PAID, InvoiceState.VOID})
# what its customer left open while it ends is still charged, nothing else is open then
_COLLECTED = BILLED | {SubscriptionStatus.ENDING}
_STUCK = frozenset({InvoiceState.UNPAID, InvoiceState.ENDED})


def blocked_by(subscription: Subscription, invoice: Invoice) -> Invoice | None:
    """The earlier part that has to be paid, or voided by the shop, before this one is charged."""
    if invoice.kind is not InvoiceKind.PART:
        return None
    earlier = (each for each in _parts(subscription) if int(each.id) < int(invoice.id))
    return next((each for each in earlier if each.state not in _SETTLED_PART), None)


def is_stuck(invoice: Invoice) -> bool:
    """Whether a part has met an obstacle: declined by a PG or its customer, given up, or ended."""
    return invoice.failed_at is not None or invoice.state in _STUCK


def first_stuck(subscription: Subscription) -> Invoice | None:
    """The part of an order that was given up and that no earlier one stands before."""
    first = next((each for each in _parts(subscription) if each.state not in _SETTLED_PART), None)
    return first if first is not None and first.state is InvoiceState.UNPAID else None


def collects(subscription: Subscription, invoice: Invoice) -> bool:
    """Whether an open invoice is charged: where its subscription waits, only if its customer just asked."""
    if not isinstance(subscription.status, SubscriptionStatus) or subscription.status in OVER:
        return False
    if subscription.interval is None:
        return blocked_by(subscription, invoice) is None
    return invoice.asked or subscription.status in _COLLECTED


def mark(subscription: Subscription, invoice: Invoice) -> int | None:
    """When something is to be done about an open invoice (epoch seconds UTC); None where it waits."""
    if collects(subscription, invoice):
        return invoice.due_at if invoice.window_until is None else max(invoice.due_at, invoice.window_until)
    before = blocked_by(subscription, invoice)
    untold = before is not None and is_stuck(before) and invoice.blocked_at is None
    return invoice.due_at if untold and subscription.status not in OVER else None


def windows_over(subscription: Subscription, now: float) -> list[Invoice]:
    """Open invoices whose window had its time: what became of it is read before they are charged."""
    waiting = (each for each in open_invoices(subscription) if each.window_id is not None)
    return [each for each in waiting if each.window_until is not None and each.window_until <= now]


def in_window(invoice: Invoice, now: float, *, ends: int) -> bool:
    """Whether it is not given up yet: its window was opened before its grace `ends` (epoch seconds)."""
    until = invoice.window_until
    return until is not None and now < min(until, ends + WINDOW_OPEN)


def awaits_window(subscription: Subscription, invoice: Invoice | None) -> bool:
    """Whether money paid in a window now would pay it, with no charge of it under way."""
    return invoice is not None and invoice.state in PAYABLE and subscription.in_flight != invoice.id


def running(invoice: Invoice, now: float) -> bool:
    """Whether the period of an invoice has begun and is not over."""
    return invoice.starts <= now < invoice.ends


def _parts(subscription: Subscription) -> list[Invoice]:
    found = (each for each in subscription.invoices.values() if each.kind is InvoiceKind.PART)
    return sorted(found, key=lambda each: int(each.id))
