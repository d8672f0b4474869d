"""The list endpoint on the wire: its query, and a page of it in our own types (PortOne facts 13)."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from portone_payments.adapters.portone.texts import may_be_id, moment_of, parsed
from portone_payments.adapters.portone.wire import WirePayment, snapshot_of
from portone_payments.ports.portone import Listed, ListPage

REACH = 60_000  # PortOne refuses a page that ends beyond it


def list_query(store_id: str, since: int, until: int, *, number: int, size: int) -> dict[str, str]:
    """The query of GET /payments: its body, as JSON text, since the body of a GET can get lost.

    `since` and `until` in epoch seconds UTC. No filter by status: one PortOne invents later must be seen.
    Raises ValueError for a page beyond PortOne's reach.
    """
    if (number + 1) * size > REACH:
        raise ValueError("a page beyond PortOne's reach")
    asked = {
        "page": {"number": number, "size": size},
        "filter": {
            "storeId": store_id,
            "timestampType": "STATUS_CHANGED_AT",
            "from": _time(since),
            "until": _time(until),
            "sortBy": "STATUS_CHANGED_AT",
            "sortOrder": "ASC",
            "version": "V2",
        },
    }
    return {"requestBody": json.dumps(asked, separators=(",", ":"))}


def page_of(size: int, body: bytes) -> ListPage:
    """A page of at most `size`. Raises ValueError when it is none.

    Full when it contains the requested number, or PortOne's page size if smaller, or fewer than it counted.
    A payment whose id cannot be one of ours is skipped; one without an id is counted.
    """
    raw = parsed(body)
    if not isinstance(raw, dict) or not isinstance(raw.get("items"), list):
        raise ValueError("not a page")  # noqa: TRY004 - the input is a text, not a Python value
    items, page = raw["items"], raw.get("page")
    read = [each for each in map(_listed, items) if each is not None]
    may_be_ours = tuple(each for each in read if may_be_id(each.payment_id))
    given, counted = (_count(page, name) for name in ("size", "totalCount"))
    full = len(items) >= min(size, given or size) or len(items) < (counted or 0)
    return ListPage(may_be_ours, full and bool(items), unread=len(items) - len(read))


def _listed(raw: Any) -> Listed | None:
    """One payment; a future variant is only certain to have an id (facts 1.1). None without one."""
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        return None
    snapshot = None
    with suppress(ValueError):
        snapshot = snapshot_of(WirePayment.model_validate(raw))
    changed_at = moment_of(raw.get("statusChangedAt"))
    return Listed(payment_id=raw["id"], changed_at=changed_at, snapshot=snapshot)


def _count(page: Any, name: str) -> int | None:
    value = page.get(name) if isinstance(page, dict) else None
    return value if isinstance(value, int) else None


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
