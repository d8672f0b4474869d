"""What becomes of a charge while its payment is paid in a window: only readings of that charge count."""

import pytest

from portone_payments.domain.approvals.attempt import confirmed, intend, intend_charge, taken_back
from portone_payments.domain.approvals.attempts import withdrawn
from portone_payments.domain.approvals.settlement import contradicts_confirmation, settle_approval
from portone_payments.domain.readings.outcome import FORGOTTEN, QUIET
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.domain.records.instructions import ApprovalState
from portone_payments.domain.records.payments import Payment
from tests.support.records import NOW, a_payment
from tests.support.snapshots import a_snapshot, moment

ISSUED, PAID = RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, RemoteStatus.PAID


def charging() -> Payment:
    return intend_charge(a_payment(), "token", "issue-1", moment())


def state(payment: Payment) -> ApprovalState:
    return payment.approvals[-1].state


@pytest.mark.parametrize("code", ["unauthorized", "invalid_request"])
@pytest.mark.parametrize("status", [ISSUED, PAID, RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.CANCELLED])
def test_a_waiting_charge_ends_when_its_payment_is_paid_by_other_means(
    code: str, status: RemoteStatus
) -> None:
    waits = taken_back(charging(), 1, code, NOW + 900, moment(61))

    after = settle_approval(waits, a_snapshot(status, after=90), moment(120))

    assert (state(after), withdrawn(after.approvals[-1])) == (ApprovalState.FAILED, True)


def test_an_issued_account_settles_an_approval_but_no_charge() -> None:
    sent, issued = charging(), a_snapshot(ISSUED, after=90)
    authenticated = intend(a_payment(), "token", "sealed", moment(), asks_stock=False)

    assert state(settle_approval(sent, issued, moment(120))) is ApprovalState.RESERVED
    assert contradicts_confirmation(confirmed(sent, 1), issued)
    assert state(settle_approval(authenticated, issued, moment(120))) is ApprovalState.APPROVED


def test_a_charge_without_a_trace_beside_an_issued_account_was_not_executed() -> None:
    issued = a_snapshot(ISSUED, after=90)
    quiet = settle_approval(charging(), issued, moment(FORGOTTEN + 60))

    over = settle_approval(quiet, issued, moment(FORGOTTEN + QUIET + 60))

    assert (state(over), over.approvals[-1].code) == (ApprovalState.FAILED, "not_executed")


def test_a_sent_charge_is_approved_by_a_reading_of_the_money() -> None:
    paid = settle_approval(charging(), a_snapshot(PAID, after=90), moment(120))

    assert state(paid) is ApprovalState.APPROVED
