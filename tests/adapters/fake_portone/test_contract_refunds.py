"""Cancel, confirm, close, cash receipts and list: held against PortOne's OpenAPI document and client."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from portone_server_sdk import common
from portone_server_sdk import payment as sdk
from portone_server_sdk.errors import (
    CancellableAmountConsistencyBrokenError,
    CashReceiptAlreadyIssuedError,
    InformationMismatchError,
    PaymentNotWaitingForDepositError,
    PgProviderError,
)

from portone_local.clock import MovableClock
from portone_local.portone import (
    EXAMPLE_STORE,
    CancellationStatus,
    Checkout,
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
from portone_local.testing.asking import REFUND_ACCOUNT
from portone_local.testing.billing_asks import BILLING_CALLS
from portone_local.testing.identity_calls import send_body

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=11_000, tax_free=1_100)
RECEIPT = {
    "paymentId": "account",
    "channelKey": "channel-key-example-live",
    "type": "PERSONAL",
    "orderName": "Example order",
    "currency": "KRW",
    "amount": {"total": 11_000, "taxFree": 1_100},
    "customer": {"identityNumber": "01000000000"},
}


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
    seen: list[Exchange] = []
    fake.api.watchers.append(seen.append)

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
def test_every_documented_error_can_be_had_on_command(
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


def test_the_contract_reads_the_question_of_a_list(
    contract: Contract, portone: FakePortOne, client: httpx.Client
) -> None:
    seen: list[Exchange] = []
    portone.api.watchers.append(seen.append)

    client.get("/payments", params={"requestBody": '{"filter":{"status":["PAY_PENDING"]}}'})
    client.request("GET", "/payments", json={"pages": 1})
    client.post("/payments/p1/cancel")

    assert [len(contract.problems(exchange)) for exchange in seen] == [1, 1, 1]


def test_the_official_client_cancels_unchanged(portone: FakePortOne, official: sdk.PaymentClient) -> None:
    portone.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    portone.buyer.deposit("p1")
    account = sdk.CancelPaymentBodyRefundAccount(
        bank="SHINHAN", number="00000000000000", holder_name="홍길동"
    )

    answer = official.cancel_payment(
        payment_id="p1",
        amount=2_000,
        tax_free_amount=0,
        vat_amount=181,
        reason="단순 변심",
        requester="CUSTOMER",
        current_cancellable_amount=11_000,
        refund_account=account,
    )

    assert isinstance(answer.cancellation, sdk.SucceededPaymentCancellation)
    assert answer.cancellation.total_amount == portone.books()["p1"].cancelled == 2_000


def test_the_official_client_confirms_unchanged(portone: FakePortOne, official: sdk.PaymentClient) -> None:
    token = portone.buyer.authenticate("p1", ORDER)

    answer = official.confirm_payment(
        payment_id="p1", payment_token=token, total_amount=11_000, currency="KRW", is_test=False
    )

    assert answer.paid_at
    assert portone.books()["p1"].state == "PAID"


def test_the_official_client_closes_an_account_unchanged(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    portone.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))

    official.close_virtual_account(payment_id="p1")

    assert portone.books()["p1"].state == "FAILED"


def test_the_official_client_handles_cash_receipts_unchanged(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    receipts = official.cash_receipt
    issued = receipts.issue_cash_receipt(
        payment_id="p1",
        channel_key="channel-key-example-live",
        type="PERSONAL",
        order_name="Example order",
        currency="KRW",
        amount=common.PaymentAmountInput(total=11_000, tax_free=None, vat=None),
        customer=sdk.cash_receipt.IssueCashReceiptCustomerInput(
            identity_number="01000000000",
            identity_number_type=None,
            name=None,
            email=None,
            phone_number=None,
        ),
    )

    read = receipts.get_cash_receipt_by_payment_id(payment_id="p1")
    cancelled = receipts.cancel_cash_receipt_by_payment_id(payment_id="p1")

    assert getattr(read, "issue_number", "") == issued.cash_receipt.issue_number
    assert cancelled.cancelled_amount == 11_000
    assert portone.books()["p1"].cash_receipts[0].cancelled_at is not None


def test_the_official_client_lists_unchanged(portone: FakePortOne, official: sdk.PaymentClient) -> None:
    portone.buyer.pay_pending("p1", ORDER)
    portone.buyer.pay("p2", ORDER)

    answer = official.get_payments(
        page=common.PageInput(number=0, size=100), filter=sdk.PaymentFilterInput(status=["PENDING"])
    )

    assert [payment.id for payment in answer.items if not isinstance(payment, dict)] == ["p1"]


def test_the_official_client_understands_the_refusals(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    portone.buyer.pay("p1", ORDER)
    token = portone.buyer.authenticate("p2", ORDER)

    with pytest.raises(CancellableAmountConsistencyBrokenError):
        official.cancel_payment(payment_id="p1", reason="test", current_cancellable_amount=1)
    portone.console.refuse_next_cancel()
    with pytest.raises(PgProviderError):
        official.cancel_payment(payment_id="p1", reason="test")
    with pytest.raises(PaymentNotWaitingForDepositError):
        official.close_virtual_account(payment_id="p1")
    with pytest.raises(InformationMismatchError):
        official.confirm_payment(payment_id="p2", payment_token=token, total_amount=1)
    portone.console.refuse_next("issue_cash_receipt", "CASH_RECEIPT_ALREADY_ISSUED")
    with pytest.raises(CashReceiptAlreadyIssuedError):
        official.cash_receipt.issue_cash_receipt(
            payment_id="p1",
            channel_key="channel-key-example-live",
            type="CORPORATE",
            order_name="Example order",
            currency="KRW",
            amount=common.PaymentAmountInput(total=1),
            customer=sdk.cash_receipt.IssueCashReceiptCustomerInput(identity_number="0"),
        )
