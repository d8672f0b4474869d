"""Issues that the shop's server ends with a token of manual approval; cards typed in."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import TEST_CHANNEL, BillingUnknowns, Checkout, FakePortOne, KeyState, Unknowns
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import CARD, confirm, confirm_and_pay, issue_ask, states

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=9_900, tax_free=900)


def test_a_browser_on_a_manual_channel_gets_a_token_and_no_key(portone: FakePortOne) -> None:
    result = portone.buyer.issue_billing_key(manual=True)

    assert (result.billing_key, result.code) == ("NEEDS_CONFIRMATION", None)
    assert result.billing_issue_token
    assert states(portone) == [KeyState.NEEDS_CONFIRMATION]


def test_a_confirmed_token_is_a_key(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.issue_billing_key(manual=True).billing_issue_token

    answer = confirm(client, token, isTest=False)

    key = answer.json()["billingKey"]
    assert client.get(f"/billing-keys/{key}").json()["status"] == "ISSUED"
    assert [delivery.type for delivery in portone.pending()] == ["BillingKey.Ready", "BillingKey.Issued"]


def test_a_token_is_used_once(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.issue_billing_key(manual=True).billing_issue_token
    confirm(client, token)

    assert confirm(client, token).json()["type"] == "BILLING_KEY_ALREADY_ISSUED"


def test_an_unknown_token_is_not_found(client: httpx.Client) -> None:
    assert confirm(client, "example-token").json()["type"] == "BILLING_KEY_NOT_FOUND"


def test_a_token_of_a_test_channel_issues_no_live_key(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.issue_billing_key(manual=True, channel_key=TEST_CHANNEL.key).billing_issue_token

    assert confirm(client, token, isTest=False).json()["type"] == "INFORMATION_MISMATCH"
    assert confirm(client, token, isTest=True).status_code == 200


@pytest.mark.parametrize(("not_found", "kind"), [(True, "BILLING_KEY_NOT_FOUND"), (False, "PG_PROVIDER")])
@pytest.mark.parametrize("pays", [True, False])
def test_an_expired_token_issues_no_key(
    clock: MovableClock,
    client_of: ClientOf,
    not_found: bool,  # noqa: FBT001 - a switch of the fake
    kind: str,
    pays: bool,  # noqa: FBT001 - which of the two confirms
) -> None:
    switches = Unknowns(billing=BillingUnknowns(expired_issue_token_is_not_found=not_found))
    fake = FakePortOne(clock=clock, unknowns=switches)
    client = client_of(fake)
    if pays:
        result = fake.buyer.issue_billing_key_and_pay("p1", ORDER, manual=True)
    else:
        result = fake.buyer.issue_billing_key(manual=True)
    clock.advance(fake.pg.token_life)

    answer = (confirm_and_pay if pays else confirm)(client, result.billing_issue_token)

    assert answer.json()["type"] == kind
    assert states(fake) == [KeyState.NEEDS_CONFIRMATION]


def test_a_pg_may_refuse_a_confirm_that_issued(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.issue_billing_key(manual=True).billing_issue_token
    portone.console.refuse_next("confirm_billing_key", leaves="ISSUED")

    assert confirm(client, token).json()["type"] == "PG_PROVIDER"
    assert states(portone) == [KeyState.ISSUED]


def test_a_typed_card_is_a_key_at_once(portone: FakePortOne, client: httpx.Client) -> None:
    asked = issue_ask(customer={"id": "user-1", "name": {"full": "홍길동"}}, customData="example")

    answer = client.post("/billing-keys", json=asked).json()["billingKeyInfo"]

    key = client.get(f"/billing-keys/{answer['billingKey']}").json()
    assert (key["status"], key["customer"]) == ("ISSUED", {"id": "user-1", "name": "홍길동"})
    assert "issueId" not in key
    assert CARD["number"] not in repr(portone.billing_books())


@pytest.mark.parametrize(
    "asked",
    [
        {},
        issue_ask(method={}),
        issue_ask(method={"card": {"credential": {**CARD, "number": "0000-0000"}}}),
        issue_ask(customer={"name": "홍길동"}),
        {"method": issue_ask()["method"]},
    ],
)
def test_a_malformed_card_is_refused(client: httpx.Client, asked: dict[str, object]) -> None:
    assert client.post("/billing-keys", json=asked).json()["type"] == "INVALID_REQUEST"


def test_a_card_needs_a_channel_of_the_store(client: httpx.Client) -> None:
    answer = client.post("/billing-keys", json=issue_ask(channelKey="channel-key-other"))

    assert answer.json()["type"] == "CHANNEL_NOT_FOUND"


@pytest.mark.parametrize(("leaves", "state"), [(None, KeyState.FAILED), ("ISSUED", KeyState.ISSUED)])
def test_a_refused_card_may_have_issued_a_key(
    portone: FakePortOne, client: httpx.Client, leaves: str | None, state: KeyState
) -> None:
    portone.console.refuse_next("issue_billing_key", leaves=leaves)

    answer = client.post("/billing-keys", json=issue_ask())

    assert answer.json()["type"] == "PG_PROVIDER"
    assert states(portone) == [state]
