"""Every record the payments table keeps."""

from portone_payments.domain.audit_records import AuditMark, Discrepancy
from portone_payments.domain.records import AttentionRow, ClientRequest, Order, Payment, SettledRefund
from portone_payments.domain.stops import Stops
from portone_payments.domain.subscription_records import Pace, Plan, Subscription
from portone_payments.domain.wallet_records import KeyRef, SettledKey, Wallet
from portone_payments.domain.webhook_records import Stray

type Record = (
    Order
    | Payment
    | ClientRequest
    | Stray
    | Discrepancy
    | AuditMark
    | Pace
    | Stops
    | Plan
    | Subscription
    | Wallet
    | KeyRef
)
# what has an item of its own beside its record: without a version, written together with that record
type Part = SettledRefund | AttentionRow | SettledKey
type Written = Record | Part
