"""What a webhook of PortOne says, in both body versions (PortOne facts 8.1, 8.2), and its way to the shop."""

import datetime as dt
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import urlencode

from pydantic import ConfigDict


class BodyVersion(StrEnum):
    """The console's webhook version (PortOne facts 8.1)."""

    V2024_04_25 = "2024-04-25"
    V2024_01_01_JSON = "2024-01-01 json"
    V2024_01_01_FORM = "2024-01-01 form"


@dataclass(frozen=True)
class Delivery:
    """One webhook on its way. `due` and `first_sent` in epoch seconds."""

    webhook_id: str
    type: str
    payment_id: str
    content_type: str
    body: bytes = field(repr=False)
    due: float
    order: int
    tries: int = 0
    first_sent: float | None = None


@dataclass(frozen=True)
class Sent:
    """One delivery attempt: when (epoch seconds) and what the receiver answered."""

    webhook_id: str
    type: str
    payment_id: str
    at: float
    status: int


@dataclass(frozen=True)
class Mischief:
    """What happens to the next `count` events: lost, delayed by seconds, sent in extra copies."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    lose: bool = False
    delay: float = 0.0
    copies: int = 0
    count: int = 1


def event_body(version: BodyVersion, kind: str, data: dict[str, Any], at: float) -> tuple[bytes, str] | None:
    """Body and content type of an event; None where the version has no such event (facts 8.1, 8.2)."""
    if version is BodyVersion.V2024_04_25:
        moment = dt.datetime.fromtimestamp(at, tz=dt.UTC).isoformat(timespec="milliseconds")
        event = {"type": kind, "timestamp": moment.replace("+00:00", "Z"), "data": data}
        return json.dumps(event, separators=(",", ":")).encode(), "application/json"
    if not kind.startswith("Transaction.") or "Dispute" in kind:
        return None
    old = {
        "payment_id": data["paymentId"],
        "tx_id": data["transactionId"],
        "status": kind.removeprefix("Transaction."),
    }
    if version is BodyVersion.V2024_01_01_FORM:
        return urlencode(old).encode(), "application/x-www-form-urlencoded"
    return json.dumps(old, separators=(",", ":")).encode(), "application/json"
