"""Cancel, confirm, close, cash receipts and list, compared with PortOne's OpenAPI document."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.portone import (
    EXAMPLE_STORE,
    CancellationStatus,
    FakePortOne,
    Optionals,
    Promotion,
    Unknowns,
    operations,
)
from portone_local.portone.api import Exchange
from portone_local.portone.banks import BANKS
from portone_local.portone.contract import Contract
from portone_local.portone.exchange import STATUS_OF
from portone_local.portone.pg import LEAVES
from portone_local.portone.routes import ROUTES, Route
from portone_local.twins.clock import MovableClock
from tests.support.asking import REFUND_ACCOUNT, recorded
from tests.support.billing_asks import BILLING_CALLS
from tests.support.identity_calls import send_body
from tests.support.refund_calls import ORDER, RECEIPT

type ClientOf = Callable[[FakePortOne], httpx.Client]


def play(fake: FakePortOne, client: httpx.Client) -> None:
    """Every operation, with what the shop may send, and some of what PortOne refuses."""
    fake.buyer.pay("card", replace(ORDER, discount=500, promotion=Promotion()))
    _cancels(fake, client)
    token = fake.buyer.authenticate("account", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    client.post("/payments/account/confirm", json={"paymentToken": "example-token"})
    client.post("/payments/account/confirm", json={"paymentToken": token, "totalAmount": 1})
    client.post(
        "/payments/account/confirm",
        json={"paymentToken": token, "totalAmount": 11_000, "currency": "KRW", "isTest": False},
    )
    fake.buyer.deposit("account")
    client.post("/cash-receipts", json=RECEIPT)
    client.post("/cash-receipts", json=RECEIPT)
    client.get("/payments/account/cash-receipt", params={"storeId": EXAMPLE_STORE})
    client.get("/payments/account")
    client.post("/payments/account/cash-receipt/cancel", params={"storeId": EXAMPLE_STORE})
    client.post("/payments/account/cash-receipt/cancel")
    client.get("/payments/account/cash-receipt")
    client.get("/payments/card/cash-receipt")
    client.post("/payments/account/virtual-account/close")
    fake.buyer.pay("closed", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    client.post("/payments/closed/virtual-account/close", params={"storeId": EXAMPLE_STORE})
    client.post("/payments/account/cancel", json={"reason": "test", "refundAccount": REFUND_ACCOUNT})
    wanted = {"page": {"number": 0, "size": 100}, "filter": {"status": ["PENDING", "PAID", "CANCELLED"]}}
    for question in (wanted, {}, {"page": {"number": 1, "size": 60_000}}):
        client.get("/payments", params={"requestBody": json.dumps(question)})
    client.get("/cash-receipts")


def _cancels(fake: FakePortOne, client: httpx.Client) -> None:
    full = {"amount": 1_000, "taxFreeAmount": 100, "vatAmount": 80, "requester": "ADMIN", "skipWebhook": True}
    for status in CancellationStatus:
        fake.console.end_next_cancel(status)
        client.post("/payments/card/cancel", json={"reason": "test", **full})
    fake.console.refuse_next_cancel(leaves="FAILED")
    client.post("/payments/card/cancel", json={"reason": "test"})
    client.post("/payments/card/cancel", json={"reason": "test", "currentCancellableAmount": 1})
    client.post("/payments/card/cancel", json={"reason": "test"}, headers={"authorization": "PortOne x"})
    client.get("/payments/card")


def problems(contract: Contract, seen: list[Exchange]) -> list[str]:
    return [problem for exchange in seen for problem in contract.problems(exchange)]


@pytest.mark.parametrize("optionals", Optionals)
@pytest.mark.parametrize("settings", Unknowns.all_settings().values(), ids=Unknowns.all_settings())
def test_every_operation_keeps_to_the_document_under_every_setting(
    contract: Contract,
    clock: MovableClock,
    client_of: ClientOf,
    settings: Unknowns,
    optionals: Optionals,
) -> None:
    fake = FakePortOne(clock=clock, unknowns=settings, optionals=optionals)
    seen = recorded(fake)

    play(fake, client_of(fake))

    assert problems(contract, seen) == []
    played = {exchange.route.operation for exchange in seen if exchange.route}
    elsewhere = {"pre_register", *BILLING_CALLS}
    assert played == {name for name in operations() if "identity" not in name} - elsewhere


@pytest.mark.parametrize("route", ROUTES, ids=operations())
def test_every_documented_error_is_known_with_its_status(contract: Contract, route: Route) -> None:
    documented = contract.error_types(route.operation_id)

    assert documented
    assert {kind: STATUS_OF.get(kind) for kind in documented} == documented


CALLS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "cancel_payment": ("/payments/p1/cancel", {"reason": "test"}),
    "confirm_payment": ("/payments/p1/confirm", {"paymentToken": "example-token"}),
    "issue_cash_receipt": ("/cash-receipts", RECEIPT),
    "send_identity_verification": ("/identity-verifications/v1/send", send_body()),
    "resend_identity_verification": ("/identity-verifications/v1/resend", None),
    "confirm_identity_verification": ("/identity-verifications/v1/confirm", {}),
    **{name: (path, body) for name, (_, path, body) in BILLING_CALLS.items()},
}


@pytest.mark.parametrize("operation", LEAVES)
def test_every_documented_error_can_be_configured(
    contract: Contract, portone: FakePortOne, client: httpx.Client, operation: str
) -> None:
    route = next(route for route in ROUTES if route.operation == operation)
    path, body = CALLS.get(operation) or (route.template.format(paymentId="p1"), None)
    kinds = contract.error_types(route.operation_id).keys() - {"PG_PROVIDER"}

    for kind in kinds:
        portone.console.refuse_next(operation, kind)
    answers = [client.request(route.method, path, json=body) for _ in kinds]

    assert {answer.json()["type"] for answer in answers} == kinds


def test_the_banks_are_those_of_the_document(contract: Contract) -> None:
    assert set(contract.enum("Bank")) == BANKS


def test_the_contract_reads_the_query_of_a_list(
    contract: Contract, portone: FakePortOne, client: httpx.Client
) -> None:
    seen = recorded(portone)

    client.get("/payments", params={"requestBody": '{"filter":{"status":["PAY_PENDING"]}}'})
    client.request("GET", "/payments", json={"pages": 1})
    client.post("/payments/p1/cancel")

    assert [len(contract.problems(exchange)) for exchange in seen] == [1, 1, 1]
