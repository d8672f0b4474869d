"""Readings for tests: PortOne's answer about `a_payment()`, of which a test names only what it needs."""

from typing import Any

from portone_payments.domain.payments.absorb import absorb
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import (
    Cancellation,
    CancellationStatus,
    Channel,
    Method,
    RemoteStatus,
    Snapshot,
    VirtualAccount,
)
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.webhooks import HintState
from tests.support.records import NOW

STORE = "store-1"
CHANNEL = Channel(test=True, pg_provider="TOSSPAYMENTS", pg_merchant_id="merchant-1", key="channel-1")
CARD = Method(kind=PayMethod.CARD)
POLICY = CheckPolicy(store_id=STORE, channels=frozenset({"channel-1"}))
SECOND = 1_000_000
_MONEY = {RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.CANCELLED}


def micros(seconds: float) -> int:
    """Epoch seconds `seconds` after NOW, in microseconds."""
    return round((NOW + seconds) * SECOND)


def moment(after: float = 60, by: str = "sweep", **more: Any) -> Moment:
    """`after` seconds after NOW."""
    return Moment(now=NOW + after, by=by, **more)


def a_snapshot(
    status: RemoteStatus = RemoteStatus.PAID, *, after: float = 30, **interesting: Any
) -> Snapshot:
    """A card payment of 1,000 won as PortOne shows it; `after` is its last change, in seconds after NOW."""
    taken = status in _MONEY
    ordinary: dict[str, Any] = {
        "payment_id": "payment1",
        "transaction_id": "tx-1",
        "store_id": STORE,
        "total": 1_000,
        "tax_free": 0,
        "paid": 1_000 if taken else 0,
        "discount": 0,
        "cancelled": 0,
        "cancelled_tax_free": 0,
        "currency": "KRW",
        "requested_at": micros(10),
        "updated_at": micros(after),
        "channel": CHANNEL,
        "method": CARD,
        "cancellations": (),
        "paid_at": micros(30) if taken else None,
    }
    return Snapshot(status=status, **ordinary | interesting)


def a_cancellation(
    number: int = 1, status: CancellationStatus = CancellationStatus.SUCCEEDED, total: int = 1_000
) -> Cancellation:
    """A refund, numbered."""
    return Cancellation(
        id=f"cancellation-{number}",
        status=status,
        total=total,
        tax_free=0,
        reason="changed mind",
        requested_at=micros(40),
        trigger="CONSOLE",
    )


def an_account(due_after: float = 3 * 24 * 3600) -> Method:
    """A virtual account to deposit into until `due_after` seconds after NOW."""
    account = VirtualAccount(
        bank="SHINHAN", number="000123456789", holder="Example shop", due_at=int(NOW + due_after)
    )
    return Method(kind=PayMethod.VIRTUAL_ACCOUNT, virtual_account=account)


def after_reading(payment: Payment, snapshot: Snapshot | None, at: float = 60) -> Payment:
    """The payment that is saved after a reading, `at` seconds after NOW."""
    return absorb(payment, snapshot, moment(at), POLICY).payment


def facts(payment: Payment) -> list[str]:
    """The facts of its history, in order."""
    return [entry.fact for entry in payment.history]


def hint_states(payment: Payment) -> list[HintState]:
    """Where its webhooks stand."""
    return [hint.state for hint in payment.hints.values()]
