"""Every record the payments table keeps."""

from portone_payments.domain.records.audit import AuditMark, Discrepancy
from portone_payments.domain.records.billing_keys import KeyRef, SettledKey, Wallet
from portone_payments.domain.records.payments import (
    AttentionRow,
    ClientRequest,
    Order,
    Payment,
    SettledRefund,
)
from portone_payments.domain.records.stops import Stops
from portone_payments.domain.records.subscriptions import Pace, Plan, Seat, SettledInvoice, Subscription
from portone_payments.domain.records.webhooks import UnmatchedWebhook

type AnyRecord = (
    Order
    | Payment
    | ClientRequest
    | UnmatchedWebhook
    | Discrepancy
    | AuditMark
    | Pace
    | Stops
    | Plan
    | Seat
    | Subscription
    | Wallet
    | KeyRef
)
# items of their own beside their record: without a version, written together with that record
type Part = SettledRefund | AttentionRow | SettledKey | SettledInvoice
type Written = AnyRecord | Part
