"""An unpaid payment expires after one last reading, and a late payment is still recognised."""

from portone_payments.domain.approvals.attempt import intend_charge
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Status
from tests.support.records import NOW, a_payment
from tests.support.snapshots import (
    a_snapshot,
    after_reading,
    an_account,
    facts,
    micros,
)

HOUR = 3600


def test_an_abandoned_payment_expires_after_one_last_reading() -> None:
    snapshot = a_snapshot(RemoteStatus.READY)

    before = after_reading(a_payment(), snapshot, at=HOUR - 1)
    after = after_reading(before, snapshot, at=HOUR + 1)

    assert (before.status, after.status) == (Status.READY, Status.EXPIRED)


def test_an_expired_payment_stays_expired_while_only_its_window_is_open() -> None:
    expired = after_reading(a_payment(), a_snapshot(RemoteStatus.READY), at=HOUR + 1)

    again = after_reading(expired, a_snapshot(RemoteStatus.READY), at=2 * HOUR)

    assert (again.status, facts(again)) == (Status.EXPIRED, ["expired"])


def test_an_expired_payment_that_is_paid_is_recognised_as_late() -> None:
    expired = after_reading(a_payment(), None, at=HOUR + 1)

    paid = after_reading(expired, a_snapshot(after=2 * HOUR, paid_at=micros(2 * HOUR)), at=2 * HOUR)

    assert (paid.status, paid.late) == (Status.PAID, True)


def test_a_payment_paid_in_time_is_not_late() -> None:
    paid = after_reading(a_payment(), a_snapshot())

    assert not paid.late


def test_a_virtual_account_expires_only_after_its_grace() -> None:
    issued = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=an_account(due_after=HOUR))

    within = after_reading(a_payment(), issued, at=2 * HOUR - 1)
    over = after_reading(within, issued, at=2 * HOUR + 1)

    assert (within.status, over.status) == (Status.VIRTUAL_ACCOUNT_ISSUED, Status.EXPIRED)


def test_a_lapsed_virtual_account_records_its_end_once() -> None:
    issued = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=an_account(due_after=HOUR))
    over = after_reading(after_reading(a_payment(), issued), issued, at=2 * HOUR + 1)

    again = after_reading(over, issued, at=26 * HOUR)

    assert again.status is Status.EXPIRED
    assert facts(again) == ["virtual_account_issued", "virtual_account_expired"]


def test_an_expired_payment_given_a_virtual_account_waits_for_the_deposit() -> None:
    expired = after_reading(a_payment(), a_snapshot(RemoteStatus.READY), at=HOUR + 1)
    issued = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, after=2 * HOUR, method=an_account())

    payment = after_reading(expired, issued, at=2 * HOUR)

    assert payment.status is Status.VIRTUAL_ACCOUNT_ISSUED


def test_a_deposit_after_expiry_is_late() -> None:
    method = an_account(due_after=HOUR)
    issued = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=method)
    over = after_reading(after_reading(a_payment(), issued), issued, at=2 * HOUR + 1)

    paid = after_reading(
        over, a_snapshot(after=3 * HOUR, method=method, paid_at=micros(3 * HOUR)), at=3 * HOUR
    )

    assert (paid.status, paid.late) == (Status.PAID, True)


def test_a_payment_in_time_that_is_read_after_the_end_is_not_late() -> None:
    expired = after_reading(a_payment(), None, at=HOUR + 1)

    paid = after_reading(expired, a_snapshot(after=2 * HOUR, paid_at=micros(HOUR - 1)), at=2 * HOUR)

    assert (paid.status, paid.late) == (Status.PAID, False)


def test_a_payment_after_the_end_is_late_although_no_reading_had_shown_the_end() -> None:
    paid = after_reading(a_payment(), a_snapshot(paid_at=micros(HOUR + 60)), at=2 * HOUR)

    assert paid.late
    assert paid.history[-1].data["late"] is True


def test_a_late_payment_refunded_in_part_at_once_is_late() -> None:
    reading = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, cancelled=100, paid_at=micros(HOUR + 60))

    assert after_reading(a_payment(), reading, at=2 * HOUR).late


def test_a_difference_between_two_clocks_makes_no_payment_late() -> None:
    assert not after_reading(a_payment(), a_snapshot(paid_at=micros(HOUR + 4)), at=2 * HOUR).late


def test_a_deposit_within_its_grace_is_not_late() -> None:
    method = an_account(due_after=HOUR)
    issued = after_reading(a_payment(), a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=method))

    paid = after_reading(issued, a_snapshot(method=method, paid_at=micros(2 * HOUR - 1)), at=3 * HOUR)

    assert not paid.late


def test_a_payment_pending_when_the_offer_ended_is_not_late() -> None:
    pending = after_reading(a_payment(), a_snapshot(RemoteStatus.PAY_PENDING))

    paid = after_reading(pending, a_snapshot(after=2 * HOUR, paid_at=micros(2 * HOUR)), at=2 * HOUR)

    assert not paid.late


def test_a_payment_being_approved_when_the_offer_ended_is_not_late() -> None:
    approving = intend_charge(a_payment(), "hash", "issue1", Moment(now=NOW, by="charge"))

    paid = after_reading(approving, a_snapshot(after=2 * HOUR, paid_at=micros(2 * HOUR)), at=2 * HOUR)

    assert not paid.late
