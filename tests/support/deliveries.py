"""Webhook deliveries for tests: signed as PortOne signs, and wrapped as a Function URL event."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portone_local.portone import sign

SECRET = "whsec_b2J2aW91c2x5LWZha2Utd2ViaG9vay1rZXktMDAwMQ=="
NEXT_SECRET = "whsec_b2J2aW91c2x5LWZha2Utd2ViaG9vay1rZXktMDAwMg=="
FOREIGN_SECRET = "whsec_b2J2aW91c2x5LWZha2Utd2ViaG9vay1rZXktOTk5OQ=="
SENT = 1767323045
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A delivery and how it came about: `signer` made `entry` over `signed` (id, timestamp, body).

    `secrets` are the ones the receiver holds, `now` its clock in epoch seconds UTC, `changes` what was
    done to the delivery since it was signed.
    """

    headers: Mapping[str, str]
    body: bytes
    signer: str
    entry: str
    signed: tuple[str, str, bytes]
    secrets: tuple[str, ...] = (SECRET,)
    now: float = SENT
    changes: tuple[str, ...] = ()

    @property
    def authentic(self) -> bool:
        """Whether a live secret signed exactly this; known from its making, not from any MAC."""
        ids, times, signatures = (
            {value for name, value in self.headers.items() if name.lower() == f"webhook-{part}"}
            for part in ("id", "timestamp", "signature")
        )
        if len(ids) != 1 or len(times) != 1:
            return False
        entries = {entry.rstrip("=") for signature in signatures for entry in signature.split(" ")}
        return (
            (ids.pop(), times.pop(), self.body) == self.signed
            and self.entry.rstrip("=") in entries
            and _bare(self.signer) in map(_bare, self.secrets)
        )


def _bare(secret: str) -> str:
    """A secret without what may stand around its Base64 letters."""
    return secret.strip().removeprefix("whsec_").rstrip("=")


def delivery(
    body: bytes,
    *,
    webhook_id: str = "wh_0001",
    sent: int = SENT,
    secret: str = SECRET,
    content_type: str = JSON,
) -> Case:
    """A delivery of `body` as PortOne would send it at `sent`, received at once."""
    entry = sign(secret, webhook_id, sent, body)
    headers = {
        "content-type": content_type,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(sent),
        "webhook-signature": entry,
    }
    return Case(
        headers=headers,
        body=body,
        signer=secret,
        entry=entry,
        signed=(webhook_id, str(sent), body),
        secrets=(secret,),
        now=sent,
    )


def function_url_event(
    headers: Mapping[str, str], body: bytes, *, method: str = "POST", encode: bool = False
) -> dict[str, Any]:
    """The event a Lambda Function URL makes of a request (payload version 2.0); bodies as Base64 or text."""
    encode = encode or not _is_text(body)
    domain = "0123456789abcdefexample.lambda-url.ap-northeast-2.on.aws"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {**headers, "host": domain, "x-forwarded-proto": "https"},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": domain.partition(".")[0],
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": method,
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "52.78.5.241",
                "userAgent": "example",
            },
            "requestId": "00000000-0000-4000-8000-000000000001",
            "routeKey": "$default",
            "stage": "$default",
            "time": "02/Jan/2026:03:04:05 +0000",
            "timeEpoch": SENT * 1000,
        },
        "body": base64.b64encode(body).decode() if encode else body.decode(),
        "isBase64Encoded": encode,
    }


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
