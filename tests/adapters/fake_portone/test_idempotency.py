"""PortOne's idempotency store (PortOne facts 1.5): quoted keys, three hours, OUTSTANDING while running."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import Checkout, FakePortOne, Fault, Unknowns
from portone_local.twins.clock import MovableClock

KEY = '"example-key-0123456789"'
WINDOW = 3 * 60 * 60

type ClientOf = Callable[[FakePortOne], httpx.Client]


def register(client: httpx.Client, amount: int, key: str = KEY, payment_id: str = "p1") -> httpx.Response:
    return client.post(
        f"/payments/{payment_id}/pre-register", json={"totalAmount": amount}, headers={"Idempotency-Key": key}
    )


def test_a_repeated_key_gets_the_first_answer_and_has_no_second_effect(
    portone: FakePortOne, client: httpx.Client
) -> None:
    first = register(client, 1)
    portone.buyer.pay("p1", Checkout(amount=1))

    again = register(client, 1)

    assert (again.status_code, again.content) == (first.status_code, first.content)


def test_a_key_is_forgotten_after_three_hours(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    register(client, 1)
    portone.buyer.pay("p1", Checkout(amount=1))
    clock.advance(WINDOW - 1)
    within = register(client, 1).status_code

    clock.advance(1)

    assert (within, register(client, 1).status_code) == (200, 409)


@pytest.mark.parametrize(
    "key",
    [
        "example-key-0123456789",
        '"short"',
        '"' + "k" * 257 + '"',
        '"example "key" 01234"',
        '"example-key-0123456789',
    ],
    ids=["unquoted", "too short", "too long", "unescaped quote", "unclosed"],
)
def test_a_key_must_be_a_quoted_string(portone: FakePortOne, client: httpx.Client, key: str) -> None:
    answer = register(client, 1, key)

    assert (answer.status_code, answer.json()["type"]) == (400, "INVALID_REQUEST")
    assert portone.books() == {}


def test_a_key_on_a_get_is_ignored(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.open_window("p1", Checkout(amount=1))
    client.get("/payments/p1", headers={"Idempotency-Key": KEY})
    portone.buyer.pay("p1")

    answer = client.get("/payments/p1", headers={"Idempotency-Key": KEY})

    assert answer.json()["status"] == "PAID"


def test_a_request_still_running_is_outstanding_until_it_ends(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.inject(operation="pre_register", fault=Fault.LATE_COMMIT, seconds=90)
    with pytest.raises(httpx.ReadTimeout):
        register(client, 1)
    during = register(client, 1)
    effect_so_far = portone.books()

    clock.advance(90)

    assert (during.status_code, during.json()["type"]) == (409, "IDEMPOTENCY_OUTSTANDING_REQUEST")
    assert effect_so_far == {}
    assert register(client, 1).status_code == 200
    assert portone.books()["p1"].pre_registered_total == 1


def test_a_client_that_disconnected_finds_its_slow_request_outstanding(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.inject(operation="pre_register", fault=Fault.LATENCY, seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        register(client, 1)
    during = register(client, 1).status_code

    clock.advance(25)

    assert (during, register(client, 1).status_code) == (409, 200)


def test_a_reset_before_the_commit_leaves_the_key_unused(portone: FakePortOne, client: httpx.Client) -> None:
    portone.inject(operation="pre_register", fault=Fault.RESET_BEFORE_COMMIT)
    with pytest.raises(httpx.ReadError):
        register(client, 1)

    answer = register(client, 1)

    assert answer.status_code == 200
    assert portone.books()["p1"].pre_registered_total == 1


@pytest.mark.parametrize(("replayed", "status"), [(True, 400), (False, 200)])
def test_whether_an_error_keeps_its_key_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, replayed: bool, status: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(errors_are_replayed=replayed))
    client = client_of(fake)
    register(client, -1)

    repaired = register(client, 1)

    assert repaired.status_code == status


@pytest.mark.parametrize(("refused", "status"), [(True, 400), (False, 200)])
def test_another_request_under_a_used_key_follows_its_switch(
    clock: MovableClock, client_of: ClientOf, *, refused: bool, status: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(changed_request_is_refused=refused))
    client = client_of(fake)
    register(client, 1)

    answer = register(client, 2)

    assert answer.status_code == status
    assert fake.books()["p1"].pre_registered_total == 1


@pytest.mark.parametrize(("scoped", "status"), [(True, 200), (False, 400)])
def test_the_scope_of_a_key_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, scoped: bool, status: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(keys_are_scoped_to_the_path=scoped))
    client = client_of(fake)
    register(client, 1)

    answer = register(client, 1, payment_id="p2")

    assert answer.status_code == status
