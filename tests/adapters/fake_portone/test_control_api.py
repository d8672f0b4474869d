"""The fake's control API: what buyers, banks and the console do, commanded over HTTP."""

from typing import Any

import httpx
import pytest

from portone_local.gateway.loopback import CONTROL
from portone_local.portone import EXAMPLE_SECRET, FakePortOne
from portone_local.twins.clock import MovableClock

AUTHORIZED = {"authorization": f"PortOne {EXAMPLE_SECRET}"}


def command(base_url: str, name: str, **arguments: Any) -> httpx.Response:
    return httpx.post(f"{base_url}/__control/{name}", json=arguments, headers=CONTROL)


def test_the_control_api_plays_a_whole_payment(base_url: str) -> None:
    paid_id = command(base_url, "pay", payment_id="p1", checkout={"amount": 11_000, "method": "TRANSFER"})
    command(base_url, "console_cancel", payment_id="p1", amount=1_000)

    book = command(base_url, "books").json()["p1"]

    assert (book["state"], book["cancelled"]) == ("PARTIAL_CANCELLED", 1_000)
    assert book["transaction_ids"] == [paid_id.json()]
    assert len(command(base_url, "pending").json()) == 3


def test_the_control_api_plays_refunds_and_confirms(portone: FakePortOne, base_url: str) -> None:
    rules = command(base_url, "pg_rules", changes={"asynchronous": ["PaymentMethodCard"], "token_life": 60})
    token = command(base_url, "authenticate", payment_id="p1", checkout={"amount": 11_000}).json()
    with httpx.Client(base_url=base_url, headers=AUTHORIZED) as client:
        client.post("/payments/p1/confirm", json={"paymentToken": token})
        command(base_url, "console_refuse_next_cancel", leaves="FAILED")
        for _ in range(2):
            client.post("/payments/p1/cancel", json={"reason": "test", "amount": 1_000})
    command(base_url, "console_chargeback", payment_id="p1", amount=2_000)

    book = command(base_url, "books").json()["p1"]

    assert [entry["status"] for entry in book["cancellations"]] == ["FAILED", "REQUESTED", "SUCCEEDED"]
    assert (book["refunds_in_flight"], book["cancelled"]) == (1_000, 2_000)
    assert (portone.pg.token_life, rules.json()["token_life"]) == (60, 60)


def test_the_control_api_injects_faults_and_moves_the_clock(
    portone: FakePortOne, base_url: str, clock: MovableClock
) -> None:
    command(base_url, "inject", operation="get_payment", fault="html_502")
    command(base_url, "advance_clock", seconds=90)

    status = httpx.get(f"{base_url}/payments/p1", headers=AUTHORIZED).status_code

    assert (status, clock.monotonic()) == (502, 90)
    assert [call.fault for call in portone.calls()] == ["html_502"]


@pytest.mark.parametrize(
    ("name", "arguments", "status"),
    [
        ("pay", {"payment_id": "p1", "checkout": {"amount": "much"}}, 400),
        ("pay", {"payment_id": "p1", "checkout": {"price": 1}}, 400),
        ("pay", {}, 400),
        ("inject", {"operation": "pre_register", "fault": "lagging"}, 400),
        ("pay", {"payment_id": "p1"}, 409),
        ("console_cancel", {"payment_id": "p1"}, 409),
        ("console_refuse_next", {"operation": "cancel_payment", "kind": "TEAPOT"}, 400),
        ("pg_rules", {"changes": {"max_cancel": 1}}, 400),
        ("rob", {}, 404),
    ],
)
def test_the_control_api_refuses_in_words(
    base_url: str, name: str, arguments: dict[str, Any], status: int
) -> None:
    answer = command(base_url, name, **arguments)

    assert answer.status_code == status
    assert answer.json()["code"]
