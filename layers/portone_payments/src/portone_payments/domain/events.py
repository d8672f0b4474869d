"""What the shop's own services are told: one event for each line of a payment's history (invariant I11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portone_payments.domain.records import Entry, Payment

# of what a fact may carry, what leaves and under which name; a new name stays inside until it is added here
PUBLIC_DATA = {
    "amount": "amount",
    "attempt": "attempt",
    "attention": "attention",
    "cancellation": "cancellationId",
    "code": "code",
    "decision": "decision",
    "doubts": "doubts",
    "fields": "fields",
    "number": "receiptNumber",
    "paid": "paid",
    "pg_code": "pgCode",
    "platform": "platform",
    "refund": "refundId",
    "state": "state",
    "status": "status",
    "total": "total",
    "transaction": "transactionId",
    "trigger": "trigger",
}
SUBJECTS = ("refund", "virtual_account", "cash_receipt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Fact `seq` of a payment; `at` in epoch seconds UTC, amounts in `data` in minor units of `currency`.

    `id` never changes, however often the event is published; consumers key by it. No personal datum.
    """

    id: str
    type: str
    payment_id: str
    order_id: str
    user_id: str
    currency: str
    seq: int
    at: float
    data: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A payment as one save left it, and as the save before had left it; None where there was none."""

    after: Payment
    before: Payment | None


def event_of(payment: Payment, entry: Entry) -> Event:
    """The event of a line of the history: the same today, tomorrow and when it is published again."""
    return Event(
        id=f"{payment.payment_id}:{entry.seq}",
        type=type_of(entry.fact),
        payment_id=payment.payment_id,
        order_id=payment.order_id,
        user_id=payment.user_id,
        currency=payment.currency,
        seq=entry.seq,
        at=entry.at,
        data={PUBLIC_DATA[name]: value for name, value in entry.data.items() if name in PUBLIC_DATA},
    )


def type_of(fact: str) -> str:
    """The published name of a fact: refund_failed is refund.failed, paid is payment.paid.

    A rule, not a table: a fact written by a newer version has the same name whichever version publishes it.
    """
    for subject in SUBJECTS:
        if fact.startswith(f"{subject}_"):
            return f"{subject}.{fact.removeprefix(f'{subject}_')}"
    return f"payment.{fact}"
