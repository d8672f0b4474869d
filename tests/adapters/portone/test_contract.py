"""The PortOne client against PortOne's OpenAPI document."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portone_local.portone import (
    EXAMPLE_SECRET,
    EXAMPLE_STORE,
    FakePortOne,
)
from portone_local.portone.contract import Contract
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.domain.readings.outcome import (
    ALREADY_DONE,
    CREDENTIAL_TYPES,
    NO_EFFECT_TYPES,
    PG_ANSWERS,
)
from portone_payments.ports.world import Deadline
from tests.support.asking import recorded

START = 1_767_323_045.25


@pytest.fixture(scope="session")
def document() -> Path:
    path = os.environ.get("PORTONE_OPENAPI")
    if not path:
        pytest.skip("PORTONE_OPENAPI is not set")
    return Path(path)


def test_every_request_keeps_to_the_document(document: Path) -> None:
    fake = FakePortOne(clock=MovableClock(START), seed=7)
    contract = Contract(document)
    seen = recorded(fake)
    portone = PortOneClient(
        base_url="https://portone.example",
        secret=lambda: EXAMPLE_SECRET,
        store_id=EXAMPLE_STORE,
        transport=fake.transport(),
    )
    key, deadline = "example-key-0000000001", Deadline.after(fake.clock, 20)

    portone.pre_register("p1", total=11_000, tax_free=1_000, currency="KRW", key=key, deadline=deadline)
    portone.get_payment("p1", deadline=deadline)

    assert [exchange.route and exchange.route.operation_id for exchange in seen] == [
        "preRegisterPayment",
        "getPayment",
    ]
    assert [contract.problems(exchange) for exchange in seen] == [[], []]


def test_every_error_type_of_the_document_has_a_row(document: Path) -> None:
    rows = {(409, each) for each in ALREADY_DONE} | {(502, each) for each in PG_ANSWERS}
    rows |= {(status, each) for status, types in NO_EFFECT_TYPES.items() for each in types}
    rows |= set(CREDENTIAL_TYPES.items())

    documented = set(error_types(json.loads(document.read_bytes())))

    assert documented
    assert documented - rows == set()


def error_types(spec: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """HTTP status and `type` of each error: a response names its schemas in its description."""
    schemas = spec["components"]["schemas"]
    for operations in spec["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                for name in re.findall(r"`(\w+Error)`", response["description"]):
                    yield int(status), schemas[name]["properties"]["type"]["enum"][0]
