"""A refusal of us stops sending in its scope only: scopes, probes, and retry days that stand still."""

from dataclasses import replace

import pytest

from portone_payments.domain.readings.outcome import our_fault
from portone_payments.domain.records.stops import (
    ALL,
    ALONE_UNTRIED,
    MOST_KEPT,
    PROBE_EVERY,
    Stood,
    Stops,
    alone_scope,
    begun,
    channel_scope,
    ended,
    may_probe,
    probed,
    shifted,
    standing,
    stood,
    tidied,
    turn,
)

NOW = 1_000_000.0
DAY = 86_400.0


def stopped(scope: str = ALL, operation: str = "charge", at: float = NOW) -> Stops:
    return begun(Stops(), scope, operation, "forbidden", at)


def past(*times: tuple[float, float], scope: str = ALL) -> Stops:
    return Stops(past=tuple(Stood(scope=scope, since=since, until=until) for since, until in times))


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_an_error_of_ours_whatever_the_body_says(status: int) -> None:
    assert our_fault(status, None) == our_fault(status, "ALREADY_PAID") in {"unauthorized", "forbidden"}


@pytest.mark.parametrize(
    ("status", "error_type", "code"),
    [
        (404, "CHANNEL_NOT_FOUND", "channel_not_found"),
        (404, "BILLING_KEY_NOT_FOUND", None),
        (400, "INVALID_REQUEST", None),
        (502, "PG_PROVIDER", None),
        (None, None, None),
    ],
)
def test_only_what_our_settings_cause_is_an_error_of_ours(
    status: int | None, error_type: str | None, code: str | None
) -> None:
    assert our_fault(status, error_type) == code


def test_a_general_stop_holds_every_request_and_a_channel_stop_its_own() -> None:
    everything, one = stopped(), stopped(channel_scope("channel-a"))

    assert standing(everything, None)
    assert standing(everything, "channel-a")
    assert standing(one, "channel-a")
    assert not standing(one, "channel-b")
    assert not standing(one, None)


def test_a_stop_begins_once() -> None:
    again = begun(stopped(), ALL, "cancel", "unauthorized", NOW + 60)

    assert again == stopped()


def test_the_refused_operation_probes_every_ten_minutes_or_another_where_it_is_never_sent() -> None:
    (stop,) = stopped().stops.values()

    assert not may_probe(stop, "charge", NOW + PROBE_EVERY - 1)
    assert may_probe(stop, "charge", NOW + PROBE_EVERY)
    assert not may_probe(stop, "cancel", NOW + PROBE_EVERY)
    assert may_probe(stop, "cancel", NOW + 2 * PROBE_EVERY)


def test_only_one_probe_is_under_way() -> None:
    (stop,) = probed(stopped(), None, "charge", NOW + PROBE_EVERY).stops.values()

    assert not may_probe(stop, "charge", NOW + 2 * PROBE_EVERY - 1)
    assert stop.since == NOW


def test_the_time_stopped_is_kept_when_sending_continues() -> None:
    over = ended(stopped(), [ALL, "channel:none"], NOW + 60)

    assert not over.stops
    assert over.past == (Stood(scope=ALL, since=NOW, until=NOW + 60),)


def test_the_times_stopped_are_bounded() -> None:
    stops = Stops()
    for number in range(3 * MOST_KEPT):
        stops = ended(begun(stops, ALL, "charge", "forbidden", number), [ALL], number + 0.5)

    assert len(stops.past) == MOST_KEPT
    assert stops.past[-1].since == 3 * MOST_KEPT - 1


def test_a_stop_without_attempts_ends_by_itself() -> None:
    assert tidied(stopped(), NOW + PROBE_EVERY + 3_599).stops
    assert not tidied(stopped(), NOW + PROBE_EVERY + 3_600).stops


def test_the_record_of_stops_is_due_while_it_holds_anything() -> None:
    over = ended(stopped(), [ALL], NOW + 60)

    assert stopped().due_at is not None
    assert tidied(over, NOW + 399 * DAY).due_at is not None
    assert tidied(over, NOW + 401 * DAY) == replace(over, past=(), due_at=None)


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        ([], 0),
        ([(10, 20)], 10),
        ([(-50, -10)], 0),
        ([(-50, 5)], 5),
        ([(90, 500)], 10),
        ([(10, 30), (20, 40)], 30),
        ([(10, 40), (20, 30)], 30),
        ([(60, 70), (10, 20)], 20),
    ],
)
def test_the_time_stopped_is_counted_once(times: list[tuple[float, float]], seconds: float) -> None:
    assert stood(past(*times), None, 0, 100) == seconds


def test_the_time_a_channel_was_stopped_is_its_own() -> None:
    stops = past((10, 20), scope=channel_scope("channel-a"))

    assert (stood(stops, "channel-a", 0, 100), stood(stops, "channel-b", 0, 100)) == (10, 0)
    assert stood(stops, None, 0, 100) == 0


def test_a_continuing_stop_counts_up_to_now() -> None:
    assert stood(stopped(at=60), None, 0, 100) == 40


@pytest.mark.parametrize(
    ("at", "times", "moved"),
    [
        (50, [(10, 20)], 60),
        (50, [(60, 80)], 50),
        (50, [(40, 90)], 100),
        (50, [(10, 20), (55, 65)], 70),
        (50, [(10, 20), (61, 65)], 60),
    ],
)
def test_a_deadline_moves_by_the_time_stopped_before_it(
    at: float, times: list[tuple[float, float]], moved: float
) -> None:
    assert shifted(past(*times), None, 0, at, 1_000) == moved


@pytest.mark.parametrize(("code", "turns"), [("invalid_request", PROBE_EVERY), ("unauthorized", 0)])
def test_a_charge_refused_alone_leaves_the_probe_to_others(code: str, turns: int) -> None:
    channel = "channel-a"
    held = begun(Stops(), channel_scope(channel), "charge", code, NOW)
    [stop] = held.stops.values()

    [own] = probed(held, channel, "charge", NOW + 1200, again=True).stops.values()

    assert turn(stop, again=True) == turns
    assert turn(stop, again=False) == 0
    assert own.probe_at == NOW + 1200 + PROBE_EVERY - turns


def test_charges_refused_alone_stop_no_other_and_do_not_pause_dunning() -> None:
    scope = alone_scope("channel-a", "invalid_request")
    held = begun(Stops(), scope, "charge", "invalid_request", NOW, alone=True)
    [stop] = held.stops.values()

    assert not standing(held, "channel-a")
    assert standing(held, "channel-a", alone=scope) == [stop]
    assert turn(stop, again=True) == 0
    assert stood(held, "channel-a", NOW, NOW + DAY) == 0
    assert ended(held, [scope], NOW + DAY).past == ()


def test_the_turns_of_charges_refused_alone_survive_the_hours_without_charges() -> None:
    scope = alone_scope("channel-a", "invalid_request")
    held = begun(Stops(), scope, "charge", "invalid_request", NOW, alone=True)

    assert tidied(held, NOW + PROBE_EVERY + DAY).stops
    assert not tidied(held, NOW + PROBE_EVERY + ALONE_UNTRIED).stops
    assert alone_scope("channel-a", "billing_keys_not_found") != scope
