"""The work queue on SQS. A message is a hint, {kind, id, due_at, slot?, stops?}: the table is the truth."""

import json
from itertools import batched
from typing import Any

from portone_payments.adapters.aws.clients import answered
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.store import Due, Kind

BATCH = 10  # messages in one SendMessageBatch
BACKLOG = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed")


def write_due(due: Due) -> str:
    """The message body of a hint."""
    hint = {"kind": due.kind, "id": due.id, "due_at": due.due_at, "slot": due.slot, "stops": due.stops}
    said = {name: value for name, value in hint.items() if value is not None and value is not False}
    return json.dumps(said, separators=(",", ":"))


def parse_due(body: str) -> Due | None:
    """The hint in a message body; None for a body this queue never carries."""
    try:
        match json.loads(body):
            case {"kind": str(kind), "id": str(id_), "due_at": int(at), **more} if not isinstance(at, bool):
                slot = more.get("slot")
                timed = slot if isinstance(slot, float) else None
                stops = more.get("stops") is True
                return Due(kind=Kind(kind), id=id_, due_at=at, slot=timed, stops=stops)
    except (ValueError, RecursionError):
        return None
    return None


class SqsQueue:
    """The real `Queue`, over a low-level boto3 SQS client."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, work: tuple[Due, ...], *, delay: int = 0) -> None:
        """Send hints in tens, `delay` in seconds. Raises `StorageUnavailable` if any is refused twice."""
        for some in batched(work, BATCH, strict=False):
            entries = [
                {"Id": str(number), "MessageBody": write_due(due), "DelaySeconds": delay}
                for number, due in enumerate(some)
            ]
            refused = self._send(entries)
            if refused and self._send([each for each in entries if each["Id"] in refused]):
                raise StorageUnavailable(service="sqs", reason="partial_failure")

    def backlog(self) -> int:
        """About how many messages wait, delayed ones included."""
        with answered("sqs"):
            found = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(BACKLOG))
        return sum(int(found["Attributes"][each]) for each in BACKLOG)

    def _send(self, entries: list[dict[str, Any]]) -> set[str]:
        with answered("sqs"):
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        return {failure["Id"] for failure in answer.get("Failed", [])}
