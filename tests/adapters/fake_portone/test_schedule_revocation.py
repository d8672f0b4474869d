"""Schedules at the fake PortOne: how they are found and taken back."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portone_local.portone import FakePortOne
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import after, issued, schedule

type ClientOf = Callable[[FakePortOne], httpx.Client]

DAY = 86_400


def listed(client: httpx.Client, **question: Any) -> list[str]:
    answer = client.get("/payment-schedules", params={"requestBody": json.dumps(question)})
    assert answer.status_code == 200
    return [item["paymentId"] for item in answer.json()["items"]]


def revoke(client: httpx.Client, **chosen: Any) -> httpx.Response:
    return client.delete("/payment-schedules", params={"requestBody": json.dumps(chosen)})


def test_future_schedules_are_listed_only_when_requested(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    schedule(client, key, after(clock, DAY))

    ahead = {"billingKey": key, "from": after(clock, 0), "until": after(clock, 2 * DAY)}
    assert listed(client, filter={"billingKey": key}) == []
    assert listed(client, filter=ahead) == ["p1"]


def test_schedules_are_listed_by_key_state_and_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    first, second = issued(portone), issued(portone)
    schedule(client, first, after(clock, DAY), "p1")
    schedule(client, first, after(clock, 2 * DAY), "p2")
    schedule(client, second, after(clock, 3 * DAY), "p3")
    clock.advance(DAY)
    window = {"from": after(clock, -2 * DAY), "until": after(clock, 9 * DAY)}

    assert listed(client, filter=window) == ["p3", "p2", "p1"]
    assert listed(client, filter={**window, "billingKey": first}, sort={"order": "ASC"}) == ["p1", "p2"]
    assert listed(client, filter={**window, "status": ["SUCCEEDED"]}) == ["p1"]
    assert listed(client, filter={**window, "isForTest": True}) == []
    assert listed(client, filter=window, page={"number": 1, "size": 2}) == ["p1"]


def test_a_revoked_schedule_never_pays(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    name = schedule(client, issued(portone), after(clock, DAY)).json()["schedule"]["id"]

    answer = revoke(client, scheduleIds=[name])
    clock.advance(2 * DAY)

    assert answer.json()["revokedScheduleIds"] == [name]
    assert client.get(f"/payment-schedules/{name}").json()["status"] == "REVOKED"
    assert client.get("/payments/p1").status_code == 404


def test_a_key_alone_revokes_all_its_waiting_schedules(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    for number in range(1, 4):
        schedule(client, key, after(clock, number * DAY), f"p{number}")
    clock.advance(DAY)

    answer = revoke(client, billingKey=key)

    assert len(answer.json()["revokedScheduleIds"]) == 2


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda _client, _names, clock: clock.advance(DAY), "PAYMENT_SCHEDULE_ALREADY_PROCESSED"),
        (
            lambda client, names, _clock: revoke(client, scheduleIds=names[:1]),
            "PAYMENT_SCHEDULE_ALREADY_REVOKED",
        ),
        (lambda _client, names, _clock: names.append("schedule-9"), "PAYMENT_SCHEDULE_NOT_FOUND"),
    ],
)
def test_a_revocation_is_all_or_nothing(
    portone: FakePortOne,
    client: httpx.Client,
    clock: MovableClock,
    spoil: Callable[[httpx.Client, list[str], MovableClock], object],
    kind: str,
) -> None:
    key = issued(portone)
    names = [
        schedule(client, key, after(clock, number * DAY), f"p{number}").json()["schedule"]["id"]
        for number in (1, 2)
    ]
    spoil(client, names, clock)

    answer = revoke(client, scheduleIds=names)

    assert answer.json()["type"] == kind
    assert client.get(f"/payment-schedules/{names[1]}").json()["status"] == "SCHEDULED"


def test_a_schedule_of_another_key_is_not_revoked(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key, other = issued(portone), issued(portone)
    name = schedule(client, key, after(clock, DAY)).json()["schedule"]["id"]

    answer = revoke(client, billingKey=other, scheduleIds=[name])

    assert answer.json()["type"] == "PAYMENT_SCHEDULE_NOT_FOUND"
    assert client.get(f"/payment-schedules/{name}").json()["status"] == "SCHEDULED"


@pytest.mark.parametrize(
    ("chosen", "kind"),
    [
        ({}, "INVALID_REQUEST"),
        ({"scheduleIds": []}, "INVALID_REQUEST"),
        ({"billingKey": "billing-key-9"}, "BILLING_KEY_NOT_FOUND"),
    ],
)
def test_a_revocation_names_an_existing_schedule(
    client: httpx.Client, chosen: dict[str, Any], kind: str
) -> None:
    assert revoke(client, **chosen).json()["type"] == kind


def test_the_schedules_of_a_deleted_key_cannot_be_revoked_by_it(
    portone: FakePortOne, client: httpx.Client
) -> None:
    key = issued(portone)
    portone.console.delete_billing_key(key)

    assert revoke(client, billingKey=key).json()["type"] == "BILLING_KEY_ALREADY_DELETED"


def test_the_query_may_be_sent_as_a_body(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    key = issued(portone)
    schedule(client, key, after(clock, DAY))

    answer = client.request("DELETE", "/payment-schedules", json={"billingKey": key})

    assert answer.status_code == 200
