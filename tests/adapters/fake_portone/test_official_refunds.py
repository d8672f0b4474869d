"""PortOne's official client cancels, confirms, closes, issues receipts and lists at the fake, unchanged."""

from dataclasses import replace

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

from portone_local.portone import FakePortOne
from tests.support.refund_calls import ORDER


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
