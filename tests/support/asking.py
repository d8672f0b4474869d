"""Raw calls to the fake PortOne, and what tests read off its answers."""

from typing import Any

import httpx

from portone_local.portone import FakePortOne
from portone_local.portone.api import Exchange

REFUND_ACCOUNT = {"bank": "SHINHAN", "number": "00000000000000", "holderName": "홍길동"}


def cancel(client: httpx.Client, payment_id: str = "p1", **body: Any) -> httpx.Response:
    """A cancel with `body` in PortOne's words (PortOne facts 5.1)."""
    return client.post(f"/payments/{payment_id}/cancel", json={"reason": "test", **body})


def refused(answer: httpx.Response) -> tuple[int, str]:
    """HTTP status and error type of a refusal."""
    return answer.status_code, str(answer.json().get("type"))


def recorded(fake: FakePortOne) -> list[Exchange]:
    """Every exchange from now on, as it is made."""
    seen: list[Exchange] = []
    fake.api.watchers.append(seen.append)
    return seen
