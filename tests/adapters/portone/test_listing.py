"""The list endpoint: requests keep to the contract, answers are read without trusting their counts."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, Checkout, FakePortOne, Unknowns
from portone_local.portone.contract import Contract
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.listing import list_query, page_of
from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.ports.portone import ListPage
from portone_payments.ports.world import Deadline
from tests.support.asking import recorded
from tests.support.payment_answers import PAYMENT_ID, STORE_ID, paid

START = 1_767_323_045


def page(*items: Any, size: int = 10, told: Any = None) -> ListPage:
    info = {"number": 0, "size": size, "totalCount": len(items)} | (told or {})
    return page_of(size, json.dumps({"items": items, "page": info}).encode())


def ids(found: ListPage) -> list[str]:
    return [each.payment_id for each in found.items]


def client(fake: FakePortOne) -> PortOneClient:
    return PortOneClient(
        base_url="https://portone.example",
        secret=lambda: EXAMPLE_SECRET,
        store_id=EXAMPLE_STORE,
        transport=fake.transport(),
    )


def test_the_body_travels_as_json_in_the_query() -> None:
    query = list_query(STORE_ID, START, START + 60, number=1, size=500)

    assert set(query) == {"requestBody"}
    assert json.loads(query["requestBody"]) == {
        "page": {"number": 1, "size": 500},
        "filter": {
            "storeId": STORE_ID,
            "timestampType": "STATUS_CHANGED_AT",
            "from": "2026-01-02T03:04:05Z",
            "until": "2026-01-02T03:05:05Z",
            "sortBy": "STATUS_CHANGED_AT",
            "sortOrder": "ASC",
            "version": "V2",
        },
    }


@pytest.mark.parametrize(("number", "size"), [(59, 1000), (119, 500)])
def test_the_last_reachable_page_may_be_requested(number: int, size: int) -> None:
    assert list_query(STORE_ID, START, START, number=number, size=size)


@pytest.mark.parametrize(("number", "size"), [(60, 1000), (120, 500)])
def test_a_page_beyond_portones_reach_is_not_requested(number: int, size: int) -> None:
    with pytest.raises(ValueError, match="reach"):
        list_query(STORE_ID, START, START, number=number, size=size)


def test_a_listed_payment_is_read_like_a_single_one_with_its_time_of_change() -> None:
    [listed] = page(paid()).items

    assert (listed.payment_id, listed.changed_at) == (PAYMENT_ID, 1_767_323_138_366_979)
    assert listed.snapshot is not None
    assert (listed.snapshot.status, listed.snapshot.total) == (RemoteStatus.PAID, 10_000)


def test_an_unreadable_payment_does_not_spoil_the_page() -> None:
    first, second = page(paid(amount="odd"), paid(id="other")).items

    assert (first.payment_id, first.snapshot) == (PAYMENT_ID, None)
    assert second.snapshot is not None


def test_of_an_unknown_variant_its_id_is_enough() -> None:
    found = page({"id": "new", "status": "SETTLING"}, paid())
    first, second = found.items

    assert (first.payment_id, first.changed_at, first.snapshot) == ("new", None, None)
    assert (second.snapshot is not None, found.unread) == (True, 0)


@pytest.mark.parametrize("odd", [7, None, {}, {"id": 7}])
def test_a_payment_without_an_id_is_counted_and_skipped(odd: Any) -> None:
    found, alone = page(odd, paid()), page(odd)

    assert (ids(found), found.unread) == ([PAYMENT_ID], 1)
    assert (alone.items, alone.unread, alone.full) == ((), 1, False)


def test_a_page_with_room_left_is_not_full() -> None:
    assert not page(paid(), size=2).full
    assert not page(size=1).full


@pytest.mark.parametrize(
    ("items", "told"),
    [(2, {}), (1, {"size": 1}), (1, {"totalCount": 3})],
    ids=["as_many_as_asked_for", "portone_gives_less", "it_counted_more"],
)
def test_a_page_that_may_be_incomplete_is_full(items: int, told: dict[str, Any]) -> None:
    assert page(*[paid()] * items, size=2, told=told).full


def test_the_count_of_the_page_proves_nothing() -> None:
    assert page(paid(), paid(), size=2, told={"totalCount": 2}).full


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        "7",
        "not json",
        '{"items": 7}',
    ],
)
def test_an_invalid_page_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        page_of(10, body.encode())


@pytest.mark.parametrize("odd", [None, "odd", [], {"size": None, "totalCount": "many"}])
def test_page_information_may_be_strange(odd: Any) -> None:
    body = json.dumps({"items": [paid()], "page": odd}).encode()

    assert ids(page_of(2, body)) == [PAYMENT_ID]


@pytest.mark.parametrize("unknowns", Unknowns.all_settings().values(), ids=Unknowns.all_settings())
def test_a_window_returns_its_changes_oldest_first(unknowns: Unknowns) -> None:
    fake = FakePortOne(clock=MovableClock(START), seed=7, unknowns=unknowns)
    for name in ("early", "p2", "p1", "late"):
        fake.clock.advance(100)  # type: ignore[attr-defined]
        fake.buyer.pay(name, Checkout(amount=1_000, currency="KRW"))

    found = client(fake).list_payments(
        START + 150, START + 350, number=0, size=10, deadline=Deadline.after(fake.clock, 20)
    )

    assert (ids(found), found.full) == (["p2", "p1"], False)


def test_the_request_and_the_answer_keep_to_the_document() -> None:
    document = os.environ.get("PORTONE_OPENAPI")
    if not document:
        pytest.skip("PORTONE_OPENAPI is not set")
    fake = FakePortOne(clock=MovableClock(START), seed=7)
    fake.buyer.pay("p1", Checkout(amount=1_000, currency="KRW"))
    fake.buyer.open_window("p2", Checkout(amount=1_000, currency="KRW"))
    seen = recorded(fake)

    found = client(fake).list_payments(
        START - 60, START + 60, number=0, size=2, deadline=Deadline.after(fake.clock, 20)
    )

    assert (sorted(ids(found)), found.full) == (["p1", "p2"], True)
    assert [exchange.route and exchange.route.operation_id for exchange in seen] == ["getPayments"]
    assert Contract(Path(document)).problems(seen[0]) == []
