"""The PG's rate is booked in the table: sweeps that know nothing of each other keep to it together."""

from dataclasses import replace
from itertools import pairwise

import pytest

from portone_local.twins.clock import MovableClock
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import MemoryStore
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.kept import Written
from portone_payments.domain.records.subscriptions import Pace
from portone_payments.flows.charges.rate_limit import AHEAD, HEAD_START, RESERVING, SLACK, RateLimiter
from portone_payments.flows.shared.skipping import Skips
from portone_payments.ports.store import Due, Kind
from portone_payments.ports.world import Metric

NOW = 1_767_323_045.0
RATE = 10


def due(count: int) -> tuple[Due, ...]:
    return tuple(Due(kind=Kind.SUBSCRIPTION, id=f"s{number}", due_at=0) for number in range(count))


def rate_limiter(store: MemoryStore, *, after: float = 0.0) -> RateLimiter:
    return RateLimiter(store, MovableClock(NOW + after), RATE)


def slots(found: RateLimiter, count: int) -> list[float]:
    timed = found.timed(due(found.allow(count)))
    return [each.slot - NOW for each in timed if each.slot is not None]


def test_each_charge_has_a_slot_of_its_own() -> None:
    store = MemoryStore(SeededIds())

    found = slots(rate_limiter(store), 3)

    assert [round(each, 3) for each in found] == [HEAD_START, HEAD_START + 0.1, HEAD_START + 0.2]


def test_a_slot_is_never_in_the_past_although_leasing_took_time() -> None:
    clock = MovableClock(NOW)
    found = RateLimiter(MemoryStore(SeededIds()), clock, RATE)
    room = found.allow(2)
    clock.advance(3.0)

    timed = found.timed(due(room))

    assert [round(each.slot - NOW, 3) for each in timed if each.slot is not None] == [3.5, 3.6]


def test_the_slots_of_a_second_sweep_follow_those_of_the_first() -> None:
    store = MemoryStore(SeededIds())
    first = rate_limiter(store)
    taken = slots(first, 100)
    first.release()

    later = slots(rate_limiter(store, after=RESERVING), 20)

    assert 1 / RATE <= round(later[0] - taken[-1], 3) <= 1 / RATE + SLACK


def test_a_second_sweep_has_only_what_the_first_has_not_booked() -> None:
    store = MemoryStore(SeededIds())
    first = rate_limiter(store)
    taken = slots(first, 100)

    assert rate_limiter(store, after=0.3).allow(1) == 0
    later = slots(rate_limiter(store, after=RESERVING), 20)

    assert later[0] >= taken[-1] + 1 / RATE
    assert first.allow(1) == 0


def test_a_sweep_that_finds_more_than_at_first_books_all_its_time() -> None:
    store = MemoryStore(SeededIds())
    first = rate_limiter(store)

    taken = slots(first, 5) + slots(first, 1_000)
    first.release()

    assert len(taken) == int((AHEAD - HEAD_START) * RATE)
    assert [round(later - earlier, 3) for earlier, later in pairwise(taken)] == [1 / RATE] * (len(taken) - 1)
    assert rate_limiter(store, after=1.0).allow(1_000) < 2 * RATE


def test_a_few_charges_are_one_write() -> None:
    store = MemoryStore(SeededIds())
    found = rate_limiter(store)
    slots(found, 3)
    found.release()

    assert store.pace() == replace(store.pace() or Pace(), version=1)


def test_a_sweep_that_died_costs_no_more_than_it_had_booked() -> None:
    store = MemoryStore(SeededIds())
    slots(rate_limiter(store), 1)

    assert slots(rate_limiter(store, after=AHEAD), 1) == [AHEAD + HEAD_START]


class Overtaken(MemoryStore):
    """Another sweep books between our reading and our writing."""

    overtaken = False

    def pace(self) -> Pace | None:
        """What was true before the other's booking."""
        held = super().pace()
        if not self.overtaken:
            self.overtaken = True
            rate_limiter(self).allow(1)
        return held


def test_only_one_of_two_sweeps_that_book_at_once_sends() -> None:
    store = Overtaken(SeededIds())

    assert rate_limiter(store).allow(1) == 0


def test_an_idle_sweep_books_nothing() -> None:
    store = MemoryStore(SeededIds())

    rate_limiter(store).release()

    assert store.pace() is None


def booked(store: MemoryStore, until: float) -> None:
    held = store.pace() or Pace()
    store.save(replace(held, until=until))


@pytest.mark.parametrize("ahead", [3_600, 10**9])
def test_a_timestamp_of_a_clock_far_ahead_delays_no_charge(ahead: float) -> None:
    store = MemoryStore(SeededIds())
    rate_limiter(store, after=ahead).allow(1)

    assert rate_limiter(store, after=60).allow(1_000) > 0


def test_a_clock_far_behind_charges_too_and_delays_nobody() -> None:
    store = MemoryStore(SeededIds())
    slots(rate_limiter(store), 1)

    assert rate_limiter(store, after=-3_600).allow(1_000) > 0
    assert rate_limiter(store, after=60).allow(1_000) > 0


def test_a_booking_that_is_not_believed_still_counts_what_the_last_sweep_may_have_sent() -> None:
    store = MemoryStore(SeededIds())
    booked(store, NOW + 10**9)

    first, *_ = slots(rate_limiter(store, after=60), 1)

    assert first >= AHEAD


class Unwritable(MemoryStore):
    """The record of the rate can be read and not be saved."""

    def save(self, *_: Written) -> None:
        raise StorageUnavailable(service="dynamodb", reason="item_too_large")


class Unreadable(MemoryStore):
    """The record of the rate cannot be read."""

    def pace(self) -> Pace | None:
        raise StorageUnavailable(service="dynamodb", reason="schema_too_new")


@pytest.mark.parametrize("hurt", [Unwritable, Unreadable])
def test_sweeps_that_cannot_book_keep_the_rate_and_count_it(hurt: type[MemoryStore]) -> None:
    store, meter = hurt(SeededIds()), RecordingMeter()
    taken: list[float] = []
    for minute in range(3):
        found = RateLimiter(store, MovableClock(NOW + 60 * minute), RATE, Skips(meter))
        taken += slots(found, 1_000)
        found.release()

    assert len(taken) == 3 * 30 * RATE
    assert min(later - earlier for earlier, later in pairwise(taken)) > 0.99 / RATE
    assert meter.counts[Metric.ITEM_SKIPPED] == 3
