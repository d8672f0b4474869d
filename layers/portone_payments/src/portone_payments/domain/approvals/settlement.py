"""What a reading shows of a manual approval or a charge: paid, declined, or never executed (rule 3)."""

from dataclasses import replace

from portone_payments.domain.approvals.attempt import given_way, released, settled, with_approval
from portone_payments.domain.approvals.attempts import is_ours, open_approval, since, waits
from portone_payments.domain.readings.outcome import FORGOTTEN, QUIET
from portone_payments.domain.readings.payment import RemoteStatus, Snapshot
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.payments import Payment

# no buyer is declined and authenticates anew within so few seconds; clocks differ by less
_SKEW = 10
_TAKEN = frozenset(
    {
        RemoteStatus.PAID,
        RemoteStatus.PARTIAL_CANCELLED,
        RemoteStatus.CANCELLED,
        RemoteStatus.VIRTUAL_ACCOUNT_ISSUED,
    }
)
_NOTHING_YET = frozenset({RemoteStatus.READY, RemoteStatus.FAILED})


def contradicts_confirmation(payment: Payment, snapshot: Snapshot | None) -> bool:
    """Whether a reading lags behind PortOne's own confirmation."""
    approval = open_approval(payment)
    if approval is None or approval.state is not ApprovalState.CONFIRMED:
        return False
    return snapshot is None or snapshot.status in _NOTHING_YET or _another(approval, snapshot)


def settle_approval(payment: Payment, snapshot: Snapshot | None, moment: Moment) -> Payment:
    """The payment with its open attempt as the reading shows it."""
    approval = open_approval(payment)
    if approval is None or not isinstance(approval.state, ApprovalState):
        return payment
    if snapshot is not None and snapshot.status in _TAKEN and waits(approval):
        # PortOne charged nothing for this attempt: its buyer paid, or is paying, otherwise
        return given_way(payment, moment)
    if snapshot is not None and snapshot.status in _TAKEN and not _another(approval, snapshot):
        done = settled(approval, ApprovalState.APPROVED, None, moment)
        return with_approval(payment, replace(done, transaction_id=snapshot.transaction_id))
    if approval.state is not ApprovalState.RESERVED:
        return payment
    if snapshot is not None and _declined(payment, approval, snapshot):
        # whatever PortOne answered to a later send, this one was declined
        code = None if is_ours(approval, approval.answered) else approval.answered
        return released(payment, _refused_by_pg(approval, snapshot), code or "pg_provider", moment)
    if snapshot is not None and snapshot.status not in _NOTHING_YET and not _another(approval, snapshot):
        return payment
    return _quiet(payment, approval, moment)


def _another(approval: Approval, snapshot: Snapshot) -> bool:
    """Whether a reading shows a payment made in a window: no saved payment method issues an account."""
    return approval.billing_key_id is not None and snapshot.status is RemoteStatus.VIRTUAL_ACCOUNT_ISSUED


def _quiet(payment: Payment, approval: Approval, moment: Moment) -> Payment:
    """The payment whose attempt was sent and left no trace in the reading."""
    forgotten = approval.sent_at is not None and moment.now - since(approval) >= FORGOTTEN
    if approval.answered is None and not forgotten:
        return payment
    if approval.silent_since is None:
        return with_approval(payment, replace(approval, silent_since=moment.now))
    if moment.now - approval.silent_since < QUIET:
        return payment
    return released(payment, approval, approval.answered or approval.code or "not_executed", moment)


def _declined(payment: Payment, approval: Approval, snapshot: Snapshot) -> bool:
    """Whether this attempt is the one shown as FAILED, not an earlier one or one from before its send."""
    if snapshot.status is not RemoteStatus.FAILED:
        return False
    known = {approval.failed_before, *(each.transaction_id for each in payment.approvals)}
    failed_at = snapshot.updated_at if snapshot.failed_at is None else snapshot.failed_at
    sent_at = ((since(approval) if approval.sent_at else 0) - _SKEW) * 1_000_000
    return snapshot.transaction_id not in known and failed_at >= sent_at


def _refused_by_pg(approval: Approval, snapshot: Snapshot) -> Approval:
    return replace(
        approval,
        transaction_id=snapshot.transaction_id,
        pg_provider=snapshot.channel.pg_provider if snapshot.channel else None,
        pg_code=snapshot.pg_code or approval.pg_code,
    )
