"""How a buyer's card behaves, as configured: declined, how often, readable or not."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.gateway.loopback import CONTROL
from portone_local.portone import BillingUnknowns, FakePortOne, Unknowns
from portone_local.portone.http_server import HttpPortOne
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import charge, issued

type ClientOf = Callable[[FakePortOne], httpx.Client]


def state(client: httpx.Client, payment_id: str = "p1") -> str | None:
    answer = client.get(f"/payments/{payment_id}")
    return answer.json()["status"] if answer.status_code == 200 else None


def test_a_decline_carries_the_code_of_the_pg(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.pg.decline(key, code="51", message="잔액부족")

    answer = charge(client, key)

    assert answer.status_code == 502
    body = answer.json()
    assert (body["type"], body["pgCode"], body["pgMessage"]) == ("PG_PROVIDER", "51", "잔액부족")
    failure = client.get("/payments/p1").json()["failure"]
    assert (failure["pgCode"], failure["pgMessage"]) == ("51", "잔액부족")


def test_a_decline_happens_as_often_as_configured(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.pg.decline(key, times=2)

    assert [charge(client, key).status_code for _ in range(3)] == [502, 502, 200]


def test_a_permanent_decline_ends_when_it_is_revoked(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.pg.decline(key, times=None)
    before = [charge(client, key).status_code for _ in range(3)]

    portone.pg.accept(key)

    assert (before, charge(client, key).status_code) == ([502, 502, 502], 200)


def test_revoking_all_declines_revokes_everybodys(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.pg.decline(key)
    portone.pg.decline("card-2")

    portone.pg.accept()

    assert charge(client, key).status_code == 200
    assert charge(client, issued(portone, card="card-2"), "p2").status_code == 200


def test_a_card_is_declined_under_every_key_of_it(portone: FakePortOne, client: httpx.Client) -> None:
    first, second, other = (issued(portone, card=card) for card in ("card-1", "card-1", "card-2"))
    portone.pg.decline("card-1", times=None)

    statuses = [charge(client, key, f"p-{key}").status_code for key in (first, second, other)]

    assert statuses == [502, 502, 200]


def test_configured_declines_happen_in_turn(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.pg.decline(key, code="51")
    portone.pg.decline(key, code="61")

    assert [charge(client, key).json()["pgCode"] for _ in range(2)] == ["51", "61"]


def test_a_decline_happens_at_least_once(portone: FakePortOne) -> None:
    with pytest.raises(ValueError, match="at least once"):
        portone.pg.decline(times=0)


@pytest.mark.parametrize("readable", [True, False])
def test_the_readability_of_a_decline_is_a_switch(
    clock: MovableClock,
    client_of: ClientOf,
    readable: bool,  # noqa: FBT001 - a switch of the fake
) -> None:
    switches = Unknowns(billing=BillingUnknowns(failed_charge_is_readable=readable))
    fake = FakePortOne(clock=clock, unknowns=switches)
    client = client_of(fake)
    fake.pg.decline()

    charge(client, issued(fake))

    assert state(client) == ("FAILED" if readable else None)


@pytest.mark.parametrize("readable", [True, False])
def test_a_single_decline_may_set_its_own_readability(
    clock: MovableClock,
    client_of: ClientOf,
    readable: bool,  # noqa: FBT001 - of one decline
) -> None:
    switches = Unknowns(billing=BillingUnknowns(failed_charge_is_readable=not readable))
    fake = FakePortOne(clock=clock, unknowns=switches)
    client = client_of(fake)
    fake.pg.decline(readable=readable)

    charge(client, issued(fake))

    assert state(client) == ("FAILED" if readable else None)


def test_every_attempt_has_an_id_of_its_own(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.pg.decline(times=2)

    seen = []
    for _ in range(3):
        charge(client, key)
        seen.append(client.get("/payments/p1").json()["transactionId"])

    assert len(set(seen)) == 3


def test_a_decline_sends_its_event_unless_it_is_silent(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.webhooks.lose()
    portone.pg.decline()
    portone.pg.decline(silent=True)

    charge(client, key, "p1")
    charge(client, key, "p2")

    assert [(told.type, told.payment_id) for told in portone.pending()] == [("Transaction.Failed", "p1")]


def test_a_declined_charge_counts_as_an_attempt_although_unreadable(
    portone: FakePortOne, client: httpx.Client
) -> None:
    key = issued(portone)
    portone.pg.max_attempts = 1
    portone.pg.decline(readable=False)
    charge(client, key)

    assert charge(client, key).json()["type"] == "MAX_TRANSACTION_COUNT_REACHED"


def test_cards_can_be_configured_over_http(portone: FakePortOne) -> None:
    with HttpPortOne(portone) as served, httpx.Client(base_url=served.base_url, headers=CONTROL) as control:
        key = control.post("/__control/issue_billing_key", json={"customer_id": "user-1"}).json()
        control.post("/__control/pg_decline", json={"card": key["billing_key"], "code": "61", "times": 2})
        control.post("/__control/pg_rules", json={"changes": {"max_attempts": 5}})
        books = control.post("/__control/billing_books").json()

    found = portone.pg.cards.take(key["billing_key"])
    assert found is not None
    assert (found.code, portone.pg.max_attempts) == ("61", 5)
    assert books["keys"][key["billing_key"]]["customer_id"] == "user-1"
