"""Cancellations that readings showed: the newest by their ids, older decided ones by twelve digits each.

However often somebody refunds in PortOne's console, the payment's item grows by a few bytes a time.
"""

import hashlib
from collections.abc import Iterable, Mapping

from portone_payments.domain.readings.payment import CancellationStatus
from portone_payments.domain.records.payments import Seen

KEPT = 40
_MARK = "~"
_DECIDED = frozenset({CancellationStatus.SUCCEEDED, CancellationStatus.FAILED})
_HOPED = frozenset({CancellationStatus.SUCCEEDED, CancellationStatus.REQUESTED})


def short(cancellation_id: str) -> str:
    """Twelve hexadecimal digits that identify a cancellation."""
    return hashlib.sha256(cancellation_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def booked(seen: Seen | None, cancellation_id: str | None) -> str | None:
    """The state of a cancellation in the last believed reading that showed it; None where none did."""
    if seen is None or cancellation_id is None:
        return None
    known = seen.cancellations.get(cancellation_id)
    return seen.cancellations.get(_MARK + short(cancellation_id)) if known is None else known


def done_among(seen: Seen, shown: Iterable[str]) -> bool:
    """Whether every cancellation we know as carried out is among these ids."""
    ids = set(shown)
    done = {key for key, status in seen.cancellations.items() if status == CancellationStatus.SUCCEEDED}
    old = {key for key in done if key.startswith(_MARK)}
    return done - old <= ids and (not old or old <= {_MARK + short(each) for each in ids})


def standing(seen: Seen, done: Iterable[str]) -> dict[str, str]:
    """The known cancellations once only these are carried out; a failed one stays failed."""
    ids = {name for id_ in done for name in (id_, _MARK + short(id_))}
    return {id_: status for id_, status in seen.cancellations.items() if id_ in ids or status not in _HOPED}


def merged(held: Mapping[str, str], shown: Mapping[str, str]) -> Mapping[str, str]:
    """The known cancellations after a reading; one known before stays known."""
    found = dict(held)
    for id_, status in shown.items():
        old = _MARK + short(id_) if len(found) > KEPT else id_
        found[old if old in found else id_] = status
    decided = [id_ for id_, status in found.items() if status in _DECIDED and not id_.startswith(_MARK)]
    old_ones = set(decided[:-KEPT])
    return {_MARK + short(id_) if id_ in old_ones else id_: status for id_, status in found.items()}
