"""Events to publish, and an EventBridge that refuses some of them."""

import json
from typing import Any

from portone_payments.domain.records.events import Event
from tests.support.records import NOW


def events(count: int, **data: str) -> tuple[Event, ...]:
    """So many events of one payment, in order."""
    return tuple(
        Event(
            id=f"payment1:{seq}",
            type="payment.paid",
            payment_id="payment1",
            order_id="order-1",
            user_id="user-1",
            currency="KRW",
            seq=seq,
            at=NOW,
            data=data,
        )
        for seq in range(1, count + 1)
    )


class Choosy:
    """EventBridge refusing some entries of a call, so many times; remembers every call."""

    def __init__(self, refused: str, times: int) -> None:
        self.calls: list[list[str]] = []
        self.taken: list[str] = []
        self._refused, self._times = refused, times

    def put_events(self, *, Entries: Any) -> Any:  # noqa: N803 - boto3's name
        """As boto3 answers."""
        ids = [json.loads(entry["Detail"])["id"] for entry in Entries]
        self.calls.append(ids)
        bad = [id_ == self._refused and self._times > 0 for id_ in ids]
        self._times -= any(bad)
        self.taken += [id_ for id_, refused in zip(ids, bad, strict=True) if not refused]
        answers = [{"ErrorCode": "InternalFailure"} if refused else {"EventId": "x"} for refused in bad]
        return {"FailedEntryCount": sum(bad), "Entries": answers}
