"""Evidence for the oracle's own tests: what is planted into a clean world is otherwise as it should be."""

from dataclasses import replace
from typing import Any

from portone_local.oracle import Evidence
from portone_payments.domain.records.instructions import Refund
from portone_payments.domain.records.payments import HistoryLine, Payment
from portone_payments.domain.records.subscriptions import Subscription
from tests.support.records import NOW


def with_payment(evidence: Evidence, held: Payment, **changes: Any) -> Evidence:
    """One payment changed; whom it calls is listed."""
    changed = replace(held, **changes)
    return listed(replace(evidence, payments={**evidence.payments, held.payment_id: changed}))


def with_book(evidence: Evidence, held: Payment, **changes: Any) -> Evidence:
    """PortOne's book of one payment changed."""
    book = replace(evidence.books[held.payment_id], **changes)
    return replace(evidence, books={**evidence.books, held.payment_id: book})


def with_subscription(evidence: Evidence, held: Subscription, **changes: Any) -> Evidence:
    """One subscription changed."""
    changed = replace(held, **changes)
    return replace(evidence, subscriptions={**evidence.subscriptions, held.subscription_id: changed})


def with_invoice(evidence: Evidence, held: Subscription, number: str, **changes: Any) -> Evidence:
    """One invoice of a subscription changed."""
    invoices = {**held.invoices, number: replace(held.invoices[number], **changes)}
    return with_subscription(evidence, held, invoices=invoices)


def a_refund(refund_id: str, **interesting: Any) -> Refund:
    """A refund of 5,000 won that was sent."""
    ordinary: dict[str, Any] = {
        "amount": 5_000,
        "tax_free": 0,
        "balance": 12_000,
        "reason": "-",
        "requester": "CUSTOMER",
        "by": "owner",
        "body_hash": "-",
        "key": f"key-of-{refund_id}",
        "token": "0123456789AB",
        "created_at": NOW,
    }
    return Refund(id=refund_id, **ordinary | interesting)


def told(seq: int, fact: str, **interesting: Any) -> HistoryLine:
    """A line of a history."""
    ordinary: dict[str, Any] = {"at": NOW, "by": "test"}
    return HistoryLine(seq=seq, fact=fact, **ordinary | interesting)


def listed(evidence: Evidence) -> Evidence:
    """Every attention on the list of its kind."""
    calls = {
        payment.payment_id: frozenset((str(each.kind), each.subject) for each in payment.attentions)
        for payment in evidence.payments.values()
    }
    return replace(evidence, listed=calls)


def counted(evidence: Evidence, metric: str, at: float) -> Evidence:
    """A metric counted at that moment."""
    moments = {**evidence.alarms.counted.get(metric, {}), at: 1.0}
    alarms = replace(evidence.alarms, counted={**evidence.alarms.counted, metric: moments})
    return replace(evidence, alarms=alarms)
