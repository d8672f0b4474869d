"""Credentials, stores, and what no schema fixes about answers: precision of times, absent optional fields."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portone_local.portone import Checkout, FakePortOne, Optionals, Unknowns
from portone_local.twins.clock import MovableClock

ORDER = Checkout(amount=11_000, custom_data="{}")

type ClientOf = Callable[[FakePortOne], httpx.Client]


@pytest.mark.parametrize(
    "authorization",
    ["", "PortOne", "PortOne example-other", "Bearer example-portone-api-secret", "portone x"],
)
def test_only_the_secret_authenticates(client: httpx.Client, authorization: str) -> None:
    answer = client.get("/payments/p1", headers={"authorization": authorization})

    assert (answer.status_code, answer.json()["type"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize(("forbidden", "status"), [(True, 403), (False, 401)])
def test_the_answer_for_another_store_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, forbidden: bool, status: int
) -> None:
    client = client_of(FakePortOne(clock=clock, unknowns=Unknowns(foreign_store_is_forbidden=forbidden)))

    read = client.get("/payments/p1", params={"storeId": "store-other"})
    written = client.post("/payments/p1/pre-register", json={"storeId": "store-other"})

    assert (read.status_code, written.status_code) == (status, status)


@pytest.mark.parametrize("carried", [True, False])
def test_whether_answers_carry_a_request_id_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, carried: bool
) -> None:
    client = client_of(FakePortOne(clock=clock, unknowns=Unknowns(answers_carry_a_request_id=carried)))

    answer = client.get("/payments/p1")

    assert ("x-request-id" in answer.headers) is carried


def test_times_come_in_whole_seconds_and_in_nine_digits(portone: FakePortOne, client: httpx.Client) -> None:
    for number in range(8):
        portone.buyer.pay(f"p{number}", ORDER)

    bodies = [client.get(f"/payments/p{number}").json() for number in range(8)]

    shapes = {re.sub(r"\d", "0", body[name]) for body in bodies for name in ("paidAt", "updatedAt")}
    assert shapes == {"0000-00-00T00:00:00Z", "0000-00-00T00:00:00.000000000Z"}


def test_a_later_state_never_reads_as_updated_earlier(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    seen = []
    for number in range(8):
        portone.buyer.open_window(f"p{number}", ORDER)
        before = client.get(f"/payments/p{number}").json()["updatedAt"]
        clock.advance(0.5)
        portone.buyer.pay(f"p{number}")
        seen.append((before, client.get(f"/payments/p{number}").json()["updatedAt"]))

    assert all(before <= after for before, after in seen)


def optional_fields_of(fake: FakePortOne, client: httpx.Client) -> list[set[str]]:
    optional = {"method", "pgTxId", "pgResponse", "receiptUrl", "isCulturalExpense"}
    for number in range(8):
        fake.buyer.pay(f"p{number}", ORDER)
    bodies: list[dict[str, Any]] = [client.get(f"/payments/p{number}").json() for number in range(8)]
    return [optional & body.keys() for body in bodies]


def test_optional_fields_are_all_present_all_absent_or_drawn(
    clock: MovableClock, client_of: ClientOf
) -> None:
    fakes = [FakePortOne(clock=clock, optionals=choice) for choice in Optionals]

    every, none, drawn = (optional_fields_of(fake, client_of(fake)) for fake in fakes)

    assert {len(fields) for fields in every} == {5}
    assert {len(fields) for fields in none} == {0}
    assert len({frozenset(fields) for fields in drawn}) > 1


def test_values_the_shop_sent_are_never_left_out(clock: MovableClock, client_of: ClientOf) -> None:
    fake = FakePortOne(clock=clock, optionals=Optionals.NONE)
    fake.buyer.pay("p1", ORDER)

    assert client_of(fake).get("/payments/p1").json()["customData"] == "{}"
