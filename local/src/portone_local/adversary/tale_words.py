"""Steps the stories share: what is sold, how it is paid, how it is refunded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portone_local.actors.shop import USER, pay, prepare
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import clock_of

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR
ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}
EASY_CARD = {
    "type": "PaymentMethodEasyPay",
    "provider": "KAKAOPAY",
    "easyPayMethod": {"type": "PaymentMethodCard", "card": {"publisher": "SHINHAN_CARD"}},
}
CARD = {
    "type": "PaymentMethodCard",
    "card": {"publisher": "SHINHAN_CARD", "issuer": "SHINHAN_CARD", "brand": "LOCAL", "type": "CREDIT"},
    "approvalNumber": "00000001",
    "installment": {"month": 0, "isInterestFree": False},
}


@dataclass(frozen=True, slots=True)
class More:
    """An additional story; see `Tale`."""

    name: str
    tell: Callable[[ObservedStack], object]
    patience: float = 16 * MINUTE
    settings: Mapping[str, str] = field(default_factory=dict)


def sold(stack: ObservedStack, order_id: str = "order-1", **changes: Any) -> str:
    """A payment that was paid, and we know it; its id."""
    prepared = prepare(stack, order_id)
    pay(stack, prepared, **changes)
    stack.deliver()
    return str(prepared["paymentId"])


def ask_back(stack: ObservedStack, payment_id: str, refund_id: str = "refund-1", **body: Any) -> int:
    """The owner requests a refund of 3,000 won; the status of the answer."""
    wanted = {"refundId": refund_id, "amount": 3_000, "reason": "단순 변심"} | body
    return stack.app(USER).post(f"/payments/{payment_id}/cancel", wanted).status


def seconds_pass(stack: ObservedStack, seconds: float) -> None:
    """Nobody does anything."""
    clock_of(stack).advance(seconds)
