"""The table of the REST operations that the fake knows, and how a path finds its row."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from portone_local.portone.desk import ApiCall, Desk
from portone_local.portone.exchange import Answer, ApiError
from portone_local.portone.operations.accounts import close_virtual_account
from portone_local.portone.operations.cancel import cancel_payment
from portone_local.portone.operations.confirm import confirm_payment
from portone_local.portone.operations.listing import list_payments
from portone_local.portone.operations.payments import get_payment, pre_register
from portone_local.portone.operations.receipts import (
    cancel_cash_receipt,
    get_cash_receipt,
    issue_cash_receipt,
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
    Route("get_cash_receipt", "getCashReceiptByPaymentId", "GET", _RECEIPT, get_cash_receipt, _NO_RECEIPT),
    Route(
        "cancel_cash_receipt",
        "cancelCashReceiptByPaymentId",
        "POST",
        f"{_RECEIPT}/cancel",
        cancel_cash_receipt,
    ),
)


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The operation that `method` and `path` ask for, with its path ids."""
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
