"""Every record the payments table keeps."""

from portone_payments.domain.records import AuditMark, ClientRequest, Discrepancy, Order, Payment, Stray
from portone_payments.domain.subscription_records import Pace, Plan, Subscription
from portone_payments.domain.wallet_records import KeyRef, Wallet

type Record = (
    Order
    | Payment
    | ClientRequest
    | Stray
    | Discrepancy
    | AuditMark
    | Pace
    | Plan
    | Subscription
    | Wallet
    | KeyRef
)
