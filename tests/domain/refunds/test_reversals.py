"""A reversed refund: the next reading is judged by the decision of staff."""

from dataclasses import replace

import pytest

from portone_payments.domain.readings.payment import Cancellation, CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from portone_payments.domain.records.refund_traces import KEPT, parted, refunded_by, returned
from portone_payments.domain.refunds.reserve import cancellable, in_progress
from portone_payments.domain.refunds.reversals import (
    BY_HAND,
    NEVER_ARRIVED,
    judged_by,
    may_have_come_back,
    recalled_by_word,
)
from tests.support.records import a_payment, called
from tests.support.refund_records import REFUND, booked, changed, paid, reserved, showing
from tests.support.snapshots import a_cancellation, a_snapshot, after_reading


def given_back() -> Payment:
    """300 of 1,000 won were cancelled in the console."""
    done = a_cancellation(total=300)
    reading = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, after=50, cancelled=300, cancellations=(done,))
    return after_reading(paid(), reading, at=90)


def come_back() -> Snapshot:
    failed = a_cancellation(status=CancellationStatus.FAILED, total=300)
    return a_snapshot(after=200, cancellations=(failed,))


def test_without_a_decision_the_reading_lags() -> None:
    read = after_reading(given_back(), come_back(), at=300)

    assert (read.status, read.lagging, cancellable(read)) == (Status.PARTIAL_CANCELLED, 1, 700)


def test_a_refund_that_never_arrived_may_be_made_again() -> None:
    read = after_reading(judged_by(given_back(), NEVER_ARRIVED), come_back(), at=300)

    assert (read.status, read.lagging, cancellable(read), read.reversal) == (Status.PAID, 0, 1_000, "")


def test_a_refund_repaid_by_hand_stays_refunded_at_every_later_reading() -> None:
    read = after_reading(judged_by(given_back(), BY_HAND), come_back(), at=300)
    again = after_reading(read, come_back(), at=400)

    assert (again.status, again.lagging, cancellable(again)) == (Status.PARTIAL_CANCELLED, 0, 700)


def test_a_decision_applies_to_the_next_reading_only() -> None:
    held = given_back()
    as_before = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED, after=50, cancelled=300, cancellations=(a_cancellation(total=300),)
    )

    read = after_reading(
        after_reading(judged_by(held, NEVER_ARRIVED), as_before, at=300), come_back(), at=400
    )

    assert (read.status, read.lagging) == (Status.PARTIAL_CANCELLED, 1)


@pytest.mark.parametrize("kind", [AttentionKind.UNKNOWN, AttentionKind.QUARANTINED])
def test_a_decision_is_possible_only_where_readings_lag(kind: AttentionKind) -> None:
    assert not may_have_come_back(replace(given_back(), attentions=called(kind)))
    assert may_have_come_back(replace(given_back(), attentions=called(AttentionKind.LAGGING)))
    assert not may_have_come_back(replace(paid(), attentions=called(AttentionKind.LAGGING)))


def of_both(failed: int, done: int) -> Snapshot:
    """The first cancellation was reversed, and `done` was refunded elsewhere meanwhile."""
    both = (
        a_cancellation(status=CancellationStatus.FAILED, total=failed),
        a_cancellation(2, total=done),
    )
    return a_snapshot(RemoteStatus.PARTIAL_CANCELLED, after=200, cancelled=done, cancellations=both)


@pytest.mark.parametrize("done", [100, 300, 500])
def test_a_reversal_is_not_hidden_by_other_refunds_meanwhile(done: int) -> None:
    read = after_reading(given_back(), of_both(300, done), at=300)

    assert (read.lagging, cancellable(read)) == (1, 700)


@pytest.mark.parametrize(("word", "left"), [(NEVER_ARRIVED, 0), (BY_HAND, 300)])
@pytest.mark.parametrize("done", [100, 300, 500])
def test_a_decision_covers_the_whole_reversal_whatever_was_refunded_meanwhile(
    word: str, left: int, done: int
) -> None:
    held = judged_by(given_back(), word)

    read = after_reading(after_reading(held, of_both(300, done), at=300), of_both(300, done), at=400)

    assert (read.lagging, cancellable(read), read.by_hand) == (0, 1_000 - done - left, left)


def promised() -> Payment:
    """An answer reports 300 of 1,000 won as refunded, and no reading has shown it."""
    return changed(reserved(), state=RefundState.SUCCEEDED, cancellation_id="cancellation-1")


def test_a_refund_done_by_its_answer_only_and_listed_as_failed_is_decided_by_staff_too() -> None:
    lagging = after_reading(promised(), of_both(300, 300), at=300)
    called_for = replace(lagging, attentions=called(AttentionKind.LAGGING))

    read = after_reading(judged_by(called_for, NEVER_ARRIVED), of_both(300, 300), at=400)

    assert (lagging.lagging, may_have_come_back(called_for)) == (1, True)
    assert (read.lagging, read.refunds[REFUND].state, cancellable(read)) == (0, RefundState.FAILED, 700)


@pytest.mark.parametrize(("word", "left"), [(NEVER_ARRIVED, 0), (BY_HAND, 300)])
def test_a_refund_done_by_its_answer_only_stands_beside_a_reversed_one(word: str, left: int) -> None:
    held = reserved(given_back(), amount=200)
    held = changed(held, state=RefundState.SUCCEEDED, cancellation_id="cancellation-2")

    read = after_reading(judged_by(held, word), of_both(300, 200), at=300)

    assert (read.lagging, read.refunds[REFUND].state) == (0, RefundState.SUCCEEDED)
    assert (read.status, cancellable(read)) == (Status.PARTIAL_CANCELLED, 800 - left)


def paid_by_hand() -> Payment:
    """A refund of 300 of 1,000 won came back, listed as failed, and was paid by hand."""
    sent = reserved()
    done = after_reading(sent, showing(booked(sent.refunds[REFUND])), at=200)
    return after_reading(judged_by(done, BY_HAND), showing(failed_again()), at=300)


def failed_again() -> Cancellation:
    return booked(reserved().refunds[REFUND], CancellationStatus.FAILED)


@pytest.mark.parametrize(("word", "left"), [(NEVER_ARRIVED, 700), (BY_HAND, 300)])
def test_a_later_reversal_does_not_affect_a_refund_repaid_by_hand(word: str, left: int) -> None:
    of_console = a_cancellation(2, total=400)
    gone = replace(of_console, status=CancellationStatus.FAILED)
    held = after_reading(paid_by_hand(), showing(failed_again(), of_console), at=400)

    read = after_reading(judged_by(held, word), showing(failed_again(), gone), at=500)
    read = after_reading(read, showing(failed_again(), gone), at=600)

    assert (read.lagging, read.refunds[REFUND].state) == (0, RefundState.SUCCEEDED)
    assert (cancellable(read), in_progress(read)) == (left, False)
    assert [each.fact for each in read.history].count(Fact.CANCELLATION_FAILED) == 2  # each told once


def test_a_refund_repaid_by_hand_may_disappear_from_the_list() -> None:
    read = after_reading(paid_by_hand(), showing(), at=400)

    assert (read.lagging, cancellable(read), in_progress(read)) == (0, 700, False)


def test_without_a_list_an_earlier_refund_stands_beside_one_repaid_by_hand() -> None:
    def unlisted(cancelled: int) -> Snapshot:
        status = RemoteStatus.PARTIAL_CANCELLED
        return a_snapshot(status, after=200, cancelled=cancelled, cancellations=None)

    first = changed(reserved(), state=RefundState.SUCCEEDED, cancellation_id="cancellation-1")
    first = after_reading(first, unlisted(300), at=200)
    second = reserved(first, "owner:refund-2", amount=200)
    second = changed(second, "owner:refund-2", state=RefundState.SUCCEEDED, cancellation_id="cancellation-2")
    second = after_reading(second, unlisted(500), at=300)

    read = after_reading(judged_by(second, BY_HAND), unlisted(300), at=400)

    assert (read.lagging, read.by_hand, cancellable(read), in_progress(read)) == (0, 200, 500, False)


def of_parts(*parts: tuple[int, int, CancellationStatus], listed: bool = True) -> Snapshot:
    """A payment of 1,000 won, 400 tax-free and 54 VAT; each refunded part is total, tax-free, status."""
    shown = tuple(
        replace(a_cancellation(number, status, total), tax_free=free, vat=(total - free) // 11)
        for number, (total, free, status) in enumerate(parts, 1)
    )
    done = [each for each in shown if each.status is CancellationStatus.SUCCEEDED]
    return a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED if done else RemoteStatus.PAID,
        after=50,
        tax_free=400,
        vat=54,
        cancelled=sum(each.total for each in done),
        cancelled_tax_free=sum(each.tax_free for each in done),
        cancellations=shown if listed else None,
    )


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("came_back", "tax_free", "vat"),
    [(((500, 200),), 200, 27), (((300, 200), (200, 0)), 200, 27), (((400, 400),), 0, 54)],
)
def test_a_refund_repaid_by_hand_includes_its_tax_free_and_vat_parts(
    came_back: tuple[tuple[int, int], ...], tax_free: int, vat: int, *, listed: bool
) -> None:
    order = replace(a_payment(), tax_free=400)
    done = of_parts(*((*part, CancellationStatus.SUCCEEDED) for part in came_back))
    failed = of_parts(*((*part, CancellationStatus.FAILED) for part in came_back), listed=listed)
    held = judged_by(after_reading(order, done, at=90), BY_HAND)

    read = after_reading(after_reading(held, failed, at=300), failed, at=400)

    rest = reserved(read, full=True).refunds[REFUND]
    assert (read.lagging, rest.tax_free, rest.vat) == (0, tax_free, vat)


MANY = KEPT + 2


def of_many(*failed: int, listed: bool = True) -> Snapshot:
    """Refunds of 100 won each, all carried out but these."""
    statuses = dict.fromkeys(failed, CancellationStatus.FAILED)
    shown = tuple(
        a_cancellation(number, statuses.get(number, CancellationStatus.SUCCEEDED), 100)
        for number in range(MANY)
    )
    cancelled = 100 * (MANY - len(failed))
    return a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED,
        after=50,
        cancelled=cancelled,
        cancellations=shown if listed else None,
    )


def all_done() -> Payment:
    """As stored after that many refunds: the oldest two have left."""
    held = paid()
    for number in range(MANY):
        held = reserved(held, f"owner:{number}", amount=100)
        done = {"state": RefundState.SUCCEEDED, "settled_at": float(number)}
        held = changed(held, f"owner:{number}", cancellation_id=f"cancellation-{number}", **done)
        held = replace(held, seen=after_reading(held, of_many(*range(number + 1, MANY)), at=90).seen)
    return held


@pytest.mark.parametrize(
    ("word", "state", "counted"),
    [(NEVER_ARRIVED, RefundState.FAILED, 500), (BY_HAND, RefundState.SUCCEEDED, 600)],
)
def test_a_reversed_refund_that_left_is_decided_like_one_that_stayed(
    word: str, state: RefundState, counted: int
) -> None:
    stored, (first, second) = parted(all_done())
    judged = judged_by(stored, word)

    tokens = recalled_by_word(judged, of_many(0))
    read = after_reading(returned(judged, first.refund), of_many(0), at=300)

    assert tokens == (first.refund.token,)
    assert (read.lagging, read.refunds["owner:0"].state) == (0, state)
    assert refunded_by(parted(read)[0], "owner") == counted
    assert second.refund.token in read.settled


def test_without_a_list_a_decision_may_concern_every_refund_that_left() -> None:
    stored, leaving = parted(all_done())
    unlisted = of_many(0, listed=False)

    assert recalled_by_word(stored, of_many(0)) == ()
    assert recalled_by_word(judged_by(stored, BY_HAND), of_many()) == ()
    assert recalled_by_word(judged_by(stored, BY_HAND), unlisted) == tuple(
        part.refund.token for part in leaving
    )
