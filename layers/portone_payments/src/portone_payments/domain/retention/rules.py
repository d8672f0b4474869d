"""How long records are kept once nothing of them is open (docs/security.md, "Ends"). Epoch seconds UTC.

The law requires records of payments, contracts and withdrawals for five years (E-Commerce Act, article 6).
"""

from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.payments.schedule import unfinished
from portone_payments.domain.records.billing_keys import SettledKey, Wallet
from portone_payments.domain.records.billing_keys import settled as key_settled
from portone_payments.domain.records.instructions import ReceiptState
from portone_payments.domain.records.payments import Order, Payment, Status
from portone_payments.domain.records.refund_traces import SETTLED
from portone_payments.domain.records.subscriptions import Subscription, SubscriptionStatus
from portone_payments.domain.shared.times import DAY
from portone_payments.domain.subscriptions.invoices import open_invoices
from portone_payments.domain.subscriptions.life import OVER

# five years, whichever they are: they contain two leap days at most
KEPT = 1827 * DAY
# how long after the daily job DynamoDB's own deletion follows
BEHIND = 30 * DAY
# for items beside a record, deleted with it: only a failed job leaves them there for so long
FAR = 2 * KEPT
# so long after its status changed a payment is found by that day, as the audit does
LATELY = 60 * DAY
_ENDED = OVER | {SubscriptionStatus.UNPAID}
_SENT = frozenset({ReceiptState.ISSUING, ReceiptState.CANCELLING})

type Ending = Order | Payment | Subscription | Wallet | SettledKey


def kept_until(record: Ending) -> float | None:
    """When a record was kept long enough; None while it is unsettled, or is deleted with another."""
    return moved_at(record) + KEPT if settled(record) else None


def moved_at(record: Ending) -> float:
    """When the record last changed; a later time it is valid until counts as well."""
    match record:
        case Order():
            parts = (each.due_at or 0 for each in record.parts)
            return max(record.created_at, record.withdrawn_at or 0.0, record.expires_at or 0, *parts)
        case Payment():
            refunds = (each.settled_at or each.created_at for each in record.refunds.values())
            return max(record.created_at, record.status_at, _told_at(record), *refunds)
        case Subscription():
            return max(record.created_at, record.ended_at or 0.0, _told_at(record))
        case Wallet():
            keys = (each.settled_at or each.created_at for each in record.keys.values())
            return max(_told_at(record), *keys, 0.0)
        case SettledKey():
            return record.key.settled_at or record.key.created_at


def settled(record: Ending) -> bool:
    """Whether the record is settled: not due, without attentions, without money on its way."""
    if isinstance(record, SettledKey):
        return True
    if record.due_at is not None:
        return False
    match record:
        case Order():
            return record.payment_id is None and record.subscription_id is None
        case Payment():
            return _payment_settled(record)
        case Subscription():
            return record.status in _ENDED and record.in_flight is None and not open_invoices(record)
        case Wallet():
            held = bool(record.keys or record.history)
            return held and not record.waking and all(map(key_settled, record.keys.values()))


def moved_long_after(payment: Payment) -> bool:
    """Whether a payment changed so long after its status that it is found by the later day instead."""
    return moved_at(payment) >= payment.status_at + LATELY


def _payment_settled(payment: Payment) -> bool:
    return (
        isinstance(payment.status, Status)
        and not payment.attentions
        and not unfinished(payment)
        and open_approval(payment) is None
        and all(each.state in SETTLED for each in payment.refunds.values())
        and not any(each.state in _SENT for each in payment.receipts)
    )


def _told_at(record: Payment | Subscription | Wallet) -> float:
    return record.history[-1].at if record.history else 0.0
