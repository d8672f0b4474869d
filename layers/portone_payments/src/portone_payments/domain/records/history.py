"""Facts: what each save found out about a payment, in order, stored in its history (I11)."""

from dataclasses import dataclass, replace
from enum import StrEnum

from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.payments import (
    Attention,
    AttentionKind,
    AttentionRow,
    HistoryLine,
    Payment,
)
from portone_payments.domain.records.subscriptions import Subscription


class Fact(StrEnum):
    """Everything a history entry can say; published names are derived from these."""

    PREPARED = "prepared"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    PAID_WITHDRAWN = "paid_though_withdrawn"
    READY = "ready"
    PAY_PENDING = "pay_pending"
    ACCOUNT_ISSUED = "virtual_account_issued"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    ACCOUNT_EXPIRED = "virtual_account_expired"
    MISMATCH = "mismatch"
    SURPLUS = "surplus"
    QUARANTINED = "quarantined"
    REFUND_RESERVED = "refund_reserved"
    REFUND_APPROVED = "refund_approved"
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_FAILED = "refund_failed"
    REFUND_AMBIGUOUS = "refund_ambiguous"
    APPROVAL_RESERVED = "approval_reserved"
    STOCK_REFUSED = "stock_refused"
    CHARGE_RESERVED = "charge_reserved"
    CHARGE_FAILED = "charge_failed"
    CHARGE_WITHDRAWN = "charge_withdrawn"
    APPROVAL_RELEASED = "approval_released"
    CASH_RECEIPT_ISSUED = "cash_receipt_issued"
    CASH_RECEIPT_FAILED = "cash_receipt_failed"
    CASH_RECEIPT_CANCELLED = "cash_receipt_cancelled"
    CASH_RECEIPT_MISSING = "cash_receipt_missing"
    CANCELLED = "cancelled"
    CANCELLATION_REQUESTED = "cancellation_requested"
    CANCELLATION_FAILED = "cancellation_failed"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"
    DEPOSIT_TAKEN_BACK = "deposit_taken_back"
    REFUND_STUCK = "refund_stuck"
    HINT_GIVEN_UP = "hint_given_up"
    HINT_QUARANTINED = "hint_quarantined"
    UNKNOWN = "outcome_unknown"
    DEAD_LETTERED = "dead_lettered"
    RESOLVED = "resolved"
    SUBSCRIPTION_STARTED = "subscription_started"
    SUBSCRIPTION_CHANGED = "subscription_changed"
    SUBSCRIPTION_CHANGE_REQUESTED = "subscription_change_requested"
    SUBSCRIPTION_CREDIT_WITHDRAWN = "subscription_credit_withdrawn"
    SUBSCRIPTION_CONSENTED = "subscription_consented"
    SUBSCRIPTION_PAUSED = "subscription_paused"
    SUBSCRIPTION_RESUMED = "subscription_resumed"
    SUBSCRIPTION_UNPAID = "subscription_unpaid"
    SUBSCRIPTION_BEGUN = "subscription_begun"
    SUBSCRIPTION_ENDING = "subscription_ending"
    SUBSCRIPTION_KEPT = "subscription_kept"
    SUBSCRIPTION_RENEWAL_COMING = "subscription_renewal_coming"
    SUBSCRIPTION_TRIAL_ENDING = "subscription_trial_ending"
    SUBSCRIPTION_PRICE_CHANGE_COMING = "subscription_price_change_coming"
    SUBSCRIPTION_METHOD_CHANGED = "subscription_method_changed"
    SUBSCRIPTION_STOPPED = "subscription_stopped"
    SUBSCRIPTION_WENT_ON = "subscription_went_on"
    SUBSCRIPTION_ENDED = "subscription_ended"
    SUBSCRIPTION_PRICE_SET = "subscription_price_set"
    SUBSCRIPTION_REPLACED = "subscription_replaced"
    SUBSCRIPTION_COMPLETED = "subscription_completed"
    INVOICE_PAID = "invoice_paid"
    INVOICE_FAILED = "invoice_failed"
    INVOICE_WITHHELD = "invoice_withheld"
    INVOICE_MISSED = "invoice_missed"
    INVOICE_UNPAID = "invoice_unpaid"
    INVOICE_VOIDED = "invoice_voided"
    INVOICE_ENDED = "invoice_ended"
    INVOICE_DECLINED = "invoice_declined"
    INVOICE_WAIVED = "invoice_waived"
    INVOICE_BLOCKED = "invoice_blocked"
    INVOICE_ASKED = "invoice_asked"
    INVOICE_WINDOW_OPENED = "invoice_window_opened"
    INVOICE_REOPENED = "invoice_reopened"
    BILLING_KEY_SAVED = "billing_key_saved"
    BILLING_KEY_DEFAULT = "billing_key_default"
    BILLING_KEY_REFUSED = "billing_key_refused"
    BILLING_KEY_DELETING = "billing_key_deleting"
    BILLING_KEY_DELETED = "billing_key_deleted"
    BILLING_KEY_LAPSED = "billing_key_lapsed"
    ACCOUNT_CLOSING = "account_closing"
    ACCOUNT_CLOSED = "account_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When (epoch seconds UTC) and for whom something happened: verify, webhook:<id>, sweep, staff:<name>.

    `eager`: somebody waits for the payment, so it is due soon; `jitter` in seconds.
    """

    now: float
    by: str
    eager: bool = False
    jitter: float = 0.0


def record[Publishable: (Payment, Subscription, Wallet)](
    told: Publishable, fact: Fact, moment: Moment, **data: str | int | bool | None
) -> Publishable:
    """The record with one more line in its history; data holds no personal datum."""
    known = {name: value for name, value in data.items() if value is not None}
    entry = HistoryLine(seq=told.next_seq, at=moment.now, fact=fact, by=moment.by, data=known)
    return replace(told, history=(*told.history, entry), next_seq=told.next_seq + 1)


def raise_attention(payment: Payment, kind: AttentionKind, subject: str = "payment", *, at: float) -> Payment:
    """Call staff; another call stands beside this one, and the same call keeps its time."""
    if has_attention(payment, kind, subject):
        return payment
    raised = Attention(kind=kind, subject=subject, at=at)
    return replace(payment, attentions=(*payment.attentions, raised))


def clear_attention(payment: Payment, *kinds: AttentionKind, subject: str | None = None) -> Payment:
    """Withdraw the calls of these kinds, or only those about `subject`."""
    kept = tuple(
        each for each in payment.attentions if each.kind not in kinds or subject not in {None, each.subject}
    )
    return payment if kept == payment.attentions else replace(payment, attentions=kept)


def has_attention(payment: Payment, kind: AttentionKind, subject: str | None = None) -> bool:
    """Whether staff is called for this, about `subject` or about anything."""
    return any(each.kind is kind and subject in {None, each.subject} for each in payment.attentions)


def attention_rows(payment: Payment) -> tuple[AttentionRow, ...]:
    """The rows of the list of attentions that a save of this payment adds and withdraws."""
    raised = [each for each in payment.attentions if each not in payment.listed]
    kept = {(each.kind, each.subject) for each in payment.attentions}
    gone = [each for each in payment.listed if (each.kind, each.subject) not in kept]
    return (
        *(_row(payment, each, each.kind) for each in raised),
        *(_row(payment, each, None) for each in gone),
    )


def _row(payment: Payment, held: Attention, listed: AttentionKind | None) -> AttentionRow:
    return AttentionRow(
        payment_id=payment.payment_id,
        kind=held.kind,
        subject=held.subject,
        attention=listed,
        attention_at=held.at,
    )
