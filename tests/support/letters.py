"""Webhooks written by hand, as PortOne or a forger would send them to a stack."""

import json
from typing import Any

from portone_local.actors.shop import pay, prepare
from portone_local.gateway.messages import Request, Response
from portone_local.oracle import ObservedStack
from portone_local.portone import EXAMPLE_WEBHOOK_SECRET, sign
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.webhooks import UnmatchedWebhook

FORM = "application/x-www-form-urlencoded"


def event(kind: str, payment_id: str, **data: Any) -> bytes:
    """The body of an event about a payment, in version 2024-04-25."""
    named = {"paymentId": payment_id, "storeId": "store-1", "transactionId": "tx-1"} | data
    return json.dumps({"type": kind, "timestamp": "2026-01-02T03:04:05.678Z", "data": named}).encode()


def send(
    stack: ObservedStack,
    body: bytes,
    *,
    webhook_id: str = "wh_by_hand",
    age: float = 0,
    secret: str = EXAMPLE_WEBHOOK_SECRET,
    content_type: str = "application/json",
) -> Response:
    """Send a body signed `age` seconds ago; what we answer."""
    signed_at = int(stack.clock.now() - age)
    headers = {
        "content-type": content_type,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(signed_at),
        "webhook-signature": sign(secret, webhook_id, signed_at, body),
    }
    request = Request(method="POST", target="/", headers=tuple(headers.items()), body=body)
    return stack.post_webhook(request)


def payment_of(stack: ObservedStack, payment_id: str) -> Payment:
    """The payment as we hold it."""
    [found] = [
        record
        for record in stack.ports["store"].records()
        if isinstance(record, Payment) and record.payment_id == payment_id
    ]
    return found


def unmatched_webhooks(stack: ObservedStack) -> list[UnmatchedWebhook]:
    """What was filed as nothing of ours."""
    return [record for record in stack.ports["store"].records() if isinstance(record, UnmatchedWebhook)]


def paid(stack: ObservedStack) -> str:
    """A payment PortOne charged and no webhook or reading has shown."""
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    return str(prepared["paymentId"])
