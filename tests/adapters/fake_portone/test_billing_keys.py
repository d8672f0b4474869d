"""Billing keys at the fake PortOne: from the window to deletion, and what GET and webhooks say of it."""

import json
from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import (
    LIVE_CHANNEL,
    BillingIssue,
    Decline,
    FakePortOne,
    KeyState,
    Refused,
    Unknowns,
)
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import BOTH, charge, events, issued, listed


def test_an_issued_key_reads_as_the_window_was_called(portone: FakePortOne, client: httpx.Client) -> None:
    result = portone.buyer.issue_billing_key(
        issue_id="issue-1", issue_name="Example", customer_id="user-1", custom_data='{"bundle":"example"}'
    )

    key = client.get(f"/billing-keys/{result.billing_key}").json()
    assert (key["status"], key["issueId"], key["issueName"]) == ("ISSUED", "issue-1", "Example")
    assert (key["customer"]["id"], key["customData"]) == ("user-1", '{"bundle":"example"}')
    assert [channel["key"] for channel in key["channels"]] == [LIVE_CHANNEL.key]
    assert result.as_browser() == {
        "transactionType": "ISSUE_BILLING_KEY",
        "billingKey": result.billing_key,
    }


def test_sdk_names_become_rest_names() -> None:
    issue = BillingIssue.from_browser(
        {
            "storeId": "store-1",
            "channelKey": LIVE_CHANNEL.key,
            "billingKeyMethod": "MOBILE",
            "issueId": "issue-1",
            "issueName": "Example",
            "customer": {"customerId": "user-1", "fullName": "홍길동"},
            "customData": {"bundle": "example"},
        },
        customer_id="user-2",
    )

    assert issue == BillingIssue(
        issue_id="issue-1",
        issue_name="Example",
        customer_id="user-2",
        customer={"name": "홍길동"},
        custom_data='{"bundle":"example"}',
        channel_key=str(LIVE_CHANNEL.key),
        method="MOBILE",
        store_id="store-1",
    )


def test_an_issue_sends_the_ready_and_issued_events(portone: FakePortOne) -> None:
    key = issued(portone)

    assert events(portone) == ["BillingKey.Ready", "BillingKey.Issued"]
    told = json.loads(portone.pending()[1].body)
    assert told["data"] == {"billingKey": key, "storeId": portone.store_id}


def test_an_abandoned_window_issues_no_key(portone: FakePortOne) -> None:
    portone.buyer.open_issue_window()

    assert events(portone) == ["BillingKey.Ready"]
    assert [key.state for key in portone.billing_books().keys.values()] == [KeyState.READY]


def test_a_failed_issue_issues_no_key(portone: FakePortOne, client: httpx.Client) -> None:
    result = portone.buyer.issue_billing_key(decline=Decline(pg_code="3001", pg_message="거절"))

    assert (result.billing_key, result.code) == ("", "PGProviderError")
    assert (result.pg_code, result.pg_message) == ("3001", "거절")
    assert events(portone) == ["BillingKey.Ready", "BillingKey.Failed"]
    assert listed(client) == []


@pytest.mark.parametrize("state", [KeyState.READY, KeyState.NEEDS_CONFIRMATION, KeyState.FAILED])
def test_an_unissued_key_is_neither_read_nor_deleted(
    portone: FakePortOne, client: httpx.Client, state: KeyState
) -> None:
    portone.buyer.open_issue_window()
    portone.buyer.issue_billing_key(manual=True)
    portone.buyer.issue_billing_key(decline=Decline())
    key = next(name for name, book in portone.billing_books().keys.items() if book.state is state)

    assert client.get(f"/billing-keys/{key}").json()["type"] == "BILLING_KEY_NOT_FOUND"
    assert client.delete(f"/billing-keys/{key}").json()["type"] == "BILLING_KEY_NOT_ISSUED"
    assert charge(client, key).json()["type"] == "BILLING_KEY_NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "kind", "shown"),
    [
        ("CARD", "BillingKeyPaymentMethodCard", "00000000****"),
        ("MOBILE", "BillingKeyPaymentMethodMobile", "010****"),
        ("EASY_PAY", "BillingKeyPaymentMethodEasyPay", "00000000****"),
        ("TRANSFER", "BillingKeyPaymentMethodTransfer", "********"),
        ("PAYPAL", "BillingKeyPaymentMethodPaypal", ""),
    ],
)
def test_every_method_is_shown_masked(
    portone: FakePortOne, client: httpx.Client, method: str, kind: str, shown: str
) -> None:
    key = issued(portone, method=method)

    (found,) = client.get(f"/billing-keys/{key}").json()["methods"]
    assert found["type"] == kind
    assert shown in json.dumps(found)


def test_keys_of_one_card_show_the_same_number(portone: FakePortOne, client: httpx.Client) -> None:
    keys = [issued(portone, card=card) for card in ("card-1", "card-1", "card-2")]

    methods = [client.get(f"/billing-keys/{key}").json()["methods"] for key in keys]

    assert methods[0] == methods[1] != methods[2]


def test_a_key_of_several_channels_shows_which_failed(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone, channel_key=BOTH, failing_channels=BOTH[1:])

    found = client.get(f"/billing-keys/{key}").json()
    assert [channel["key"] for channel in found["channels"]] == [LIVE_CHANNEL.key]
    assert [entry["type"] for entry in found["pgBillingKeyIssueResponses"]] == ["ISSUED", "FAILED"]


def test_a_key_no_channel_issued_is_no_key(portone: FakePortOne) -> None:
    assert portone.buyer.issue_billing_key(failing_channels=(str(LIVE_CHANNEL.key),)).code


def test_a_channel_unknown_to_the_store_opens_no_window(portone: FakePortOne) -> None:
    with pytest.raises(Refused, match="ChannelNotFound"):
        portone.buyer.issue_billing_key(channel_key="channel-key-other")


def test_an_update_event_does_not_say_what_changed(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    before = client.get(f"/billing-keys/{key}").json()

    portone.console.update_billing_key(key)

    assert events(portone)[-1] == "BillingKey.Updated"
    assert client.get(f"/billing-keys/{key}").json() == before


@pytest.mark.parametrize("path", ["/billing-keys/billing-key-1", "/payment-schedules/schedule-1"])
@pytest.mark.parametrize("forbidden", [True, False])
def test_another_store_is_refused(
    clock: MovableClock,
    client_of: Callable[[FakePortOne], httpx.Client],
    path: str,
    forbidden: bool,  # noqa: FBT001 - a switch of the fake
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(foreign_store_is_forbidden=forbidden))

    answer = client_of(fake).get(path, params={"storeId": "store-other"})

    assert answer.status_code == (403 if forbidden else 401)
