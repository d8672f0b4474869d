"""Events for the shop's own services: one for each line of a record's history (invariant I11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.payments import HistoryLine, Payment
from portone_payments.domain.records.subscriptions import Subscription

type Publishable = Payment | Subscription | Wallet

# the data of a fact that is published, and its public name; a new name stays inside until it is added here
PUBLIC_DATA = {
    "amount": "amount",
    "agreed": "agreed",
    "attempt": "attempt",
    "attention": "attention",
    "balance": "balance",
    "because": "because",
    "billing_key": "billingKeyId",
    "blocked_by": "blockedBy",
    "cancellation": "cancellationId",
    "charges_at": "chargesAt",
    "code": "code",
    "consent_missing": "consentMissing",
    "count": "count",
    "credit": "credit",
    "decision": "decision",
    "doubts": "doubts",
    "ends_at": "endsAt",
    "fields": "fields",
    "hard": "hard",
    "invoice": "invoiceId",
    "late": "late",
    "number": "number",
    "paid": "paid",
    "payment": "paymentId",
    "pg_code": "pgCode",
    "plan": "planId",
    "platform": "platform",
    "refund": "refundId",
    "replaced_by": "replacedBy",
    "retry_at": "retryAt",
    "starts": "startsAt",
    "state": "state",
    "status": "status",
    "subject": "subject",
    "total": "total",
    "transaction": "transactionId",
    "trigger": "trigger",
    "until": "until",
}
SUBJECTS = ("refund", "virtual_account", "cash_receipt", "subscription", "invoice", "billing_key", "account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Fact `seq` of a record; `at` in epoch seconds UTC, amounts in `data` in minor units of `currency`.

    `id` never changes, however often the event is published; consumers deduplicate by it. No personal datum.
    A field that a kind of record lacks is None.
    """

    id: str
    type: str
    user_id: str
    seq: int
    at: float
    payment_id: str | None = None
    order_id: str | None = None
    subscription_id: str | None = None
    currency: str | None = None
    data: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A record after one save, and after the save before; None where there was none."""

    after: Publishable
    before: Publishable | None


def event_of(told: Publishable, entry: HistoryLine) -> Event:
    """The event of a history line: the same however often it is published."""
    kind, record_id = place_of(told)
    return Event(
        id=f"{record_id}:{entry.seq}" if kind == "payment" else f"{kind}:{record_id}:{entry.seq}",
        type=type_of(entry.fact, kind),
        payment_id=told.payment_id if isinstance(told, Payment) else None,
        order_id=None if isinstance(told, Wallet) else told.order_id,
        subscription_id=None if isinstance(told, Wallet) else told.subscription_id,
        user_id=told.user_id,
        currency=None if isinstance(told, Wallet) else told.currency,
        seq=entry.seq,
        at=entry.at,
        data={PUBLIC_DATA[name]: value for name, value in entry.data.items() if _public(name, value)},
    )


def _public(name: str, value: object) -> bool:
    """Whether a value may be published: a newer version may write anything, only plain known ones leave."""
    return name in PUBLIC_DATA and isinstance(value, str | int)


def place_of(told: Publishable) -> tuple[str, str]:
    """The kind and the id of a record with a history."""
    match told:
        case Payment():
            return "payment", told.payment_id
        case Subscription():
            return "subscription", told.subscription_id
        case Wallet():
            return "wallet", told.user_id


def type_of(fact: str, kind: str = "payment") -> str:
    """The published name of a fact: refund_failed becomes refund.failed, paid becomes payment.paid.

    A rule, not a table: a fact written by a newer version has the same name whichever version publishes it.
    """
    for subject in SUBJECTS:
        if fact.startswith(f"{subject}_"):
            return f"{subject}.{fact.removeprefix(f'{subject}_')}"
    return f"{kind}.{fact}"
