"""The event source mapping of the table's stream: filter, batches, bisection, attempts, failures.

As on AWS: a batch that fails is halved until one record is left, and halving costs no attempt. That record is
repeated until its attempts are used up, then sent to the on-failure destination; nothing behind it is
delivered before.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from portone_local.gateway.polling import EVENT_SOURCE

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRules:
    """What the template says of the mapping; `attempts` counts the first one, `filters` are patterns."""

    batch_size: int
    attempts: int
    bisects: bool
    filters: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, template: Mapping[str, Any]) -> Self:
        """Read from the transformed template."""
        mapping = template["Resources"]["PublishStream"]
        if mapping["Type"] != EVENT_SOURCE:
            raise TypeError(mapping["Type"])
        properties = mapping["Properties"]
        patterns = properties["FilterCriteria"]["Filters"]
        return cls(
            batch_size=int(properties["BatchSize"]),
            attempts=1 + int(properties["MaximumRetryAttempts"]),
            bisects=properties["BisectBatchOnFunctionError"] is True,
            filters=tuple(json.loads(each["Pattern"]) for each in patterns),
        )


class StreamSource(Protocol):
    """A stream as its poller sees it."""

    def take(self, limit: int) -> list[Record]:
        """The next records, oldest first, each once."""
        ...


@dataclass(slots=True)
class StreamPoller:
    """Delivers the stream to a function. `failed` is the on-failure destination: whole records, as in S3."""

    source: StreamSource
    rules: StreamRules
    invoke: Callable[[dict[str, Any]], Any]
    failed: list[Record] = field(default_factory=list)
    _waiting: deque[list[Record]] = field(default_factory=deque)
    _tries: int = 0

    def poll(self) -> None:
        """Deliver until nothing is left, or one record has failed: the next poll delivers it again."""
        while self._waiting or self._read():
            if not self._handled(self._waiting[0]):
                return

    def _read(self) -> bool:
        while records := self.source.take(self.rules.batch_size):
            wanted = [record for record in records if matches_any(self.rules.filters, record)]
            if wanted:
                self._waiting.append(wanted)
                return True
        return False

    def _handled(self, batch: list[Record]) -> bool:
        """Whether to go on: it is done, halved or given up."""
        try:
            self.invoke({"Records": batch})
        except Exception:  # noqa: BLE001 - a function error, whatever it was
            return self._halved(batch) or self._given_up(batch)
        self._done()
        return True

    def _halved(self, batch: list[Record]) -> bool:
        if not self.rules.bisects or len(batch) == 1:
            return False
        middle = len(batch) // 2
        self._waiting.popleft()
        self._waiting.extendleft([batch[middle:], batch[:middle]])
        return True

    def _given_up(self, batch: list[Record]) -> bool:
        self._tries += 1
        if self._tries < self.rules.attempts:
            return False
        self.failed += batch
        self._done()
        return True

    def _done(self) -> None:
        self._waiting.popleft()
        self._tries = 0


def matches_any(patterns: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> bool:
    """Whether a record passes the filter: one of the patterns, every name in it, one of its values."""
    return not patterns or any(_matches(pattern, record) for pattern in patterns)


def _matches(pattern: Any, value: Any) -> bool:
    if isinstance(pattern, list):
        return value in pattern
    return isinstance(value, Mapping) and all(
        name in value and _matches(inner, value[name]) for name, inner in pattern.items()
    )
