"""Charges of saved payment methods over HTTP: 200, 202, or a 402 that says what to do."""

from typing import Any

from portone_payments.domain.approvals.attempts import withdrawn
from portone_payments.domain.errors.billing import ChargeDeclined
from portone_payments.domain.errors.common import ProviderRefused
from portone_payments.domain.records.instructions import ApprovalState
from portone_payments.domain.records.stops import PROBE_EVERY
from portone_payments.domain.subscriptions.dunning import is_hard
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import payment_view
from portone_payments.flows.approvals.attempt import Attempted


def advice(*, hard: bool) -> str:
    """The action after a decline: the same method later, or another one."""
    return "other_method" if hard else "retry_later"


def charge_answer(approved: Attempted, policy: BillingPolicy) -> dict[str, Any]:
    """200 paid; 202 and a status URL while that is open. Raises `ChargeDeclined`, `ProviderRefused`."""
    tried, payment = approved.approval, approved.payment
    if withdrawn(tried):
        raise ProviderRefused(retry_after=PROBE_EVERY)
    if tried.state is ApprovalState.FAILED:
        hard = is_hard(policy.dunning, tried.pg_provider, tried.pg_code, code=tried.code or "")
        raise ChargeDeclined(reason=advice(hard=hard), payment_id=payment.payment_id, pg_code=tried.pg_code)
    view = payment_view(payment)
    if tried.state is ApprovalState.APPROVED and not payment.quarantined:
        return answer(200, view)
    return answer(202, {**view, "statusUrl": f"/payments/{payment.payment_id}"}, retry_after="5")
