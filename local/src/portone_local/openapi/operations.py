"""What the document says of each function beyond its route: body, query, answers and errors."""

from dataclasses import dataclass, field
from typing import Any

from portone_local.openapi import answers, audit_answers, staff_answers
from portone_local.openapi.receipt_answers import CashReceipt, OpenCashReceipt
from portone_local.openapi.refund_answers import OpenRefund, Refund
from portone_payments.domain.errors import billing as billing_errors
from portone_payments.domain.errors import common as errors
from portone_payments.domain.errors import payments as payment_errors
from portone_payments.domain.errors.common import BundleError
from portone_payments.entry.request import Body
from portone_payments.entry.views.receipts import ReceiptBody
from portone_payments.entry.views.refunds import AccountBody, CancelBody, StaffCancelBody

type Errors = tuple[type[BundleError], ...]

PAGE: dict[str, Any] = {
    "cursor": {"schema": {"type": "string", "minLength": 1}, "description": "where the page before ended"},
    "limit": {
        "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
        "description": "items of a page",
    },
}
KIND: dict[str, Any] = {
    "kind": {
        "schema": {"$ref": "#/components/schemas/AttentionKind"},
        "required": True,
        "description": "why a person is needed",
    }
}
STATUS: dict[str, Any] = {
    "status": {
        "schema": {"$ref": "#/components/schemas/DiscrepancyStatus"},
        "description": "which list; open where it is left out",
    }
}
READ: Errors = (errors.StorageUnavailable,)
WRITTEN: Errors = (errors.Busy, *READ)
BODY: Errors = (errors.InvalidRequest, errors.PayloadTooLarge)
PREPARE: Errors = (
    payment_errors.OrderNotFound,
    payment_errors.OrderExpired,
    payment_errors.OrderWithdrawn,
    payment_errors.OrderAlreadyPaid,
    payment_errors.NoPayMethod,
    billing_errors.OrderHasPlan,
    errors.IdempotencyKeyReused,
    errors.TooManyRequests,
    errors.ProviderUnavailable,
    errors.ProviderRefused,
    errors.SecretsUnavailable,
)

SENT: Errors = (errors.ProviderUnavailable, errors.ProviderRefused, errors.SecretsUnavailable, *WRITTEN)
REFUND: Errors = (
    *BODY,
    payment_errors.PaymentNotFound,
    payment_errors.RefundNotAllowed,
    payment_errors.NotRefundable,
    payment_errors.RefundInProgress,
    payment_errors.RefundAboveBalance,
    payment_errors.RefundAccountRequired,
    payment_errors.RefundFailed,
    payment_errors.RefundIdReused,
    payment_errors.TooManyRefunds,
    *SENT,
)
REFUNDED = {200: Refund, 202: OpenRefund}
CONFIRM: Errors = (
    *BODY,
    payment_errors.PaymentNotFound,
    payment_errors.NotApprovable,
    payment_errors.ApprovalInProgress,
    payment_errors.TooManyTries,
    payment_errors.OutOfStock,
    payment_errors.InvalidPaymentToken,
    payment_errors.InformationMismatch,
    payment_errors.ApprovalFailed,
    *SENT,
)
RECEIPT: Errors = (payment_errors.PaymentNotFound, payment_errors.CashReceiptFailed, *SENT)
RECEIVED = {200: CashReceipt, 202: OpenCashReceipt}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A function: `body` is its request model or its name there, `answers` are by status.

    `keyed`: it takes an Idempotency-Key, `key_required`: not without one. `shared`: owners and staff call the
    same function, `named` is the query that only those take who are not owners. `name` and `summary`: of
    another route of that function, which stands under `function.last part of its path`.
    """

    answers: dict[int, type]
    errors: Errors
    body: str | type[Body] | None = None
    body_optional: bool = False
    query: dict[str, Any] = field(default_factory=dict)
    named: dict[str, Any] = field(default_factory=dict)
    keyed: bool = False
    key_required: bool = False
    shared: bool = False
    name: str = ""
    summary: str = ""


OPERATIONS = {
    "put_order": Operation(
        body="OrderBody",
        answers={200: answers.Order},
        errors=(
            *BODY,
            payment_errors.OrderHasPayment,
            payment_errors.OrderWithdrawn,
            payment_errors.OrderIncomplete,
            billing_errors.PartsDisagree,
            *WRITTEN,
        ),
    ),
    "get_order": Operation(
        answers={200: answers.OrderWithPayment},
        errors=(payment_errors.OrderNotFound, *READ),
    ),
    "withdraw_order": Operation(
        answers={200: answers.OrderWithPayment, 202: answers.OpenOrder},
        errors=(
            payment_errors.OrderNotFound,
            payment_errors.OrderAlreadyPaid,
            payment_errors.OrderPaymentUnderWay,
            errors.ProviderUnavailable,
            errors.SecretsUnavailable,
            *WRITTEN,
        ),
    ),
    "prepare_payment": Operation(
        body="PrepareBody",
        keyed=True,
        answers={200: answers.Checkout},
        errors=(*BODY, *PREPARE, *WRITTEN),
    ),
    "verify_payment": Operation(
        answers={200: answers.Payment, 202: answers.UnreadPayment},
        errors=(payment_errors.PaymentNotFound, errors.SecretsUnavailable, *WRITTEN),
    ),
    "get_payment": Operation(
        answers={200: answers.Payment},
        errors=(payment_errors.PaymentNotFound, *READ),
    ),
    "list_payments": Operation(
        query=PAGE,
        answers={200: answers.Payments},
        errors=(errors.InvalidRequest, *READ),
    ),
    "list_attention": Operation(
        query=KIND | PAGE,
        answers={200: staff_answers.StaffPayments},
        errors=(errors.InvalidRequest, *READ),
    ),
    "catch_up_payment": Operation(
        answers={200: staff_answers.StaffReading, 202: staff_answers.StaffReading},
        errors=(payment_errors.PaymentNotFound, errors.SecretsUnavailable, *WRITTEN),
    ),
    "resolve_payment": Operation(
        body="ResolveBody",
        answers={200: staff_answers.StaffPayment},
        errors=(*BODY, payment_errors.PaymentNotFound, payment_errors.NothingToResolve, *WRITTEN),
    ),
    "list_discrepancies": Operation(
        query=STATUS | PAGE,
        answers={200: audit_answers.Discrepancies},
        errors=(errors.InvalidRequest, *READ),
    ),
    "close_discrepancy": Operation(
        body="CloseBody",
        answers={200: audit_answers.Discrepancy},
        errors=(*BODY, payment_errors.DiscrepancyNotFound, payment_errors.NothingToResolve, *WRITTEN),
    ),
    "confirm_payment": Operation(
        body="ConfirmBody",
        answers={200: answers.Payment, 202: answers.UnreadPayment},
        errors=CONFIRM,
    ),
    "issue_cash_receipt": Operation(
        body=ReceiptBody,
        shared=True,
        answers=RECEIVED,
        errors=(
            *BODY,
            payment_errors.CashReceiptNotAllowed,
            payment_errors.CashReceiptExists,
            errors.TooManyRequests,
            *RECEIPT,
        ),
    ),
    "get_cash_receipt": Operation(
        shared=True,
        answers={200: CashReceipt},
        errors=(payment_errors.PaymentNotFound, payment_errors.CashReceiptNotFound, *READ),
    ),
    "cancel_cash_receipt": Operation(answers=RECEIVED, errors=(payment_errors.CashReceiptNotFound, *RECEIPT)),
    "cancel_payment": Operation(body=CancelBody, answers=REFUNDED, errors=REFUND),
    "cancel_payment_as_staff": Operation(body=StaffCancelBody, answers=REFUNDED, errors=REFUND),
    "get_refund": Operation(
        shared=True,
        answers={200: Refund},
        errors=(payment_errors.PaymentNotFound, payment_errors.RefundNotFound, *READ),
    ),
    "put_refund_account": Operation(
        shared=True,
        body=AccountBody,
        answers=REFUNDED,
        errors=(*REFUND, payment_errors.RefundNotFound, payment_errors.NothingToResolve),
    ),
    "approve_refund": Operation(
        body="ApproveBody",
        body_optional=True,
        answers=REFUNDED,
        errors=(*REFUND, payment_errors.RefundNotFound, payment_errors.NothingToResolve),
    ),
}
