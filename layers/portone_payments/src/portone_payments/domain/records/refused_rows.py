"""Charges PortOne refused for themselves, one after the other: three customers' are everybody's (rule 10.13).

The row stands in the record of stops, for charges are sent from many containers: in each of them but one may
be refused while all are, or all while the others' are taken. Times in epoch seconds UTC.
"""

from dataclasses import replace

from portone_payments.domain.records.stops import ALWAYS, ROW_WITHIN, Stops, channel_scope

# customers refused within an hour, and none of the channel taken between: everybody's are
IN_A_ROW = 3


def refused(stops: Stops, channel: str, customer: str, now: float) -> Stops:
    """The record after a charge of `customer`, whom a PG knows by this name, was refused for itself."""
    scope = channel_scope(channel)
    before = stops.rows.get(scope, {}).items()
    row = {who: at for who, at in before if who != customer and now - at < ROW_WITHIN}
    newest = sorted([*row.items(), (customer, now)], key=lambda each: each[1])[-IN_A_ROW:]
    return replace(stops, rows={**stops.rows, scope: dict(newest)}, due_at=ALWAYS)


def is_everybodys(stops: Stops, channel: str) -> bool:
    """Whether so many were refused that it is no one's alone."""
    return len(stops.rows.get(channel_scope(channel), {})) >= IN_A_ROW


def taken(stops: Stops, channel: str) -> Stops:
    """The record after a charge of the channel was taken: the row begins anew."""
    left = {scope: row for scope, row in stops.rows.items() if scope != channel_scope(channel)}
    return stops if len(left) == len(stops.rows) else replace(stops, rows=left)
