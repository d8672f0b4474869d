"""The shapes of answers about refunds."""

from typing import Annotated, Literal, NotRequired, TypedDict

from pydantic import Field, with_config

from portone_local.openapi.shapes import CLOSED, Minor, Time
from portone_payments.domain.records.instructions import RefundState

# one that is reserved has no outcome yet
STATES = sorted({state.value for state in RefundState} - {RefundState.RESERVED.value} | {"UNKNOWN"})
type RefundedBy = Literal["owner", "staff", "auto", "lost"]
type RefundOutcome = Annotated[str, Field(json_schema_extra={"enum": list(STATES)})]


@with_config(CLOSED)
class RefundSummary(TypedDict):
    """One refund in the list of a payment."""

    refund_id: str
    by: RefundedBy
    state: RefundOutcome
    amount: Minor


@with_config(CLOSED)
class MaskedAccount(TypedDict):
    """The bank account a refund goes to, as staff sees it."""

    bank: str
    number: str
    holder_name: str


@with_config(CLOSED)
class Refund(RefundSummary):
    """A refund as its requester sees it; staff is also told by whom it was asked, why, and where it goes."""

    tax_free_amount: Minor | None
    vat_amount: Minor | None
    code: str | None
    created_at: Time
    settled_at: Time | None
    asked_by: NotRequired[str]
    reason: NotRequired[str | None]
    account: NotRequired[MaskedAccount | None]


@with_config(CLOSED)
class OpenRefund(Refund):
    """A refund without an outcome yet; it is looked after without being asked."""

    status_url: str
