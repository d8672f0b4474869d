"""The shapes of answers about refunds."""

from typing import Annotated, Literal, TypedDict

from pydantic import Field, with_config

from portone_local.openapi.shapes import CLOSED, Minor, Time
from portone_payments.domain.instruction_records import RefundState

# one that is reserved has no outcome yet
STATES = sorted({state.value for state in RefundState} - {RefundState.RESERVED.value} | {"UNKNOWN"})
type State = Annotated[str, Field(json_schema_extra={"enum": list(STATES)})]


@with_config(CLOSED)
class RefundSummary(TypedDict):
    """One refund in the list of a payment."""

    refund_id: str
    by: Literal["owner", "staff", "auto", "lost"]
    state: State
    amount: Minor


@with_config(CLOSED)
class Refund(RefundSummary):
    """A refund as its asker sees it."""

    tax_free_amount: Minor | None
    vat_amount: Minor | None
    reason: str
    code: str | None
    created_at: Time
    settled_at: Time | None


@with_config(CLOSED)
class OpenRefund(Refund):
    """A refund without an outcome yet; it is looked after without being asked."""

    status_url: str
