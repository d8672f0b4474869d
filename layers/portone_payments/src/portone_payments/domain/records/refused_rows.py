"""Consecutive charges PortOne refused alone: once three customers' are, the whole channel is (rule 10.13).

The row is stored in the record of stops because many containers send charges: one container may see a single
refusal while all are refused, or only refusals while the others' are accepted. Times in epoch seconds UTC.
"""

from dataclasses import replace

from portone_payments.domain.records.stops import ALWAYS, ROW_WITHIN, Stops, channel_scope

# customers refused within an hour, with no charge of the channel accepted between: all of it is refused
IN_A_ROW = 3


def refused(stops: Stops, channel: str, customer: str, now: float) -> Stops:
    """The record after a charge of `customer`, by the name a PG knows, was refused alone."""
    scope = channel_scope(channel)
    before = stops.rows.get(scope, {}).items()
    row = {who: at for who, at in before if who != customer and now - at < ROW_WITHIN}
    newest = sorted([*row.items(), (customer, now)], key=lambda each: each[1])[-IN_A_ROW:]
    return replace(stops, rows={**stops.rows, scope: dict(newest)}, due_at=ALWAYS)


def is_everybodys(stops: Stops, channel: str) -> bool:
    """Whether enough customers were refused for the whole channel to count as refused."""
    return len(stops.rows.get(channel_scope(channel), {})) >= IN_A_ROW


def taken(stops: Stops, channel: str) -> Stops:
    """The record after a charge of the channel was accepted: the row begins anew."""
    left = {scope: row for scope, row in stops.rows.items() if scope != channel_scope(channel)}
    return stops if len(left) == len(stops.rows) else replace(stops, rows=left)
