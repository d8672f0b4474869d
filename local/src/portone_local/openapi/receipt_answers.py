"""The shapes of answers about manual approvals and cash receipts."""

from typing import Literal, TypedDict

from pydantic import with_config

from portone_local.openapi.shapes import CLOSED, Minor, Time
from portone_payments.entry.fields.closed import ReceiptType

type ApprovalState = Literal["APPROVED", "FAILED", "UNKNOWN"]
type ReceiptState = Literal["ISSUED", "CANCELLED", "FAILED", "UNKNOWN"]


@with_config(CLOSED)
class Approval(TypedDict):
    """The newest try at approving by hand."""

    attempt: int
    state: ApprovalState
    code: str | None


@with_config(CLOSED)
class CashReceipt(TypedDict):
    """A cash receipt, without the number it is for."""

    type: ReceiptType
    state: ReceiptState
    amount: Minor
    tax_free_amount: Minor
    self_issued: bool
    issue_number: str | None
    url: str | None
    code: str | None
    issued_at: Time | None
    cancelled_at: Time | None


@with_config(CLOSED)
class OpenCashReceipt(CashReceipt):
    """A cash receipt without an outcome yet; it is looked after without being asked."""

    status_url: str
