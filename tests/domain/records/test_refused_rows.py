"""Charges refused for themselves make a row: three customers' in it, within an hour, are everybody's."""

import pytest

from portone_payments.domain.records.refused_rows import IN_A_ROW, is_everybodys, refused, taken
from portone_payments.domain.records.stops import ROW_WITHIN, Stops, tidied

NOW = 1_000_000.0
CHANNEL = "channel-a"


def row(*customers: tuple[str, float], channel: str = CHANNEL) -> Stops:
    stops = Stops()
    for who, at in customers:
        stops = refused(stops, channel, who, NOW + at)
    return stops


@pytest.mark.parametrize(
    ("customers", "everybodys"),
    [
        ((("a", 0), ("b", 1), ("c", 2)), True),
        ((("a", 0), ("b", 1)), False),
        ((("a", 0), ("a", 1), ("a", 2), ("b", 3)), False),
        ((("a", 0), ("b", ROW_WITHIN), ("c", ROW_WITHIN + 1)), False),
        ((("a", 0), ("b", ROW_WITHIN - 2), ("c", ROW_WITHIN - 1)), True),
    ],
)
def test_three_refused_customers_within_an_hour_stop_the_channel(
    customers: tuple[tuple[str, float], ...],
    everybodys: bool,  # noqa: FBT001 - a row of a table
) -> None:
    assert is_everybodys(row(*customers), CHANNEL) is everybodys


def test_an_accepted_charge_restarts_the_row_of_its_channel() -> None:
    stops = row(("a", 0), ("b", 1), channel="channel-b")
    stops = refused(refused(stops, CHANNEL, "a", NOW), CHANNEL, "b", NOW)

    again = refused(taken(stops, CHANNEL), CHANNEL, "c", NOW)

    assert not is_everybodys(again, CHANNEL)
    assert is_everybodys(refused(again, "channel-b", "c", NOW), "channel-b")
    assert taken(again, "channel-c") is again


def test_a_row_is_bounded_reaches_every_container_and_ends_after_an_hour() -> None:
    stops = row(*((str(number), number) for number in range(50)))

    assert [len(each) for each in stops.rows.values()] == [IN_A_ROW]
    assert stops.due_at is not None
    assert tidied(stops, NOW + ROW_WITHIN) == stops
    assert (tidied(stops, NOW + ROW_WITHIN + 50).rows, tidied(stops, NOW + 2 * ROW_WITHIN).due_at) == (
        {},
        None,
    )
