"""The contents of an authentic webhook body, in both versions PortOne sends (PortOne facts 8.1, 8.2, 4.3)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from portone_payments.domain.payments.hints import EventType
from portone_payments.domain.readings.webhook import UNREADABLE, Delivery

OLD_FIELDS = frozenset({"payment_id", "tx_id", "status", "total_amount"})
MAX_TYPE = 64
MAX_ID_BYTES = 256
MAX_AMOUNT = 10**15
MAX_FORM_FIELDS = 32


def fill_in(envelope: Delivery, text: str) -> Delivery:
    """`envelope` with the contents of the body, or unchanged where the body has nothing to act on.

    Unknown types and fields are kept and ignored (PortOne facts 8.3). A confirm request stays one
    however little of it can be read: answered 2xx, it would approve the payment (facts 4.3).
    """
    body = _fields(text)
    if _name(body.get("type")):
        delivery = _current(envelope, body)
    elif OLD_FIELDS & body.keys():
        delivery = _old(envelope, body)
    else:
        return envelope
    return delivery if _usable(delivery) else replace(envelope, old_version=delivery.old_version)


def _current(envelope: Delivery, body: Mapping[str, Any]) -> Delivery:
    found = body.get("data")
    data: Mapping[str, Any] = found if isinstance(found, dict) else {}
    event_type = _name(body["type"])
    return replace(
        envelope,
        type=event_type,
        happened_at=_seconds(body.get("timestamp"), otherwise=envelope.happened_at),
        payment_id=_id(data.get("paymentId")),
        transaction_id=_id(data.get("transactionId")),
        store_id=_id(data.get("storeId")),
        cancellation_id=_id(data.get("cancellationId")),
        billing_key=_id(data.get("billingKey")),
        total_amount=_amount(data.get("totalAmount")) if event_type == EventType.CONFIRM else None,
    )


def _old(envelope: Delivery, body: Mapping[str, Any]) -> Delivery:
    """Version 2024-01-01: a status is the later type without its prefix; a confirm request has none."""
    status = "Confirm" if body.get("status") is None else _name(body["status"])
    event_type = f"Transaction.{status}" if status else UNREADABLE
    return replace(
        envelope,
        type=event_type,
        old_version=True,
        payment_id=_id(body.get("payment_id")),
        transaction_id=_id(body.get("tx_id")),
        total_amount=_amount(body.get("total_amount")) if event_type == EventType.CONFIRM else None,
    )


def _usable(delivery: Delivery) -> bool:
    if delivery.type.startswith("BillingKey."):
        return delivery.billing_key is not None
    if delivery.type.startswith("Transaction.") and delivery.type != EventType.CONFIRM:
        return delivery.payment_id is not None
    return delivery.type != UNREADABLE


def _fields(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return _form(text)
    return found if isinstance(found, dict) else {}


def _form(text: str) -> Mapping[str, Any]:
    try:
        fields: dict[str, Any] = dict(parse_qsl(text, max_num_fields=MAX_FORM_FIELDS))
    except ValueError:
        return {}
    amount = fields.get("total_amount", "")
    if amount.isascii() and amount.isdecimal() and len(amount) <= len(str(MAX_AMOUNT)):
        fields["total_amount"] = int(amount)
    return fields


def _name(value: object) -> str:
    return value[:MAX_TYPE] if isinstance(value, str) and value.isprintable() else ""


def _id(value: object) -> str | None:
    # Printable first: it keeps out NUL and lone surrogates, which cannot be encoded.
    if isinstance(value, str) and value.isprintable() and 0 < len(value.encode()) <= MAX_ID_BYTES:
        return value
    return None


def _amount(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MAX_AMOUNT else None


def _seconds(value: object, *, otherwise: float) -> float:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return otherwise
    return at.timestamp() if at and at.tzinfo else otherwise
