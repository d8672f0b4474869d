"""Publishing: every line of a history that the save before did not have is published (mechanism 5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.events import Change, Event, Publishable, event_of, place_of
from portone_payments.domain.records.payments import HistoryLine
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.store import EventBus, Skipped, Store
from portone_payments.ports.world import Meter, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Puts facts on the bus, at least once each; stateless: the record before the save was published."""

    bus: EventBus
    store: Store
    meter: Meter
    note: Note = unnoted

    def publish(self, changes: Iterable[Change | Skipped]) -> int:
        """Publish what these saves added, oldest save first; how many events.

        One that cannot be read is skipped: its history can be published again once it is repaired. Raises
        `StorageUnavailable`, after all that could be published, where another attempt may publish more.
        """
        skips, news, failures = Skips(self.meter, self.note), list[Event](), list[StorageUnavailable]()
        for change in changes:
            if isinstance(change, Skipped):
                skips.add([change])
                continue
            with skips.over(*place_of(change.after)):
                try:
                    news += self._news(change)
                except StorageUnavailable as error:
                    failures.append(error)
        sent = self._send(news)
        if failures:
            raise failures[0]
        return sent

    def again(self, told: Publishable, *, since: float) -> int:
        """Publish once more what happened to a record at or after `since` (epoch seconds UTC).

        Lines that have come to their end are not missed where later ones are from before `since`.
        """
        entries = self._entries(told, 1, since)
        return self._send(event_of(told, entry) for entry in entries if entry.at >= since)

    def _news(self, change: Change) -> Iterator[Event]:
        first = change.before.next_seq if change.before else 1
        for entry in self._entries(change.after, first):
            yield event_of(change.after, entry)

    def _entries(self, told: Publishable, first: int, since: float = -inf) -> tuple[HistoryLine, ...]:
        """The history from number `first` on; what is no longer in the record is read from its own items."""
        held = tuple(entry for entry in told.history if entry.seq >= first)
        gone = range(first, held[0].seq if held else told.next_seq)
        if not gone:
            return held
        found = self.store.spilled(*place_of(told), gone)
        entries = (*found, *held)
        if len(found) != len(gone) and not _whole_since(entries, since):
            raise StorageUnavailable(service="dynamodb", reason="history_missing")
        return entries

    def _send(self, news: Iterable[Event]) -> int:
        events = tuple(news)
        if events:
            self.bus.publish(events)
            self.meter.count(Metric.PUBLISHED, len(events))
        return len(events)


def _whole_since(entries: tuple[HistoryLine, ...], since: float) -> bool:
    """Whether these have no gap between them and begin before `since`."""
    numbers = [entry.seq for entry in entries]
    whole = bool(numbers) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return whole and entries[0].at < since
