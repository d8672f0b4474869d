"""I11: what left for the shop's own services is the history, all of it, under ids that never change."""

from collections import defaultdict
from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_payments.domain.records.events import Event, Publishable, event_of, place_of
from portone_payments.domain.records.payments import HistoryLine


def every_fact_is_published(evidence: Evidence) -> Iterator[Finding]:
    """Each line of each history left at least once, as it stands there, so that it can leave again."""
    published = _by_id(evidence)
    for told in evidence.told:
        for entry in evidence.history(told):
            due = event_of(told, entry)
            yield from _judged(told, entry, due, published.pop(due.id, []))
    for id_, events in published.items():
        told_what = f"event {id_} ({events[0].type}) tells what never happened"
        yield Finding("I11", events[0].payment_id, told_what)


def _judged(told: Publishable, entry: HistoryLine, due: Event, found: list[Event]) -> Iterator[Finding]:
    _, record_id = place_of(told)
    if not found:
        yield Finding("I11", record_id, f"fact {entry.seq} ({entry.fact}) was never published")
    for event in found:
        if (event.seq, event.at, event.type, event.user_id) != (due.seq, due.at, due.type, due.user_id):
            sentence = f"fact {entry.seq} ({entry.fact}) was published as {event.type} of {event.user_id}"
            yield Finding("I11", record_id, sentence)


def _by_id(evidence: Evidence) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in evidence.published:
        found[event.id].append(event)
    return found
