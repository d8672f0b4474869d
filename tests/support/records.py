"""Records for tests: valid ones, of which a test names only what interests it."""

from typing import Any

from portone_payments.domain.records.payments import (
    Attention,
    AttentionKind,
    ClientRequest,
    HistoryLine,
    Order,
    Payment,
)
from portone_payments.domain.records.webhooks import Hint, HintState, UnmatchedWebhook

NOW = 1_767_323_045.5
CUSTOMER = "EXAMPLECUSTOMER00001"


def an_order(order_id: str = "order-1", **interesting: Any) -> Order:
    """An order of 1,000 won."""
    ordinary: dict[str, Any] = {
        "user_id": "user-1",
        "name": "coffee",
        "total": 1_000,
        "tax_free": 0,
        "currency": "KRW",
        "pay_methods": ("CARD",),
        "created_at": NOW,
    }
    return Order(order_id=order_id, **ordinary | interesting)


def a_payment(payment_id: str = "payment1", **interesting: Any) -> Payment:
    """A payment of 1,000 won, not yet attempted."""
    ordinary: dict[str, Any] = {
        "order_id": "order-1",
        "user_id": "user-1",
        "customer_id": CUSTOMER,
        "total": 1_000,
        "tax_free": 0,
        "currency": "KRW",
        "order_name": "coffee",
        "created_at": NOW,
        "expires_at": int(NOW) + 3_600,
    }
    return Payment(payment_id=payment_id, **ordinary | interesting)


def called(*kinds: AttentionKind, subject: str = "payment", at: float = NOW) -> tuple[Attention, ...]:
    """Attentions."""
    return tuple(Attention(kind=kind, subject=subject, at=at) for kind in kinds)


def calls_of(payment: Payment) -> list[AttentionKind]:
    """Why people are called, oldest call first."""
    return [each.kind for each in payment.attentions]


def a_request(key: str = "key-1", **interesting: Any) -> ClientRequest:
    """A client's Idempotency-Key on prepare."""
    ordinary: dict[str, Any] = {
        "user_id": "user-1",
        "route": "POST /payments",
        "body_hash": "0" * 64,
        "resource_id": "payment1",
        "created_at": NOW,
        "expires_at": int(NOW) + 86_400,
    }
    return ClientRequest(key=key, **ordinary | interesting)


def an_unmatched(webhook_id: str = "wh_1", **interesting: Any) -> UnmatchedWebhook:
    """A webhook about a billing key."""
    ordinary: dict[str, Any] = {
        "type": "BillingKey.Issued",
        "body_hash": "0" * 64,
        "received_at": NOW,
        "expires_at": int(NOW) + 86_400,
    }
    return UnmatchedWebhook(webhook_id=webhook_id, **ordinary | interesting)


def a_hint(number: int = 1, state: HintState = HintState.OPEN, **interesting: Any) -> Hint:
    """A webhook saying that the payment was paid, `number` seconds from now."""
    ordinary: dict[str, Any] = {
        "id": f"wh_{number}",
        "type": "Transaction.Paid",
        "body_hash": "0" * 64,
        "received_at": NOW + number,
        "happened_at": NOW,
    }
    return Hint(state=state, **ordinary | interesting)


def history(length: int) -> tuple[HistoryLine, ...]:
    """A history of readings, numbered from 1."""
    return tuple(HistoryLine(seq=seq, at=NOW + seq, fact="read", by="worker") for seq in range(1, length + 1))


def with_history(length: int, **interesting: Any) -> Payment:
    """A payment with a history of so many facts."""
    return a_payment(history=history(length), next_seq=length + 1, **interesting)
