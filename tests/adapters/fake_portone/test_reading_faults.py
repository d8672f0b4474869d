"""Readings on command: not found, of seconds ago, or one state behind."""

import httpx

from portone_local.portone import Checkout, FakePortOne, Fault
from portone_local.twins.clock import MovableClock

ORDER = Checkout(amount=1)


def test_an_existing_payment_may_read_as_not_found(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.inject(operation="get_payment", fault=Fault.NOT_FOUND)

    answer = client.get("/payments/p1")

    assert (answer.status_code, answer.json()["type"]) == (404, "PAYMENT_NOT_FOUND")


def test_a_stale_reading_shows_the_configured_seconds_ago(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.open_window("p1", ORDER)
    clock.advance(100)
    portone.buyer.pay("p1")
    clock.advance(29)
    for seconds in (29, 30, 130):
        portone.inject(operation="get_payment", fault=Fault.STALE, seconds=seconds)

    answers = [client.get("/payments/p1") for _ in range(4)]

    assert [answer.json().get("status") for answer in answers] == ["PAID", "READY", None, "PAID"]
    assert answers[2].status_code == 404


def test_a_lagging_reading_is_one_state_behind(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.cancel("p1")
    portone.inject(operation="get_payment", fault=Fault.LAGGING)

    statuses = [client.get("/payments/p1").json()["status"] for _ in range(2)]

    assert statuses == ["PAID", "CANCELLED"]


def test_a_payment_in_its_first_state_lags_into_not_found(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.open_window("p1", ORDER)
    portone.inject(operation="get_payment", fault=Fault.LAGGING)

    assert client.get("/payments/p1").status_code == 404


def test_an_existing_receipt_may_read_as_not_found(portone: FakePortOne, client: httpx.Client) -> None:
    portone.inject(operation="get_cash_receipt", fault=Fault.NOT_FOUND)

    assert client.get("/payments/p1/cash-receipt").json()["type"] == "CASH_RECEIPT_NOT_FOUND"
