"""The one table of status changes, and when a reading is older than what we hold."""

import pytest

from portone_local.testing.records import a_payment
from portone_local.testing.snapshots import a_cancellation, a_snapshot, after_reading, micros
from portone_payments.domain.moves import MOVES, behind, holds_money, older
from portone_payments.domain.records import Seen, Status
from portone_payments.domain.snapshot import RemoteStatus, Snapshot

MONEY = [Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED]
NO_MONEY = [Status.READY, Status.PAY_PENDING, Status.VIRTUAL_ACCOUNT_ISSUED, Status.FAILED, Status.EXPIRED]
PORTONES = [status for status in RemoteStatus if status is not RemoteStatus.UNRECOGNISED]


def seen(snapshot: Snapshot) -> Seen:
    found = after_reading(a_payment(), snapshot).seen
    assert found is not None
    return found


def test_every_status_has_a_row() -> None:
    assert set(MOVES) == set(Status)


@pytest.mark.parametrize("paid", MONEY)
def test_money_taken_is_never_untaken(paid: Status) -> None:
    assert not MOVES[paid] & set(NO_MONEY)


@pytest.mark.parametrize("status", NO_MONEY)
def test_whatever_is_not_paid_may_still_be_paid(status: Status) -> None:
    assert {Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED, Status.MISMATCH} <= MOVES[status]


def test_a_cancelled_payment_stays_cancelled() -> None:
    assert MOVES[Status.CANCELLED] == frozenset()


def test_a_part_refund_is_not_taken_back() -> None:
    assert Status.PAID not in MOVES[Status.PARTIAL_CANCELLED]


def test_money_is_held_from_paid_on_given_back_or_not() -> None:
    assert {status for status in Status if holds_money(status)} == {*MONEY, Status.MISMATCH}


@pytest.mark.parametrize("status", PORTONES)
def test_the_first_reading_is_never_behind(status: RemoteStatus) -> None:
    assert not behind(Status.READY, None, a_snapshot(status))


def test_a_reading_from_before_the_last_one_is_behind() -> None:
    held = seen(a_snapshot(RemoteStatus.FAILED, after=30))

    assert behind(Status.FAILED, held, a_snapshot(RemoteStatus.FAILED, after=29))
    assert not behind(Status.FAILED, held, a_snapshot(RemoteStatus.FAILED, after=31))


def test_a_reading_with_fewer_refunds_is_behind() -> None:
    refunded = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED, cancelled=300, cancellations=(a_cancellation(total=300),)
    )

    assert behind(Status.PARTIAL_CANCELLED, seen(refunded), a_snapshot())


def test_a_reading_in_which_a_known_cancellation_is_missing_is_behind() -> None:
    asked = a_snapshot(cancellations=(a_cancellation(1),))

    assert behind(Status.PAID, seen(asked), a_snapshot(cancellations=(a_cancellation(2),)))


@pytest.mark.parametrize("status", [RemoteStatus.READY, RemoteStatus.FAILED, RemoteStatus.PAY_PENDING])
def test_a_reading_that_takes_money_back_is_behind_even_in_the_same_second(status: RemoteStatus) -> None:
    held = seen(a_snapshot())

    assert behind(Status.PAID, held, a_snapshot(status))


def test_the_same_attempt_shown_as_ready_again_is_behind() -> None:
    held = seen(a_snapshot(RemoteStatus.FAILED))

    assert behind(Status.FAILED, held, a_snapshot(RemoteStatus.READY))


def test_a_new_attempt_shown_as_ready_is_not_behind() -> None:
    held = seen(a_snapshot(RemoteStatus.FAILED))

    assert not behind(Status.FAILED, held, a_snapshot(RemoteStatus.READY, transaction_id="tx-2", after=40))


def test_an_unrecognised_status_is_not_behind_by_its_name_alone() -> None:
    held = seen(a_snapshot())

    assert not behind(Status.PAID, held, a_snapshot(RemoteStatus.UNRECOGNISED))
    assert behind(Status.PAID, held, a_snapshot(RemoteStatus.UNRECOGNISED, after=1))


def test_whole_seconds_and_fractions_are_compared_by_the_second() -> None:
    whole, fraction = micros(0.5), micros(0.5) + 400_000

    assert whole % 1_000_000 == 0
    assert not older(whole, fraction)
    assert not older(fraction, whole)
    assert older(fraction, whole + 1_000_000)


def test_two_fractions_are_compared_by_the_microsecond() -> None:
    assert older(1_000_001, 1_000_002)
    assert not older(1_000_002, 1_000_001)
