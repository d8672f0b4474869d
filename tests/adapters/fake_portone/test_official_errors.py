"""The official client meets every documented error of the fake, each as the exception it has for it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from portone_server_sdk import common, errors
from portone_server_sdk import payment as sdk

from portone_local.portone import Checkout, FakePortOne
from portone_local.portone.contract import Contract
from portone_local.portone.routes import ROUTES

ORDER = Checkout(amount=11_000)
type Ask = Callable[[sdk.PaymentClient], object]


def issue(official: sdk.PaymentClient) -> object:
    return official.cash_receipt.issue_cash_receipt(
        payment_id="p1",
        channel_key="channel-key-example-live",
        type="PERSONAL",
        order_name="Example order",
        currency="KRW",
        amount=common.PaymentAmountInput(total=1),
        customer=sdk.cash_receipt.IssueCashReceiptCustomerInput(identity_number="0"),
    )


def cancelling(portone: FakePortOne) -> Ask:
    portone.buyer.pay("p1", ORDER)
    return lambda official: official.cancel_payment(payment_id="p1", reason="test")


def confirming(portone: FakePortOne) -> Ask:
    token = portone.buyer.authenticate("p1", ORDER)
    return lambda official: official.confirm_payment(payment_id="p1", payment_token=token)


def closing(portone: FakePortOne) -> Ask:
    portone.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    return lambda official: official.close_virtual_account(payment_id="p1")


def issuing(_portone: FakePortOne) -> Ask:
    return issue


def taking_back(_portone: FakePortOne) -> Ask:
    def ask(official: sdk.PaymentClient) -> object:
        with suppress(errors.CashReceiptAlreadyIssuedError):
            issue(official)
        return official.cash_receipt.cancel_cash_receipt_by_payment_id(payment_id="p1")

    return ask


ASKS: dict[str, Callable[[FakePortOne], Ask]] = {
    "cancel_payment": cancelling,
    "confirm_payment": confirming,
    "close_virtual_account": closing,
    "issue_cash_receipt": issuing,
    "cancel_cash_receipt": taking_back,
}
# documented since the client was made
NEWER = {"MAX_CANCEL_COUNT_REACHED"}


def exception_for(kind: str) -> type[Exception]:
    """`PAYMENT_NOT_FOUND` is a `PaymentNotFoundError` there."""
    name = "".join(word.capitalize() for word in kind.split("_"))
    found: type[Exception] = errors.UnknownError if kind in NEWER else getattr(errors, f"{name}Error")
    return found


@pytest.mark.parametrize("operation", ASKS)
def test_the_official_client_names_every_documented_refusal(
    contract: Contract, portone: FakePortOne, official: sdk.PaymentClient, operation: str
) -> None:
    route = next(route for route in ROUTES if route.operation == operation)
    kinds = contract.error_types(route.operation_id)

    ask = ASKS[operation](portone)

    assert kinds
    for kind in kinds:
        portone.console.refuse_next(operation, kind)
        with pytest.raises(exception_for(kind)):
            ask(official)
