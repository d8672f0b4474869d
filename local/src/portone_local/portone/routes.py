"""The table of the REST operations that the fake knows, and how a path finds its row."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from portone_local.portone.desk import ApiCall, Desk
from portone_local.portone.exchange import Answer, ApiError
from portone_local.portone.operations.accounts import close_virtual_account
from portone_local.portone.operations.billing_issue import (
    confirm_billing_key,
    confirm_issue_and_pay,
    issue_billing_key,
)
from portone_local.portone.operations.billing_keys import (
    delete_billing_key,
    get_billing_key,
    list_billing_keys,
)
from portone_local.portone.operations.cancel import cancel_payment
from portone_local.portone.operations.charge import pay_with_billing_key
from portone_local.portone.operations.confirm import confirm_payment
from portone_local.portone.operations.identity import (
    confirm_identity_verification,
    get_identity_verification,
    resend_identity_verification,
    send_identity_verification,
)
from portone_local.portone.operations.identity_listing import list_identity_verifications
from portone_local.portone.operations.listing import list_payments
from portone_local.portone.operations.payments import get_payment, pre_register
from portone_local.portone.operations.receipt_listing import list_cash_receipts
from portone_local.portone.operations.receipts import (
    cancel_cash_receipt,
    get_cash_receipt,
    issue_cash_receipt,
)
from portone_local.portone.operations.schedules import (
    create_schedule,
    get_schedule,
    list_schedules,
    revoke_schedules,
)


@dataclass(frozen=True)
class Route:
    """One operation: our name, PortOne's operationId, its method and path template.

    `missing` is the error of a GET that finds nothing.
    """

    operation: str
    operation_id: str
    method: str
    template: str
    act: Callable[[Desk, ApiCall], Answer]
    missing: str | None = None

    def ids_in(self, path: str) -> dict[str, str] | None:
        """Decoded path ids when `path`, still percent-encoded, fits the template; `%2F` stays in its id."""
        parts, wanted = path.split("/"), self.template.split("/")
        if len(parts) != len(wanted):
            return None
        pairs = list(zip(wanted, parts, strict=True))
        if any(not part if want.startswith("{") else part != want for want, part in pairs):
            return None
        return {want.strip("{}"): _decoded(part) for want, part in pairs if want.startswith("{")}


_PAYMENT = "/payments/{paymentId}"
_RECEIPT = f"{_PAYMENT}/cash-receipt"
_NO_RECEIPT = "CASH_RECEIPT_NOT_FOUND"
_KEYS = "/billing-keys"
_KEY = f"{_KEYS}/{{billingKey}}"
_NO_KEY = "BILLING_KEY_NOT_FOUND"
_SCHEDULES = "/payment-schedules"
_SCHEDULE = f"{_SCHEDULES}/{{paymentScheduleId}}"
_NO_SCHEDULE = "PAYMENT_SCHEDULE_NOT_FOUND"
_IDENTITIES = "/identity-verifications"
_IDENTITY = f"{_IDENTITIES}/{{identityVerificationId}}"

ROUTES = (
    Route("get_payment", "getPayment", "GET", _PAYMENT, get_payment, "PAYMENT_NOT_FOUND"),
    Route("list_payments", "getPayments", "GET", "/payments", list_payments),
    Route("pre_register", "preRegisterPayment", "POST", f"{_PAYMENT}/pre-register", pre_register),
    Route("confirm_payment", "confirmPayment", "POST", f"{_PAYMENT}/confirm", confirm_payment),
    Route("cancel_payment", "cancelPayment", "POST", f"{_PAYMENT}/cancel", cancel_payment),
    Route(
        "close_virtual_account",
        "closeVirtualAccount",
        "POST",
        f"{_PAYMENT}/virtual-account/close",
        close_virtual_account,
    ),
    Route("issue_cash_receipt", "issueCashReceipt", "POST", "/cash-receipts", issue_cash_receipt),
    Route("list_cash_receipts", "getCashReceipts", "GET", "/cash-receipts", list_cash_receipts),
    Route("get_cash_receipt", "getCashReceiptByPaymentId", "GET", _RECEIPT, get_cash_receipt, _NO_RECEIPT),
    Route(
        "cancel_cash_receipt",
        "cancelCashReceiptByPaymentId",
        "POST",
        f"{_RECEIPT}/cancel",
        cancel_cash_receipt,
    ),
    Route("get_billing_key", "getBillingKeyInfo", "GET", _KEY, get_billing_key, _NO_KEY),
    Route("list_billing_keys", "getBillingKeyInfos", "GET", _KEYS, list_billing_keys),
    Route("delete_billing_key", "deleteBillingKey", "DELETE", _KEY, delete_billing_key),
    Route("issue_billing_key", "issueBillingKey", "POST", _KEYS, issue_billing_key),
    Route("confirm_billing_key", "confirmBillingKey", "POST", f"{_KEYS}/confirm", confirm_billing_key),
    Route(
        "confirm_issue_and_pay",
        "confirmBillingKeyIssueAndPay",
        "POST",
        f"{_KEYS}/confirm-issue-and-pay",
        confirm_issue_and_pay,
    ),
    Route(
        "pay_with_billing_key", "payWithBillingKey", "POST", f"{_PAYMENT}/billing-key", pay_with_billing_key
    ),
    Route("create_schedule", "createPaymentSchedule", "POST", f"{_PAYMENT}/schedule", create_schedule),
    Route("get_schedule", "getPaymentSchedule", "GET", _SCHEDULE, get_schedule, _NO_SCHEDULE),
    Route("list_schedules", "getPaymentSchedules", "GET", _SCHEDULES, list_schedules),
    Route("revoke_schedules", "revokePaymentSchedules", "DELETE", _SCHEDULES, revoke_schedules),
    Route(
        "get_identity_verification",
        "getIdentityVerification",
        "GET",
        _IDENTITY,
        get_identity_verification,
        "IDENTITY_VERIFICATION_NOT_FOUND",
    ),
    Route(
        "list_identity_verifications",
        "getIdentityVerifications",
        "GET",
        _IDENTITIES,
        list_identity_verifications,
    ),
    Route(
        "send_identity_verification",
        "sendIdentityVerification",
        "POST",
        f"{_IDENTITY}/send",
        send_identity_verification,
    ),
    Route(
        "resend_identity_verification",
        "resendIdentityVerification",
        "POST",
        f"{_IDENTITY}/resend",
        resend_identity_verification,
    ),
    Route(
        "confirm_identity_verification",
        "confirmIdentityVerification",
        "POST",
        f"{_IDENTITY}/confirm",
        confirm_identity_verification,
    ),
)


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The operation that `method` and `path` name, with its path ids."""
    for route in ROUTES:
        ids = route.ids_in(path) if route.method == method else None
        if ids is not None:
            return route, ids
    return None


def _decoded(part: str) -> str:
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError as error:
        raise ApiError("INVALID_REQUEST", "the path is not UTF-8") from error
