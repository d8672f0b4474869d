"""Answers over HTTP: views as JSON, and the one table from errors to statuses."""

import json
from collections.abc import Mapping
from typing import Any

from portone_payments.domain.errors import billing as billing_errors
from portone_payments.domain.errors import common as errors
from portone_payments.domain.errors import identity as identity_errors
from portone_payments.domain.errors import payments as payment_errors
from portone_payments.entry.messages.catalogue import Message
from portone_payments.entry.messages.errors import MESSAGES, REASONS

STATUSES: Mapping[type[errors.BundleError], int] = {
    errors.InvalidRequest: 400,
    errors.Unauthenticated: 401,
    errors.SignatureRejected: 401,
    errors.Forbidden: 403,
    payment_errors.ApprovalRefused: 403,
    payment_errors.OrderNotFound: 404,
    payment_errors.PaymentNotFound: 404,
    errors.MethodNotAllowed: 405,
    payment_errors.OrderHasPayment: 409,
    payment_errors.OrderExpired: 409,
    payment_errors.OrderWithdrawn: 409,
    payment_errors.OrderPaymentUnderWay: 409,
    payment_errors.OrderAlreadyPaid: 409,
    payment_errors.NoPayMethod: 409,
    payment_errors.OrderIncomplete: 409,
    payment_errors.NotApprovable: 409,
    payment_errors.ApprovalInProgress: 409,
    payment_errors.OutOfStock: 409,
    payment_errors.InvalidPaymentToken: 409,
    payment_errors.InformationMismatch: 409,
    payment_errors.ApprovalFailed: 409,
    payment_errors.CashReceiptNotFound: 404,
    payment_errors.CashReceiptNotAllowed: 409,
    payment_errors.CashReceiptExists: 409,
    payment_errors.CashReceiptFailed: 409,
    payment_errors.NothingToResolve: 409,
    payment_errors.RefundNotFound: 404,
    payment_errors.DiscrepancyNotFound: 404,
    payment_errors.RefundNotAllowed: 403,
    payment_errors.NotRefundable: 409,
    payment_errors.RefundInProgress: 409,
    payment_errors.RefundAboveBalance: 409,
    payment_errors.RefundAccountRequired: 409,
    payment_errors.RefundFailed: 409,
    payment_errors.TooManyRefunds: 409,
    errors.TooManyRequests: 429,
    payment_errors.TooManyTries: 429,
    identity_errors.VerificationNotFound: 404,
    identity_errors.IdentityNotFound: 404,
    identity_errors.VerificationExpired: 409,
    identity_errors.VerificationUsed: 409,
    identity_errors.VerificationPending: 409,
    identity_errors.VerificationFailed: 409,
    identity_errors.VerificationMismatch: 409,
    identity_errors.VerificationNotSent: 409,
    identity_errors.SendFailed: 409,
    identity_errors.OtpRefused: 409,
    identity_errors.IdentityIncomplete: 409,
    identity_errors.UnderAge: 409,
    identity_errors.IdentityDuplicate: 409,
    identity_errors.IdentityDuplicatesChanged: 409,
    identity_errors.DifferentPerson: 409,
    billing_errors.ChargeDeclined: 402,
    billing_errors.BillingKeyNotFound: 404,
    billing_errors.PlanNotFound: 404,
    billing_errors.SubscriptionNotFound: 404,
    billing_errors.BillingKeyRefused: 409,
    billing_errors.BillingKeyGone: 409,
    billing_errors.TooManyBillingKeys: 409,
    billing_errors.BillingMethodNotOffered: 409,
    billing_errors.WindowIncomplete: 409,
    billing_errors.NoBillingKey: 409,
    billing_errors.ChargeInProgress: 409,
    billing_errors.PriceChanged: 409,
    billing_errors.PlanNotOnSale: 409,
    billing_errors.AlreadySubscribed: 409,
    billing_errors.TrialUsed: 409,
    billing_errors.AccountClosing: 409,
    billing_errors.SubscriptionEnded: 409,
    billing_errors.SubscriptionEnding: 409,
    billing_errors.SubscriptionBusy: 409,
    billing_errors.ChangeNotAllowed: 409,
    billing_errors.OrderHasPlan: 409,
    billing_errors.PartsDisagree: 409,
    billing_errors.ChargeIdReused: 422,
    payment_errors.RefundIdReused: 422,
    identity_errors.VerificationLimit: 429,
    errors.PayloadTooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.IdempotencyKeyReused: 422,
    errors.Busy: 503,
    errors.ProviderUnavailable: 503,
    errors.ProviderRefused: 503,
    errors.SecretsUnavailable: 503,
    errors.StorageUnavailable: 503,
}
# what an answer may show of an error beyond its code
_SHOWN = {
    "field": "field",
    "reason": "reason",
    "payment_id": "paymentId",
    "subscription_id": "subscriptionId",
    "refund_id": "refundId",
    "balance": "balance",
    "amount": "amount",
    "status": "status",
    "pay_method": "payMethod",
    "missing": "missing",
    "allowance": "allowance",
}
UNEXPECTED = "internal_error"
_HEADERS = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


def answer(status: int, body: Mapping[str, Any], **headers: str) -> dict[str, Any]:
    """A response in API Gateway's v2 shape."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "statusCode": status,
        "headers": {**_HEADERS, **more},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }


def error_answer(error: errors.BundleError, request_id: str) -> dict[str, Any]:
    """The answer to an error of ours; retryable ones say when to repeat the request."""
    status = STATUSES[type(error)]
    details = {_SHOWN[name]: value for name, value in error.data.items() if name in _SHOWN}
    body = _error_body(error.code, told(error), request_id, retryable=error.retryable, details=details)
    if isinstance(error, payment_errors.ApprovalRefused):
        # PortOne passes this field to the buyer's SDK (facts 4.3)
        body["errorMessage"] = MESSAGES[error.code].ko
    if error.retryable or "retry_after" in error.data:
        return answer(status, body, retry_after=str(error.data.get("retry_after", 1)))
    return answer(status, body)


def told(error: errors.BundleError) -> Message:
    """The message: that of the reason where the catalogue has one, else that of the code."""
    reason = None if isinstance(error, errors.InvalidRequest) else error.data.get("reason")
    return REASONS.get(str(reason), MESSAGES[error.code])


def logged(error: errors.BundleError) -> dict[str, str]:
    """What the log says of an error, so that support finds it by the request's id."""
    reason, pg_code = error.data.get("reason"), error.data.get("pg_code")
    told = {"reason": reason if reason in REASONS else None, "pg_code": pg_code}
    return {"code": error.code, **{name: str(value) for name, value in told.items() if value is not None}}


def unexpected_answer(request_id: str) -> dict[str, Any]:
    """The answer to an unforeseen fault: safe to repeat, nothing of it shown."""
    message = MESSAGES[UNEXPECTED]
    return answer(
        500, _error_body(UNEXPECTED, message, request_id, retryable=True, details={}), retry_after="1"
    )


def _error_body(
    code: str, message: Message, request_id: str, *, retryable: bool, details: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "error": {
            "code": code,
            "message": {"ko": message.ko, "en": message.en},
            "action": message.action,
            "retryable": retryable,
            "requestId": request_id,
            **({"details": dict(details)} if details else {}),
        }
    }
