"""What the tests of the fake PortOne share: a clock, a fake on it, a client of either transport."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from portone_server_sdk import payment as sdk

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, FakePortOne
from portone_local.portone.contract import Contract
from portone_local.portone.http_server import HttpPortOne
from portone_local.twins.clock import MovableClock

START = 1_767_323_045.25
AUTHORIZED = {"authorization": f"PortOne {EXAMPLE_SECRET}"}


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(START)


@pytest.fixture
def portone(clock: MovableClock) -> FakePortOne:
    return FakePortOne(clock=clock, seed=7)


@pytest.fixture
def client_of() -> Iterator[Callable[[FakePortOne], httpx.Client]]:
    """Makes authorised in-process clients and closes them."""
    made: list[httpx.Client] = []

    def make(fake: FakePortOne) -> httpx.Client:
        made.append(
            httpx.Client(transport=fake.transport(), base_url="https://portone.invalid", headers=AUTHORIZED)
        )
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(portone: FakePortOne, client_of: Callable[[FakePortOne], httpx.Client]) -> httpx.Client:
    return client_of(portone)


@pytest.fixture
def base_url(portone: FakePortOne) -> Iterator[str]:
    """`portone` over real HTTP."""
    with HttpPortOne(portone) as served:
        yield served.base_url


@pytest.fixture
def official(base_url: str) -> Iterator[sdk.PaymentClient]:
    """The official client over real HTTP; it cannot be closed from outside."""
    client = sdk.PaymentClient(secret=EXAMPLE_SECRET, store_id=EXAMPLE_STORE, base_url=base_url)
    yield client
    for part in (client, client.cash_receipt, client.billing_key, client.payment_schedule):
        part._sync_client.close()


@pytest.fixture(scope="session")
def contract() -> Contract:
    path = os.environ.get("PORTONE_OPENAPI")
    if not path:
        pytest.skip("PORTONE_OPENAPI is not set")
    return Contract(Path(path))
