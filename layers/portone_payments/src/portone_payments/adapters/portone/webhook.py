"""A webhook delivery as it arrives at the Function URL: transport checks, signature, `Delivery`.

The meaning of a delivery depends on signed bytes only: id, timestamp and body, never the content type.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from portone_payments.adapters.aws.secret_shape import signing_key
from portone_payments.adapters.portone.webhook_body import fill_in
from portone_payments.domain.errors.common import (
    InvalidRequest,
    MethodNotAllowed,
    PayloadTooLarge,
    SignatureRejected,
    UnsupportedMediaType,
)
from portone_payments.domain.readings.webhook import UNREADABLE, Delivery
from portone_payments.ports.world import WebhookSecrets

MAX_BODY = 64 * 1024
MEDIA_TYPES = frozenset({"application/json", "application/x-www-form-urlencoded"})

# Function URLs join repeated headers with commas: none of the three patterns accepts one.
WEBHOOK_ID = re.compile(r"[!-+\--~]{1,256}")
# No leading zero: the signed text contains the header's own digits.
TIMESTAMP = re.compile(r"[1-9][0-9]{0,10}")
SIGNATURE = re.compile(r".{1,4096}", re.DOTALL)
# Without padding too: PortOne's JavaScript library accepts it (PortOne facts 17).
V1_ENTRY = re.compile(r"v1,([A-Za-z0-9+/]{43})=?")
MAX_ENTRIES = 16


def read_delivery(
    *,
    method: str,
    headers: Mapping[str, str],
    body: bytes,
    secrets: WebhookSecrets,
    now: float,
    tolerance: int,
) -> Delivery:
    """The delivery, once its signature holds; `fresh` is false `tolerance` seconds away from `now` (UTC).

    `headers` have lower-case names. A signed body that cannot be read has the type `Unreadable`.
    Raises MethodNotAllowed, UnsupportedMediaType, PayloadTooLarge, SignatureRejected (PortOne facts 8).
    """
    _check_transport(method, headers, body)
    webhook_id = _header(headers, "webhook-id", WEBHOOK_ID)
    sent = int(_header(headers, "webhook-timestamp", TIMESTAMP))
    macs = _macs(_header(headers, "webhook-signature", SIGNATURE))
    text = _text(body)
    if not _signed(secrets, webhook_id, sent, text, macs):
        raise SignatureRejected(reason=SignatureRejected.NO_MATCH)
    envelope = Delivery(
        id=webhook_id,
        type=UNREADABLE,
        body_hash=hashlib.sha256(body).hexdigest(),
        happened_at=float(sent),
        fresh=abs(now - sent) <= tolerance,
    )
    return fill_in(envelope, text)


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes PortOne sent. Raises InvalidRequest for a body that is not in its declared encoding."""
    body = event.get("body")
    try:
        if event.get("isBase64Encoded"):
            return base64.b64decode(body or "", validate=True)
        return (body or "").encode()
    except (ValueError, TypeError, AttributeError):
        raise InvalidRequest(field="body", reason="encoding") from None


def single_headers(event: Mapping[str, Any]) -> dict[str, str]:
    """The headers under lower-case names; values that differ by spelling of the name alone are joined.

    Joined as HTTP joins them, with a comma and a space, which `read_delivery` accepts in no webhook header.
    """
    found: dict[str, list[str]] = {}
    for name, value in (event.get("headers") or {}).items():
        values = found.setdefault(name.lower(), [])
        if value not in values:
            values.append(value)
    return {name: ", ".join(values) for name, values in found.items()}


def _check_transport(method: str, headers: Mapping[str, str], body: bytes) -> None:
    if method != "POST":
        raise MethodNotAllowed
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMediaType
    if len(body) > MAX_BODY:
        raise PayloadTooLarge(limit=MAX_BODY)


def _header(headers: Mapping[str, str], name: str, pattern: re.Pattern[str]) -> str:
    value = headers.get(name, "")
    if not pattern.fullmatch(value):
        raise SignatureRejected(reason=name)
    return value


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        # No Standard Webhooks library can sign such bytes.
        raise SignatureRejected(reason="not_utf_8") from None


def _macs(signature: str) -> list[str]:
    """The MACs in a header; each entry is checked by itself, so a malformed one is skipped."""
    entries = [entry for entry in signature.split(" ") if entry][:MAX_ENTRIES]
    return [found[1] for entry in entries if (found := V1_ENTRY.fullmatch(entry))]


def _signed(secrets: WebhookSecrets, webhook_id: str, sent: int, text: str, macs: list[str]) -> bool:
    # The MAC is the library's; its `verify` reads the wall clock, fixes the tolerance, leaks ValueErrors.
    at = datetime.fromtimestamp(sent, UTC)
    keys = [key for secret in secrets.signing if (key := signing_key(secret))]
    expected = [Webhook(key).sign(webhook_id, at, text).removeprefix("v1,").rstrip("=") for key in keys]
    held = [hmac.compare_digest(given, mac) for mac in expected for given in macs]
    return any(held)
