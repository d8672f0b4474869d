"""Charges are sent from many containers: what three of them see, each of one customer, is everybody's."""

import pytest

from portone_local.twins.clock import MovableClock
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import MemoryStore
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.flows.shared.gate import Gate, Operation
from portone_payments.flows.shared.stops_heard import FRESH

CHANNEL = "channel-a"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(1_000_000.0)


@pytest.fixture
def gates(clock: MovableClock) -> list[Gate]:
    """Those of four containers."""
    store, meter = MemoryStore(SeededIds(1)), RecordingMeter()
    return [Gate(store_id="store-1", store=store, clock=clock, meter=meter) for _ in range(4)]


def refused(gate: Gate, customer: str) -> None:
    error = PortOneError(Outcome.NO_EFFECT, error_type="INVALID_REQUEST", status=400)
    with pytest.raises(PortOneError), gate.charging(customer, CHANNEL, again=False, renewal=True):
        raise error


def taken(gate: Gate, customer: str) -> None:
    gate.look()
    with gate.charging(customer, CHANNEL, again=False, renewal=True):
        pass


def admitted(gates: list[Gate], clock: MovableClock) -> list[bool]:
    """Whom each container admits once it reads anew."""
    clock.advance(FRESH + 1)
    return [gate.admits(Operation.CHARGE, CHANNEL) for gate in gates]


def test_three_containers_that_each_see_one_refusal_stop_the_channel_for_all(
    gates: list[Gate], clock: MovableClock
) -> None:
    for number, gate in enumerate(gates[:3]):
        refused(gate, f"customer-{number}")

    assert admitted(gates, clock) == [False] * 4


def test_refusals_in_one_container_stop_nobody_while_other_charges_are_accepted(
    gates: list[Gate], clock: MovableClock
) -> None:
    after_each = []
    for number in range(5):
        refused(gates[0], f"customer-{number}")
        after_each += admitted(gates, clock)
        taken(gates[1 + number % 3], f"happy-{number}")

    assert all(after_each)
