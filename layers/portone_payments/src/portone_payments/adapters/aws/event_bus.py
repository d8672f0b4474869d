"""Events out: stream records in, entries on an EventBridge bus out."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from portone_payments.adapters.aws.clients import answered
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.events import Event

SOURCE = "portone-payments"
BATCH = 10  # entries in one PutEvents
BATCH_BYTES = 262_144  # of one PutEvents
TIME_BYTES = 14  # the size EventBridge counts for the time of an entry
ATTEMPTS = 3  # of one entry; after that the stream delivers it again


def detail_of(event: Event) -> dict[str, Any]:
    """The JSON a consumer gets (docs/events.md); `at` in RFC 3339 UTC."""
    detail = {
        "id": event.id,
        "type": event.type,
        "paymentId": event.payment_id,
        "orderId": event.order_id,
        "subscriptionId": event.subscription_id,
        "userId": event.user_id,
        "seq": event.seq,
        "at": _time(event).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "currency": event.currency,
        "data": dict(event.data),
    }
    return {name: value for name, value in detail.items() if value is not None}


class EventBridgeBus:
    """The real `EventBus`, over a low-level boto3 EventBridge client."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, events: tuple[Event, ...]) -> None:
        """Put all of them; a refused one is sent again with the next batch. Raises `StorageUnavailable`."""
        waiting = [(self._entry(event), 1) for event in events]
        given_up = None
        while waiting:
            batch = waiting[: _room(entry for entry, _ in waiting)]
            if not batch:
                # an entry too large for any call blocks no other
                given_up, waiting = "event_too_large", waiting[1:]
                continue
            refused = self._put([entry for entry, _ in batch])
            again = [(entry, tries + 1) for (entry, tries), bad in zip(batch, refused, strict=True) if bad]
            if any(tries > ATTEMPTS for _, tries in again):
                given_up = "partial_failure"
            waiting = waiting[len(batch) :] + [each for each in again if each[1] <= ATTEMPTS]
        if given_up:
            raise StorageUnavailable(service="events", reason=given_up)

    def _put(self, entries: list[dict[str, Any]]) -> list[bool]:
        """Whether each was refused."""
        with answered("events"):
            found = self._client.put_events(Entries=entries)["Entries"]
        return ["ErrorCode" in each for each in found]

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.type,
            "Detail": json.dumps(detail_of(event), ensure_ascii=False, separators=(",", ":")),
            "Time": _time(event),
        }


def _time(event: Event) -> datetime:
    return datetime.fromtimestamp(event.at, UTC)


def _room(entries: Iterable[Mapping[str, Any]]) -> int:
    """How many of these fit into one call."""
    taken = size = 0
    for entry in islice(entries, BATCH):
        size += TIME_BYTES + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))
        if size > BATCH_BYTES:
            break
        taken += 1
    return taken
