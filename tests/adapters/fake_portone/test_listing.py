"""The list of payments: filters, order, pages."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.portone import EXAMPLE_STORE, TEST_CHANNEL, Checkout, FakePortOne, Fault, Unknowns
from portone_local.twins.clock import MovableClock

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=1_000)
DAY = 24 * 60 * 60


def listed(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.get("/payments", params={"requestBody": json.dumps(body)})


def ids(answer: httpx.Response) -> list[str]:
    return [item["id"] for item in answer.json()["items"]]


@pytest.fixture
def shop(portone: FakePortOne, clock: MovableClock) -> FakePortOne:
    """Five payments, a day apart, from the 2nd to the 6th of January 2026."""
    portone.buyer.pay("paid", ORDER)
    clock.advance(DAY)
    portone.buyer.pay_pending("pending", ORDER)
    clock.advance(DAY)
    portone.buyer.decline("failed", ORDER)
    clock.advance(DAY)
    portone.buyer.pay("test", replace(ORDER, channel=TEST_CHANNEL))
    clock.advance(DAY)
    portone.console.cancel("paid")
    return portone


@pytest.mark.usefixtures("shop")
def test_the_last_change_comes_first(client: httpx.Client) -> None:
    assert ids(listed(client)) == ["paid", "test", "failed", "pending"]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"status": ["PENDING"]}, ["pending"]),
        ({"status": ["CANCELLED", "FAILED"]}, ["paid", "failed"]),
        ({"status": []}, ["paid", "test", "failed", "pending"]),
        ({"isTest": True}, ["test"]),
        ({"isTest": False, "status": ["PAID"]}, []),
        ({"version": "V1"}, []),
        ({"version": "V2", "currency": "KRW"}, ["paid", "test", "failed", "pending"]),
        ({"storeId": EXAMPLE_STORE, "pgProvider": ["TOSSPAYMENTS"], "isTest": True}, ["test"]),
        ({"pgProvider": ["KCP_V2"]}, []),
        ({"sortOrder": "ASC"}, ["pending", "failed", "test", "paid"]),
        ({"sortBy": "REQUESTED_AT"}, ["test", "failed", "pending", "paid"]),
        ({"timestampType": "CREATED_AT", "until": "2026-01-03T00:00:00Z"}, ["paid"]),
        ({"from": "2026-01-05T00:00:00+00:00"}, ["paid", "test"]),
        ({"from": "2026-01-04T09:00:00+09:00", "until": "2026-01-05T09:00:00+09:00"}, ["failed"]),
    ],
)
def test_a_filter_returns_only_what_it_names(
    client: httpx.Client, wanted: dict[str, Any], found: list[str]
) -> None:
    assert ids(listed(client, filter=wanted)) == found


@pytest.mark.usefixtures("shop")
def test_without_a_range_the_last_ninety_days_count(client: httpx.Client, clock: MovableClock) -> None:
    clock.advance(88.5 * DAY)

    assert ids(listed(client)) == ["paid", "test"]


@pytest.mark.usefixtures("shop")
def test_the_query_may_be_sent_as_a_body(client: httpx.Client) -> None:
    answer = client.request("GET", "/payments", json={"filter": {"status": ["FAILED"]}})

    assert ids(answer) == ["failed"]


@pytest.mark.parametrize(
    "body",
    [
        {"page": {"number": 60, "size": 1_000}},
        {"page": {"number": 0, "size": 60_001}},
        {"page": {"number": -1}},
        {"page": {"size": 0}},
        {"page": None},
        {"filter": {"status": ["PAY_PENDING"]}},
        {"filter": {"from": "2026-01-05T00:00:00"}},
        {"filter": {"from": 1_767_323_045}},
        {"filter": {"from": None}},
        {"filter": {"state": ["PAID"]}},
        {"sort": {}},
    ],
)
def test_a_malformed_query_is_refused(client: httpx.Client, body: dict[str, Any]) -> None:
    answer = listed(client, **body)

    assert (answer.status_code, answer.json()["type"]) == (400, "INVALID_REQUEST")


def test_the_last_reachable_page_is_served(client: httpx.Client) -> None:
    assert listed(client, page={"number": 59, "size": 1_000}).json()["items"] == []


def test_another_stores_payments_are_not_listed(client: httpx.Client) -> None:
    assert listed(client, filter={"storeId": "store-other"}).status_code == 403


def test_pages_of_a_thousand_payments_hold_each_once(portone: FakePortOne, client: httpx.Client) -> None:
    for number in range(1_050):
        portone.buyer.pay(f"p{number:04}", ORDER)

    pages = [listed(client, page={"number": number, "size": 100}) for number in range(11)]

    assert [len(ids(page)) for page in pages] == [100] * 10 + [50]
    assert {name for page in pages for name in ids(page)} == set(portone.books())


@pytest.mark.parametrize(("of_the_page", "counts"), [(True, [2, 1]), (False, [3, 3])])
def test_what_total_count_counts_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, of_the_page: bool, counts: list[int]
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(total_count_is_of_the_page=of_the_page))
    client = client_of(fake)
    for name in ("p1", "p2", "p3"):
        fake.buyer.pay(name, ORDER)

    pages = [listed(client, page={"number": number, "size": 2}).json()["page"] for number in (0, 1)]

    assert [page["totalCount"] for page in pages] == counts


def test_the_default_page_holds_ten(portone: FakePortOne, client: httpx.Client) -> None:
    for number in range(11):
        portone.buyer.pay(f"p{number}", ORDER)

    assert listed(client).json()["page"] == {"number": 0, "size": 10, "totalCount": 10}


def test_an_unreadable_payment_is_not_listed(portone: FakePortOne, client: httpx.Client) -> None:
    client.post("/payments/p1/pre-register", json={})

    assert (list(portone.books()), ids(listed(client))) == (["p1"], [])


def test_a_stale_list_shows_an_earlier_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", ORDER)
    clock.advance(100)
    portone.buyer.pay("p2", ORDER)
    portone.inject(operation="list_payments", fault=Fault.STALE, seconds=50)

    assert [ids(listed(client)) for _ in range(2)] == [["p1"], ["p2", "p1"]]
