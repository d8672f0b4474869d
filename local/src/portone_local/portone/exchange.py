"""A request, an answer and an error of PortOne's REST API, free of any transport."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATUS_OF = {
    "INVALID_REQUEST": 400,
    "INVALID_PAYMENT_TOKEN": 400,
    "MAX_TRANSACTION_COUNT_REACHED": 400,
    "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT": 400,
    "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "DISCOUNT_AMOUNT_EXCEEDS_TOTAL_AMOUNT": 400,
    "PROMOTION_PAY_METHOD_DOES_NOT_MATCH": 400,
    "BILLING_KEY_NOT_FOUND": 404,
    "BILLING_KEY_NOT_ISSUED": 404,
    "PAYMENT_SCHEDULE_NOT_FOUND": 404,
    "CASH_RECEIPT_NOT_FOUND": 404,
    "CASH_RECEIPT_NOT_ISSUED": 404,
    "CHANNEL_NOT_FOUND": 404,
    "IDENTITY_VERIFICATION_NOT_FOUND": 404,
    "IDENTITY_VERIFICATION_NOT_SENT": 404,
    "PAYMENT_NOT_FOUND": 404,
    "ALREADY_PAID": 409,
    "ALREADY_PAID_OR_WAITING": 409,
    "BILLING_KEY_ALREADY_DELETED": 409,
    "BILLING_KEY_ALREADY_ISSUED": 409,
    "PAYMENT_SCHEDULE_ALREADY_EXISTS": 409,
    "PAYMENT_SCHEDULE_ALREADY_PROCESSED": 409,
    "PAYMENT_SCHEDULE_ALREADY_REVOKED": 409,
    "SUM_OF_PARTS_EXCEEDS_TOTAL_AMOUNT": 409,
    "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN": 409,
    "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT": 409,
    "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT": 409,
    "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT": 409,
    "CASH_RECEIPT_ALREADY_ISSUED": 409,
    "IDEMPOTENCY_OUTSTANDING_REQUEST": 409,
    "IDENTITY_VERIFICATION_ALREADY_SENT": 409,
    "IDENTITY_VERIFICATION_ALREADY_VERIFIED": 409,
    "INFORMATION_MISMATCH": 409,
    "MAX_CANCEL_COUNT_REACHED": 409,
    "PAYMENT_ALREADY_CANCELLED": 409,
    "PAYMENT_NOT_PAID": 409,
    "PAYMENT_NOT_WAITING_FOR_DEPOSIT": 409,
    "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT": 409,
    "CHANNEL_SPECIFIC": 502,
    "PG_PROVIDER": 502,
}
"""Each error type has one HTTP status (PortOne facts 10)."""


@dataclass(frozen=True)
class Request:
    """One call as it arrived: `path` still percent-encoded, header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Answer:
    """Status, body and headers of one answer."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


class ApiError(Exception):
    """An answer `{type, message}`, with more of it where the type has more, and the status of its type."""

    def __init__(self, kind: str, message: str, **more: Any) -> None:
        super().__init__(kind)
        self.answer = as_json({"type": kind, "message": message, **more}, STATUS_OF[kind])


def as_json(value: Any, status: int = 200) -> Answer:
    """`value` as a JSON answer."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


def no_such_operation(request: Request) -> Answer:
    """The answer to an unknown path or method; the type is a guess, its form is that of every error."""
    return as_json({"type": "NOT_FOUND", "message": f"no operation {request.method} {request.path}"}, 404)


def as_html(status: int) -> Answer:
    """What an intermediary says in PortOne's stead."""
    body = f"<html><head><title>{status}</title></head><body>Server Error</body></html>"
    return Answer(status, body.encode(), {"content-type": "text/html"})
