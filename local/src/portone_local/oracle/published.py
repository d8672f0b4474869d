"""I11: what left for the shop's own services is the history, all of it, under ids that never change."""

from collections import defaultdict
from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_payments.domain.events import Event


def every_fact_is_published(evidence: Evidence) -> Iterator[Finding]:
    """Each line of each history left at least once, as it stands there, so that it can leave again."""
    published = _by_id(evidence)
    for payment in evidence.payments.values():
        for entry in evidence.history(payment):
            found = published.pop(f"{payment.payment_id}:{entry.seq}", [])
            if not found:
                told = f"fact {entry.seq} ({entry.fact}) was never published"
                yield Finding("I11", payment.payment_id, told)
            for event in found:
                same = (event.seq, event.at, event.type.replace(".", "_").removeprefix("payment_"))
                if same != (entry.seq, entry.at, entry.fact) or event.user_id != payment.user_id:
                    told = f"fact {entry.seq} ({entry.fact}) was published as {event.type} of {event.user_id}"
                    yield Finding("I11", payment.payment_id, told)
    for id_, events in published.items():
        yield Finding(
            "I11", events[0].payment_id, f"event {id_} ({events[0].type}) tells what never happened"
        )


def _by_id(evidence: Evidence) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in evidence.published:
        found[event.id].append(event)
    return found
