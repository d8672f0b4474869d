"""PortOne's own clients, from npm and from PyPI, unchanged: every operation and every list of the fake."""

from collections.abc import Iterator

import pytest

from portone_local.portone import FakePortOne, Optionals
from portone_local.portone.api import Exchange
from portone_local.portone.contract import Contract
from portone_local.portone.http_server import HttpPortOne
from portone_local.portone.routes import ROUTES
from portone_local.twins.clock import MovableClock
from tests.support import node
from tests.support.asking import recorded
from tests.support.official_calls import every
from tests.support.official_clients import by_javascript, by_python

START = 1_767_323_045.25
LACKING = node.missing()


@pytest.fixture(params=Optionals)
def portone(request: pytest.FixtureRequest) -> FakePortOne:
    """A PortOne that shows every field it may leave out, or none, or some."""
    return FakePortOne(clock=MovableClock(START), seed=7, optionals=request.param)


@pytest.fixture
def served(portone: FakePortOne) -> Iterator[str]:
    with HttpPortOne(portone) as server:
        yield server.base_url


def problems(contract: Contract, seen: list[Exchange]) -> list[str]:
    """What the document does not allow."""
    return [f"{each.route}: {problem}" for each in seen for problem in contract.problems(each)]


def test_every_operation_of_the_fake_is_called(portone: FakePortOne) -> None:
    asked = {call.method for call in every(portone)}

    assert {route.operation_id for route in ROUTES} - asked == set()


def test_the_python_client_understands_every_answer(
    portone: FakePortOne, served: str, contract: Contract
) -> None:
    calls = every(portone)
    seen = recorded(portone)

    answers = by_python(served, calls)

    wrong = [(call, answer) for call, answer in zip(calls, answers, strict=True) if not_understood(answer)]
    assert wrong == []
    assert len(seen) == len(calls)
    assert problems(contract, seen) == []


def not_understood(answer: object) -> bool:
    """An exception, or something the client hands over as it came since it does not know it."""
    items = getattr(answer, "items", None)
    return isinstance(answer, Exception | dict) or any(isinstance(each, dict) for each in items or ())


@pytest.mark.check
@pytest.mark.skipif(LACKING is not None, reason=f"{LACKING} is not installed")
def test_the_javascript_client_accepts_every_answer(
    portone: FakePortOne, served: str, contract: Contract
) -> None:
    calls = every(portone)
    seen = recorded(portone)

    errors = by_javascript(served, calls)

    assert [(call, error) for call, error in zip(calls, errors, strict=True) if error is not None] == []
    assert len(seen) == len(calls)
    assert problems(contract, seen) == []
