"""The event source mapping of the work queue: batches, partial failures, dead letters."""

import hashlib
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

from portone_local.twins.clock import Clock
from portone_local.twins.tables import MemoryQueue

EVENT_SOURCE = "AWS::Lambda::EventSourceMapping"
QUEUE_ARN = "arn:aws:sqs:ap-northeast-2:000000000000:work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as received for the `received`-th time; `sent_at` in epoch seconds."""

    id: str
    body: str
    received: int
    sent_at: float
    receipt: str = ""

    def record(self) -> dict[str, Any]:
        """The message as a function sees it."""
        sent = str(int(self.sent_at * 1000))
        return {
            "messageId": self.id,
            "receiptHandle": self.receipt or self.id,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": str(self.received),
                "SentTimestamp": sent,
                "SenderId": "local",
                "ApproximateFirstReceiveTimestamp": sent,
            },
            "messageAttributes": {},
            "md5OfBody": hashlib.md5(self.body.encode(), usedforsecurity=False).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": QUEUE_ARN,
            "awsRegion": "ap-northeast-2",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """What the template says of a queue and its mapping; `visibility` in seconds."""

    visibility: float
    max_receives: int
    batch_size: int

    @classmethod
    def of(cls, template: Mapping[str, Any], name: str = "WorkQueue") -> Self:
        """Read from the transformed template."""
        queue = template["Resources"][name]["Properties"]
        mapping = next(
            each["Properties"]
            for each in template["Resources"].values()
            if each["Type"] == EVENT_SOURCE and name in str(each["Properties"]["EventSourceArn"])
        )
        return cls(
            visibility=float(queue["VisibilityTimeout"]),
            max_receives=int(queue["RedrivePolicy"]["maxReceiveCount"]),
            batch_size=int(mapping["BatchSize"]),
        )


class Source(Protocol):
    """A queue as its poller sees it."""

    def take(self, limit: int) -> list[Message]:
        """Receive visible messages."""
        ...

    def settle(self, batch: Sequence[Message], failed: Collection[str]) -> None:
        """Delete what was done; what failed becomes visible again, or a dead letter."""
        ...


@dataclass(slots=True)
class MemorySource:
    """The queue in memory: failed messages are visible again after `visibility` seconds on the clock."""

    queue: MemoryQueue
    clock: Clock
    visibility: float
    max_receives: int
    dead_letters: list[str] = field(default_factory=list)
    _hidden: list[tuple[float, Message]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def take(self, limit: int) -> list[Message]:
        """Receive messages: first those that are visible again."""
        now = self.clock.now()
        back = [entry for entry in self._hidden if entry[0] <= now][:limit]
        for entry in back:
            self._hidden.remove(entry)
        new = [
            Message(id=f"message-{next(self._numbers)}", body=body, received=1, sent_at=now)
            for body in self.queue.receive_bodies(limit - len(back))
        ]
        return [replace(message, received=message.received + 1) for _, message in back] + new

    def settle(self, batch: Sequence[Message], failed: Collection[str]) -> None:
        """Hide what failed for a while, or give it up."""
        for message in batch:
            if message.id in failed and message.received >= self.max_receives:
                self.dead_letters.append(message.body)
            elif message.id in failed:
                self._hidden.append((self.clock.now() + self.visibility, message))


@dataclass(slots=True)
class SqsSource:
    """A queue on SQS, which keeps its own (real) time and moves its own dead letters."""

    client: Any
    url: str

    def take(self, limit: int) -> list[Message]:
        """Receive messages without waiting for any."""
        found = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=limit, MessageSystemAttributeNames=["All"]
        )
        return [
            Message(
                id=each["MessageId"],
                body=each["Body"],
                received=int(each["Attributes"]["ApproximateReceiveCount"]),
                sent_at=int(each["Attributes"]["SentTimestamp"]) / 1000,
                receipt=each["ReceiptHandle"],
            )
            for each in found.get("Messages", [])
        ]

    def settle(self, batch: Sequence[Message], failed: Collection[str]) -> None:
        """Delete what was done."""
        for message in batch:
            if message.id not in failed:
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message.receipt)


def failed_in(batch: Sequence[Message], result: Any) -> set[str]:
    """Ids that failed, by a function's report; one that names anything else fails the batch."""
    ids = {message.id for message in batch}
    failures = (result or {}).get("batchItemFailures") or []
    named = {failure.get("itemIdentifier") for failure in failures}
    return named if named.issubset(ids) else ids
