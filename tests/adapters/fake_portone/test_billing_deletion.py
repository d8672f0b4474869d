"""How billing keys end at the fake PortOne, how they are listed, and that no log names them."""

import httpx
import pytest

from portone_local.portone import (
    FakePortOne,
)
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import charge, events, issued, listed, schedule_ask


def test_a_deleted_key_always_reads_as_deleted(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    clock.advance(60)

    answer = client.delete(f"/billing-keys/{key}", params={"reason": "끝", "requester": "CUSTOMER"})

    found = client.get(f"/billing-keys/{key}").json()
    assert (found["status"], found["deletedAt"]) == ("DELETED", answer.json()["deletedAt"])
    assert client.delete(f"/billing-keys/{key}").json()["type"] == "BILLING_KEY_ALREADY_DELETED"
    assert charge(client, key).json()["type"] == "BILLING_KEY_ALREADY_DELETED"
    assert events(portone)[-1] == "BillingKey.Deleted"


def test_a_deletion_can_be_silent(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)

    client.delete(f"/billing-keys/{key}", params={"skipWebhook": "true"})

    assert "BillingKey.Deleted" not in events(portone)


def test_a_key_that_was_not_issued_cannot_be_deleted(client: httpx.Client) -> None:
    assert client.delete("/billing-keys/billing-key-9").json()["type"] == "BILLING_KEY_NOT_FOUND"


def test_a_requester_is_customer_or_admin(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)

    answer = client.delete(f"/billing-keys/{key}", params={"requester": "PG"})

    assert answer.json()["type"] == "INVALID_REQUEST"


def test_a_key_with_a_schedule_is_not_deleted(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    client.post("/payments/p1/schedule", json=schedule_ask(key, due="2026-01-02T04:00:00Z"))

    before = client.delete(f"/billing-keys/{key}")
    clock.advance(86_400)
    after = client.delete(f"/billing-keys/{key}")

    assert (before.json()["type"], after.status_code) == ("PAYMENT_SCHEDULE_ALREADY_EXISTS", 200)


def test_a_pg_may_refuse_a_deletion_that_happened(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.console.refuse_next("delete_billing_key", leaves="DELETED")

    answer = client.delete(f"/billing-keys/{key}")

    assert answer.json()["type"] == "PG_PROVIDER"
    assert client.get(f"/billing-keys/{key}").json()["status"] == "DELETED"


def test_a_channel_may_refuse_a_deletion_of_its_own(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.console.refuse_next("delete_billing_key", "CHANNEL_SPECIFIC")

    answer = client.delete(f"/billing-keys/{key}")

    assert (answer.status_code, answer.json()["succeededChannels"]) == (502, [])
    assert client.get(f"/billing-keys/{key}").json()["status"] == "ISSUED"


def test_a_deletion_in_the_console_needs_no_shop(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)

    portone.console.delete_billing_key(key)

    assert client.get(f"/billing-keys/{key}").json()["status"] == "DELETED"
    assert events(portone)[-1] == "BillingKey.Deleted"


def test_keys_are_listed_by_customer_and_state(portone: FakePortOne, client: httpx.Client) -> None:
    first, second = (issued(portone, customer_id="user-1") for _ in range(2))
    issued(portone, customer_id="user-2")
    client.delete(f"/billing-keys/{second}")

    assert set(listed(client, filter={"customerId": "user-1"})) == {first, second}
    assert listed(client, filter={"customerId": "user-1", "status": ["ISSUED"]}) == [first]


def test_a_list_covers_ninety_days_newest_first(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    old = issued(portone)
    clock.advance(91 * 86_400)
    newer = issued(portone)
    clock.advance(60)
    newest = issued(portone)

    assert listed(client) == [newest, newer]
    asked = {"timeRangeField": "ISSUED_AT", "from": "2026-01-01T00:00:00Z"}
    assert listed(client, filter=asked, sort={"by": "ISSUED_AT", "order": "ASC"}) == [old, newer, newest]


def test_a_list_comes_in_pages(portone: FakePortOne, client: httpx.Client, clock: MovableClock) -> None:
    keys = []
    for _ in range(3):
        keys.append(issued(portone))
        clock.advance(1)

    pages = [listed(client, page={"number": number, "size": 2}, sort={"order": "ASC"}) for number in range(2)]

    assert pages == [keys[:2], keys[2:]]


def test_an_unknown_filter_is_refused(client: httpx.Client) -> None:
    answer = client.get("/billing-keys", params={"requestBody": '{"filter":{"methods":["CASH"]}}'})

    assert answer.json()["type"] == "INVALID_REQUEST"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_call_log_holds_no_billing_key(portone: FakePortOne, client: httpx.Client, method: str) -> None:
    key = issued(portone)

    client.request(method, f"/billing-keys/{key}")
    client.post("/billing-keys/confirm", json={"billingIssueToken": "example"})
    charge(client, key)

    assert key not in repr(portone.calls())
    assert [call.path for call in portone.calls()] == [
        "/billing-keys/***",
        "/billing-keys/confirm",
        "/payments/p1/billing-key",
    ]


def test_no_book_shows_a_key_in_its_repr(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    charge(client, key)
    client.post("/payments/p2/schedule", json=schedule_ask(key, due="2026-02-02T03:04:05Z"))
    books = portone.billing_books()

    shown = f"{books.keys[key]!r} {books.charges!r} {list(books.schedules.values())!r} {portone.books()!r}"

    assert key not in shown
