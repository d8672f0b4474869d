"""A billing client and the fake PortOne it calls, on a clock moved by hand."""

import pytest

from portone_local.portone import FakePortOne
from portone_local.twins.clock import MovableClock
from tests.support.billing_shop import START, Shop


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(START)


@pytest.fixture
def shop(clock: MovableClock) -> Shop:
    return Shop(FakePortOne(clock=clock, seed=7))
