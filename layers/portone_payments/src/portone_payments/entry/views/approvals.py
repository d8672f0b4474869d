"""Manual approvals over HTTP: 200, 202, or a 409 that says what to do."""

from typing import Any

from portone_payments.domain.approvals.attempt import OUT_OF_STOCK
from portone_payments.domain.approvals.attempts import withdrawn
from portone_payments.domain.errors.common import ProviderRefused
from portone_payments.domain.errors.payments import (
    ApprovalFailed,
    InformationMismatch,
    InvalidPaymentToken,
    OutOfStock,
)
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.stops import PROBE_EVERY
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import payment_view
from portone_payments.flows.approvals.attempt import Attempted


def approval_answer(approved: Attempted) -> dict[str, Any]:
    """200 approved; 202 with a status URL while the outcome is open. Raises the error of a failure."""
    approval, payment = approved.approval, approved.payment
    if approval.state is ApprovalState.FAILED:
        _refuse(approval)
    view = payment_view(payment)
    if approval.state is ApprovalState.APPROVED and not payment.quarantined:
        return answer(200, view)
    return answer(202, {**view, "statusUrl": f"/payments/{payment.payment_id}"}, retry_after="5")


def _refuse(approval: Approval) -> None:
    if withdrawn(approval):
        raise ProviderRefused(retry_after=PROBE_EVERY)
    match approval.code:
        case code if code == OUT_OF_STOCK:
            raise OutOfStock
        case "invalid_payment_token" | "payment_not_found":
            raise InvalidPaymentToken
        case "information_mismatch":
            raise InformationMismatch
        case code:
            raise ApprovalFailed(reason=code or "failed")
