"""The one table of status changes, and when a reading is older than the record."""

from itertools import combinations

import pytest

from portone_payments.domain.payments.moves import MOVES, behind, older, outdated, withdraws
from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.payments import Seen, Status, holds_money
from tests.support.records import a_payment
from tests.support.snapshots import a_cancellation, a_snapshot, after_reading, micros

MONEY = [Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED]
NO_MONEY = [Status.READY, Status.PAY_PENDING, Status.VIRTUAL_ACCOUNT_ISSUED, Status.FAILED, Status.EXPIRED]
COURSE = [
    RemoteStatus.READY,
    RemoteStatus.PAY_PENDING,
    RemoteStatus.VIRTUAL_ACCOUNT_ISSUED,
    RemoteStatus.FAILED,
]
PORTONES = [status for status in RemoteStatus if status is not RemoteStatus.UNRECOGNISED]


def seen(snapshot: Snapshot) -> Seen:
    found = after_reading(a_payment(), snapshot).seen
    assert found is not None
    return found


def test_every_status_has_a_row() -> None:
    assert set(MOVES) == set(Status)


@pytest.mark.parametrize("paid", MONEY)
def test_a_paid_status_never_returns_to_an_unpaid_one(paid: Status) -> None:
    assert not MOVES[paid] & set(NO_MONEY)


@pytest.mark.parametrize("status", NO_MONEY)
def test_every_unpaid_status_may_become_paid(status: Status) -> None:
    assert {Status.PAID, Status.PARTIAL_CANCELLED, Status.CANCELLED, Status.MISMATCH} <= MOVES[status]


def test_a_cancelled_payment_stays_cancelled() -> None:
    assert MOVES[Status.CANCELLED] == frozenset()


def test_a_partial_refund_is_not_undone() -> None:
    assert Status.PAID not in MOVES[Status.PARTIAL_CANCELLED]


def test_every_status_from_paid_on_holds_money_refunded_or_not() -> None:
    assert {status for status in Status if holds_money(status)} == {*MONEY, Status.MISMATCH}


@pytest.mark.parametrize("status", PORTONES)
def test_the_first_reading_is_never_behind(status: RemoteStatus) -> None:
    assert not behind(Status.READY, None, a_snapshot(status))


@pytest.mark.parametrize(
    "status", [RemoteStatus.PAID, RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.CANCELLED]
)
@pytest.mark.parametrize("held", NO_MONEY)
def test_a_reading_with_money_is_never_older_than_one_without(held: Status, status: RemoteStatus) -> None:
    before = seen(a_snapshot(RemoteStatus.PAY_PENDING, after=30))
    money = a_snapshot(status, after=1)

    assert not behind(held, before, money)
    assert not outdated(held, before, money)


def test_an_earlier_timestamp_on_the_same_content_is_no_older_reading() -> None:
    held = seen(a_snapshot(RemoteStatus.FAILED, after=30))

    assert not behind(Status.FAILED, held, a_snapshot(RemoteStatus.FAILED, after=1))
    assert not outdated(Status.FAILED, held, a_snapshot(RemoteStatus.FAILED, after=1))


@pytest.mark.parametrize(("earlier_by", "older_reading"), [(4, False), (6, True)])
def test_timestamps_order_two_attempts_without_money_within_the_skew_of_clocks(
    earlier_by: int,
    older_reading: bool,  # noqa: FBT001 - a column of the table
) -> None:
    held = seen(a_snapshot(RemoteStatus.FAILED, after=30))
    other = a_snapshot(RemoteStatus.READY, transaction_id="tx-0", after=30 - earlier_by)

    assert outdated(Status.FAILED, held, other) is older_reading


@pytest.mark.parametrize(("earlier", "later"), list(combinations(COURSE, 2)))
def test_status_and_no_timestamp_orders_one_attempt(earlier: RemoteStatus, later: RemoteStatus) -> None:
    held = seen(a_snapshot(later, after=1))

    assert outdated(Status(later.value), held, a_snapshot(earlier, after=30))
    assert not outdated(
        Status(earlier.value), seen(a_snapshot(earlier, after=30)), a_snapshot(later, after=1)
    )


def test_a_mismatch_that_took_money_does_not_end_as_unpaid() -> None:
    paid = seen(a_snapshot(total=1))
    waiting = seen(a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, total=1))

    assert behind(Status.MISMATCH, paid, a_snapshot(RemoteStatus.FAILED, transaction_id="tx-0"))
    assert not behind(Status.MISMATCH, waiting, a_snapshot(RemoteStatus.FAILED))


def test_a_list_that_was_left_out_lacks_nothing() -> None:
    known = seen(a_snapshot(cancellations=(a_cancellation(1, CancellationStatus.SUCCEEDED),)))

    assert not behind(Status.PAID, known, a_snapshot(cancellations=None))
    assert behind(Status.PAID, known, a_snapshot(cancellations=()))


def test_a_failed_or_withdrawn_cancellation_may_disappear_from_the_list() -> None:
    failed = seen(a_snapshot(cancellations=(a_cancellation(1, CancellationStatus.FAILED),)))
    asked = seen(a_snapshot(cancellations=(a_cancellation(1, CancellationStatus.REQUESTED),)))
    without = a_snapshot(cancellations=())

    assert not behind(Status.PAID, failed, without)
    assert not behind(Status.PAID, asked, without)
    # as long as a replica may not know of it yet, only what was asked for counts as missing
    assert (withdraws(failed, without), withdraws(asked, without)) == (False, True)
    assert not withdraws(asked, a_snapshot(cancellations=None))


@pytest.mark.parametrize("decided", [CancellationStatus.SUCCEEDED, CancellationStatus.FAILED])
def test_a_decided_cancellation_does_not_return_to_requested(decided: CancellationStatus) -> None:
    known = seen(a_snapshot(cancellations=(a_cancellation(1, decided),)))

    asked = a_snapshot(cancellations=(a_cancellation(1, CancellationStatus.REQUESTED),))

    assert behind(Status.PAID, known, asked)


def test_a_reading_with_fewer_refunds_is_behind() -> None:
    refunded = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED, cancelled=300, cancellations=(a_cancellation(total=300),)
    )

    assert behind(Status.PARTIAL_CANCELLED, seen(refunded), a_snapshot())


def test_a_reading_in_which_a_known_cancellation_is_missing_is_behind() -> None:
    asked = a_snapshot(cancellations=(a_cancellation(1),))

    assert behind(Status.PAID, seen(asked), a_snapshot(cancellations=(a_cancellation(2),)))


@pytest.mark.parametrize("status", [RemoteStatus.READY, RemoteStatus.FAILED, RemoteStatus.PAY_PENDING])
def test_a_reading_that_undoes_a_payment_is_behind_even_in_the_same_second(status: RemoteStatus) -> None:
    held = seen(a_snapshot())

    assert behind(Status.PAID, held, a_snapshot(status))


def test_a_new_attempt_shown_as_ready_is_not_behind() -> None:
    held = seen(a_snapshot(RemoteStatus.FAILED))

    assert not outdated(Status.FAILED, held, a_snapshot(RemoteStatus.READY, transaction_id="tx-2", after=40))


def test_an_unrecognised_status_is_not_behind_by_its_name_alone() -> None:
    held = seen(a_snapshot())

    assert not behind(Status.PAID, held, a_snapshot(RemoteStatus.UNRECOGNISED))
    assert behind(Status.PAID, seen(a_snapshot(cancelled=1)), a_snapshot(RemoteStatus.UNRECOGNISED))


def test_whole_seconds_and_fractions_are_compared_by_the_second() -> None:
    whole, fraction = micros(0.5), micros(0.5) + 400_000

    assert whole % 1_000_000 == 0
    assert not older(whole, fraction)
    assert not older(fraction, whole)
    assert older(fraction, whole + 1_000_000)


def test_two_fractions_are_compared_by_the_microsecond() -> None:
    assert older(1_000_001, 1_000_002)
    assert not older(1_000_002, 1_000_001)
