"""Request bodies in PortOne's words; absent fields are omitted, because PortOne refuses null."""

from typing import Any

from portone_payments.ports.portone import CancelCommand, ConfirmCommand, RefundAccount


def cancel_body(order: CancelCommand, store_id: str) -> dict[str, Any]:
    """CancelPaymentBody (facts 5.1): amounts are always named, also for the whole rest."""
    body: dict[str, Any] = {
        "storeId": store_id,
        "reason": order.reason,
        "amount": order.amount,
        "taxFreeAmount": order.tax_free,
        "requester": order.requester,
        "currentCancellableAmount": order.balance,
    }
    if order.vat is not None:
        body["vatAmount"] = order.vat
    if order.account is not None:
        body["refundAccount"] = _account(order.account)
    return body


def confirm_body(order: ConfirmCommand, store_id: str) -> dict[str, Any]:
    """ConfirmPaymentBody (facts 4.1): PortOne compares everything but the token, and refuses a difference."""
    return {
        "storeId": store_id,
        "paymentToken": order.token,
        "totalAmount": order.total,
        "taxFreeAmount": order.tax_free,
        "currency": order.currency,
        "isTest": order.test,
    }


def _account(account: RefundAccount) -> dict[str, str]:
    body = {"bank": account.bank, "number": account.number, "holderName": account.holder}
    return body | ({"holderPhoneNumber": account.phone} if account.phone else {})
