"""Stops: nothing is sent while PortOne refuses *us*, for errors of ours are not declines (rule 10.13).

401 and 403 stop all sending, in a former store that store alone; CHANNEL_NOT_FOUND stops that channel. Every
ten minutes one probe checks whether sending may resume; renewals that were refused alone have a probe of
their own and stop nobody else. Times in epoch seconds UTC.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from portone_payments.domain.readings.outcome import OUR_FAULTS

ALL = "all"
PROBE_EVERY = 600
# seconds over which stopped requests resume; the refused ones follow
HELD_OVER = 300
# a stop without a probe for so long ends: there is nothing to send
UNTRIED = 3600
# renewals wait through the night for their allowed hours
ALONE_UNTRIED = 2 * 24 * 3600
# seconds within which charges refused alone make a row
ROW_WITHIN = 3600
# longer than the longest grace
KEPT = 400 * 24 * 3600
MOST_KEPT = 100
# always due: the sweep that finds it in the index needs no further read
ALWAYS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why nothing of a scope is sent; `operation` was refused, and has to succeed to end the stop.

    `alone`: only renewals that were refused alone wait, and are sent one at a time.
    """

    since: float
    probe_at: float
    operation: str
    code: str
    alone: bool = False
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A time in which nothing of a scope was sent: dunning does not count it."""

    scope: str
    since: float
    until: float
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """The stops of now, by scope, and the past ones; the one record of its kind.

    `rows`: by channel, the customers whose charges were refused in a row, and when (see `refused_rows`).
    """

    stops: Mapping[str, Stop] = field(default_factory=dict)
    past: tuple[Stood, ...] = ()
    rows: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    due_at: int | None = None
    tries: int = 0
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)


def scopes_of(channel: str | None, store: str | None = None) -> tuple[str, ...]:
    """The scopes of a request: all sending, a former store, and its channel where it names one."""
    left = () if store is None else (store,)
    return (ALL, *left) if channel is None else (ALL, *left, channel_scope(channel))


def channel_scope(channel: str) -> str:
    """The scope of one channel."""
    return "channel:" + hashlib.sha256(channel.encode()).hexdigest()[:16]


def store_scope(store_id: str) -> str:
    """The scope of one store that is not today's."""
    return "store:" + hashlib.sha256(store_id.encode()).hexdigest()[:16]


def alone_scope(channel: str, code: str) -> str:
    """The scope of one channel's renewals that were refused alone, for the same reason."""
    return "alone:" + hashlib.sha256(f"{channel} {code}".encode()).hexdigest()[:16]


def standing(
    stops: Stops, channel: str | None, store: str | None = None, alone: str | None = None
) -> list[Stop]:
    """The stops that apply to a request; `alone` is the scope of a renewal that was refused alone."""
    scopes = (*scopes_of(channel, store), alone)
    return [stops.stops[scope] for scope in scopes if scope is not None and scope in stops.stops]


def begun(stops: Stops, scope: str, operation: str, code: str, now: float, *, alone: bool = False) -> Stops:
    """The record with a scope stopped; a stop that exists already keeps its start."""
    if scope in stops.stops:
        return stops
    fresh = Stop(since=now, probe_at=now + PROBE_EVERY, operation=operation, code=code, alone=alone)
    return replace(stops, stops={**stops.stops, scope: fresh}, due_at=ALWAYS)


def may_probe(stop: Stop, operation: str, now: float) -> bool:
    """Whether this operation may probe: the refused one, or any where its probe is ten minutes overdue."""
    return now >= stop.probe_at + (0 if operation == stop.operation else PROBE_EVERY)


def turn(stop: Stop, *, again: bool) -> int:
    """How many seconds longer a charge waits that was refused before (`again`): it may be the only one."""
    return PROBE_EVERY if again and not stop.alone and stop.code not in OUR_FAULTS else 0


def probed(
    stops: Stops,
    channel: str | None,
    operation: str,
    now: float,
    store: str | None = None,
    *,
    again: bool = False,
    alone: str | None = None,
) -> Stops:
    """The record with a probe under way: the next one in ten minutes, of the same operation.

    A charge that was refused before (`again`) delays only the next such charge; a renewal refused alone, only
    the next of its scope (`alone`).
    """
    changed = {
        scope: replace(
            stops.stops[scope],
            probe_at=now + PROBE_EVERY - turn(stops.stops[scope], again=again),
            operation=operation,
        )
        for scope in (*scopes_of(channel, store), alone)
        if scope is not None and scope in stops.stops
    }
    return replace(stops, stops={**stops.stops, **changed})


def ended(stops: Stops, scopes: Iterable[str], now: float) -> Stops:
    """The record with scopes sending again; the length of their stops is kept for dunning."""
    over = [scope for scope in scopes if scope in stops.stops]
    for_all = (scope for scope in over if not stops.stops[scope].alone)
    over_times = [Stood(scope=scope, since=stops.stops[scope].since, until=now) for scope in for_all]
    left = {scope: stop for scope, stop in stops.stops.items() if scope not in over}
    return replace(stops, stops=left, past=(*stops.past, *over_times)[-MOST_KEPT:])


def tidied(stops: Stops, now: float) -> Stops:
    """The record without stops that nobody probes, past stops older than any grace, and old rows."""
    stops = ended(stops, [scope for scope, stop in stops.stops.items() if now >= untried_at(stop)], now)
    past = tuple(each for each in stops.past if now - each.until < KEPT)
    rows = {scope: left for scope, row in stops.rows.items() if (left := _young(row, now))}
    due_at = ALWAYS if stops.stops or past or rows else None
    return replace(stops, past=past, rows=rows, due_at=due_at)


def _young(row: Mapping[str, float], now: float) -> dict[str, float]:
    return {who: at for who, at in row.items() if now - at < ROW_WITHIN}


def untried_at(stop: Stop) -> float:
    """When a stop ends if nobody probes it until then."""
    return stop.probe_at + (ALONE_UNTRIED if stop.alone else UNTRIED)


def stood(stops: Stops, channel: str | None, since: float, until: float) -> float:
    """For how many of the seconds from `since` to `until` nothing was sent."""
    return sum(ends - begins for begins, ends in _times(stops, channel, since, until))


def shifted(stops: Stops, channel: str | None, since: float, at: float, now: float) -> float:
    """`at`, moved by the time since `since` in which nothing was sent."""
    for begins, ends in _times(stops, channel, since, now):
        if begins < at:
            at += ends - begins
    return at


def _times(stops: Stops, channel: str | None, since: float, until: float) -> list[tuple[float, float]]:
    """The stretches in which nothing was sent, in order, without overlap, within `since` and `until`."""
    scopes = scopes_of(channel)
    found = [(each.since, each.until) for each in stops.past if each.scope in scopes]
    found += [(stop.since, until) for stop in standing(stops, channel)]
    times, reached = [], since
    for begins, ends in sorted(found):
        start, end = max(begins, reached), min(ends, until)
        if start < end:
            times.append((start, end))
            reached = end
    return times
