"""A canary in every sensitive field, and where they must not sing."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from portone_local.oracle import ObservedStack
from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET, Decline
from portone_local.stack.wiring import HASH_KEY
from portone_local.twins.tables import MemoryQueue

_PLANTED = (
    "customer_name",
    "customer_phone",
    "customer_email",
    "card_number",
    "approval_number",
    "mobile_phone",
    "remitter_name",
    "depositor_name",
    "billing_key",
    "pg_reason",
    "pg_message",
    "cancel_reason",
    "foreign_custom_data",
    "token_claim",
    "forged_signature",
    "payment_token",
    "refund_holder",
)

SECRET = {name: f"canary0{name.replace('_', '0')}" for name in _PLANTED} | {
    "api_secret": EXAMPLE_SECRET,
    "webhook_secret": EXAMPLE_WEBHOOK_SECRET.removeprefix("whsec_"),
    "hash_key": HASH_KEY,
    "refund_account": "11090807060504",
    "receipt_number": "01090807060",
}
"""In no log, metric, queue body or error answer, and not in clear in the table."""

UNSPOKEN = {
    name: f"canary0{name.replace('_', '0')}"
    for name in (
        "account_number",
        "pg_code",
        "idempotency_key",
        "order_name",
        "staff_reason",
        "refund_reason",
    )
}
"""Stored, because somebody is shown it later; said nowhere else."""

CANARIES = SECRET | UNSPOKEN

CUSTOMER = {
    "name": SECRET["customer_name"],
    "phoneNumber": SECRET["customer_phone"],
    "email": SECRET["customer_email"],
}

CARD: dict[str, Any] = {
    "type": "PaymentMethodCard",
    "card": {"number": SECRET["card_number"], "bin": SECRET["card_number"], "name": SECRET["card_number"]},
    "approvalNumber": SECRET["approval_number"],
}

MOBILE: dict[str, Any] = {"type": "PaymentMethodMobile", "phoneNumber": SECRET["mobile_phone"]}

ACCOUNT: dict[str, Any] = {
    "type": "PaymentMethodVirtualAccount",
    "bank": "SHINHAN",
    "accountNumber": UNSPOKEN["account_number"],
    "remitteeName": "Example shop",
    "remitterName": SECRET["remitter_name"],
    "depositorName": SECRET["depositor_name"],
    "issuedAt": "2026-01-02T03:04:05Z",
    "expiredAt": "2026-01-03T03:04:05Z",
}

REFUND = {
    "refundId": "refund-1",
    "full": True,
    "reason": UNSPOKEN["refund_reason"],
    "refundAccount": {
        "bank": "SHINHAN_BANK",
        "number": SECRET["refund_account"],
        "holderName": SECRET["refund_holder"],
    },
}

DECLINE = Decline(SECRET["pg_reason"], UNSPOKEN["pg_code"], SECRET["pg_message"])


def places(stack: ObservedStack, printed: str = "", queued: Iterable[str] = ()) -> dict[str, str]:
    """Everything written, by place. `printed` is standard output with the metrics; `queued` queue bodies."""
    queue = stack.ports["queue"]
    bodies = [*queued, *(queue.bodies if isinstance(queue, MemoryQueue) else ())]
    refusals = [answer.body for answer in stack.answers if answer.status >= 400]
    return {
        "logs": "\n".join(stack.logs),
        "metrics": printed,
        "queues": "\n".join(bodies),
        "errors": "\n".join(refusals),
        "table": json.dumps(stack.dump()),
    }


def heard(said: Mapping[str, str]) -> set[tuple[str, str]]:
    """Place and name of each canary that sings, also under Base64; the table may hold what it must."""
    found = {
        (place, name)
        for place, text in said.items()
        for name, canary in CANARIES.items()
        if place != "table" and any(form in text for form in _forms(canary))
    }
    return found | {("table", name) for name, canary in SECRET.items() if canary in said["table"]}


def _forms(canary: str) -> tuple[str, ...]:
    """The text itself, and how Base64 shows it at each of three alignments."""
    encoded = [
        base64.b64encode(b"\0" * shift + canary.encode()).decode().rstrip("=")[4:-2] for shift in range(3)
    ]
    return (canary, *encoded)
