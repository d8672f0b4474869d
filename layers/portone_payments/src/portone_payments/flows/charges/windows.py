"""What became of an invoice's window: read once its time is over, before anything is charged (rule 11.8)."""

from contextlib import suppress

from portone_payments.domain.errors.payments import PaymentNotFound
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Status
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.subscriptions.owed import windows_over
from portone_payments.domain.subscriptions.paying import window_read
from portone_payments.flows.payments.catch_up import CaughtUp, Reader
from portone_payments.ports.store import Store
from portone_payments.ports.world import Deadline

# seconds until a window is read again whose payment has no mark of its own
AGAIN = 120


def windows_read(
    held: Subscription, moment: Moment, deadline: Deadline, *, reader: Reader, store: Store
) -> Subscription:
    """The subscription after a reading of each window that had its time; not saved. Raises `Busy`.

    A window that was paid has settled its invoice in the write of its reading.
    """
    for invoice in windows_over(held, moment.now):
        until: int | None = None
        with suppress(PaymentNotFound):
            caught = reader.catch_up(invoice.window_id or "", moment, deadline=deadline)
            until = _again(caught, moment.now) if _undecided(caught) else None
        held = store.subscription(held.subscription_id) or held
        held = window_read(held, invoice.id, moment, until=until)
    return held


def _undecided(caught: CaughtUp) -> bool:
    """Whether it may still turn out to be paid: no charge beside it."""
    pending = caught.payment.status is Status.PAY_PENDING or caught.payment.quarantined
    return pending or caught.lagging or not caught.answered


def _again(caught: CaughtUp, now: float) -> int:
    """When it is read again: as its payment is, which climbs while PortOne answers the same."""
    due_at = caught.payment.due_at
    return int(now) + AGAIN if due_at is None or due_at <= now else due_at
