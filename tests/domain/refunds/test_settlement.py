"""Settling: PortOne's own cancellation decides; unknown is never a no, and what succeeded stays."""

from dataclasses import replace

import pytest

from portone_payments.domain.payments.absorb import absorb
from portone_payments.domain.readings.outcome import FORGOTTEN, KEY_WINDOW, QUIET
from portone_payments.domain.readings.payment import CancellationStatus
from portone_payments.domain.records.history import Fact, has_attention
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.refunds.settlement import answered, sendable, settle_refunds
from tests.support.records import NOW, calls_of
from tests.support.refund_records import (
    FAILED,
    REQUESTED,
    SENT,
    SUCCEEDED,
    booked,
    changed,
    reserved,
    settled,
    showing,
    state,
    the_refund,
)
from tests.support.snapshots import POLICY, facts, moment


@pytest.mark.parametrize(
    ("shown", "held"),
    [
        (SUCCEEDED, RefundState.SUCCEEDED),
        (REQUESTED, RefundState.REQUESTED),
        (FAILED, RefundState.FAILED),
        (CancellationStatus.UNRECOGNISED, RefundState.RESERVED),
    ],
)
def test_a_refund_has_the_state_of_its_cancellation(shown: CancellationStatus, held: RefundState) -> None:
    payment = reserved()

    assert state(settled(payment, booked(the_refund(payment), shown))) is held


def test_a_reading_without_a_trace_changes_nothing() -> None:
    payment = reserved()

    assert settled(payment) == payment


def test_two_readings_without_a_trace_a_minute_apart_prove_a_pg_refusal() -> None:
    payment = changed(reserved(), pg_answered=True, code="refused_by_pg")

    first = settled(payment, at=SENT + 1)
    too_soon = settled(first, at=SENT + QUIET)
    then = settled(too_soon, at=SENT + 1 + QUIET)

    assert [state(each) for each in (first, too_soon)] == [RefundState.RESERVED] * 2
    assert (state(then), the_refund(then).code) == (RefundState.FAILED, "refused_by_pg")


def test_a_refund_the_pg_refused_is_found_although_it_took_place() -> None:
    payment = settled(changed(reserved(), pg_answered=True, code="refused_by_pg"))

    after = settled(payment, booked(the_refund(payment)), at=SENT + 2 * QUIET)

    assert (state(after), the_refund(after).code) == (RefundState.SUCCEEDED, None)


def test_an_unknown_refund_never_fails_while_portone_may_remember_the_key() -> None:
    payment = reserved()

    assert settled(payment, at=SENT + FORGOTTEN - 1) == payment


def test_after_the_key_window_two_readings_without_a_trace_a_minute_apart_fail_it() -> None:
    first = settled(reserved(), at=SENT + FORGOTTEN)
    then = settled(first, at=SENT + FORGOTTEN + QUIET)

    assert (state(first), the_refund(first).silent_since) == (RefundState.RESERVED, NOW + SENT + FORGOTTEN)
    assert (state(then), the_refund(then).code) == (RefundState.FAILED, "not_executed")


def test_a_refund_that_was_not_sent_is_not_settled_by_a_reading() -> None:
    waiting = reserved(state=RefundState.AWAITING_ACCOUNT)

    assert settled(waiting, at=SENT + 2 * FORGOTTEN) == waiting


def test_a_failed_refund_that_succeeds_late_has_succeeded() -> None:
    failed = changed(reserved(), state=RefundState.FAILED, code="not_executed")

    after = settled(failed, booked(the_refund(failed)))

    assert (state(after), facts(after)[-1]) == (RefundState.SUCCEEDED, Fact.REFUND_SUCCEEDED)


def test_a_succeeded_refund_stays_succeeded() -> None:
    payment = changed(reserved(), state=RefundState.SUCCEEDED)

    assert state(settled(payment, booked(the_refund(payment), FAILED))) is RefundState.SUCCEEDED


def test_a_settled_refund_drops_its_account() -> None:
    payment = changed(reserved(), account="ciphertext")

    assert the_refund(settled(payment, booked(the_refund(payment)))).account is None


def test_a_refund_under_way_keeps_its_account() -> None:
    payment = changed(reserved(), account="ciphertext")

    assert the_refund(settled(payment, booked(the_refund(payment), REQUESTED))).account == "ciphertext"


def test_settling_is_recorded_once_however_often_it_is_read() -> None:
    payment = reserved()
    cancellation = booked(the_refund(payment))

    again = settled(settled(payment, cancellation), cancellation)

    assert facts(again).count(Fact.REFUND_SUCCEEDED) == 1


def test_a_reading_without_a_promised_cancellation_is_lagging_and_undoes_nothing() -> None:
    payment = changed(reserved(), state=RefundState.SUCCEEDED, cancellation_id="cancellation-1")

    behind = absorb(payment, showing(), moment(SENT + 60), POLICY)

    assert behind.lagging
    assert (state(behind.payment), behind.payment.seen) == (RefundState.SUCCEEDED, payment.seen)


def test_a_list_without_a_requested_cancellation_is_lagging_and_fails_nothing() -> None:
    payment = changed(reserved(), state=RefundState.REQUESTED, cancellation_id="cancellation-1")

    for at in (SENT + 60, SENT + 60 + 2 * QUIET):
        behind = absorb(payment, showing(), moment(at), POLICY)
        payment = behind.payment

        assert behind.lagging
        assert (state(payment), payment.seen) == (RefundState.REQUESTED, reserved().seen)


def test_answers_promise_the_cancellation_ids_they_showed() -> None:
    assert answered(reserved()) == frozenset()
    assert answered(changed(reserved(), cancellation_id="cancellation-1")) == {"cancellation-1"}


def unlisted(payment: Payment, at: float) -> Payment:
    """The payment after a reading that had no list of cancellations."""
    reading = replace(showing(), cancellations=None)
    return settle_refunds(payment, reading, moment(at), before=payment.seen)


@pytest.mark.parametrize("answered_no", [True, False])
def test_without_a_list_nothing_fails_until_the_key_is_used_up_and_staff_decides(
    *, answered_no: bool
) -> None:
    payment = changed(reserved(), pg_answered=answered_no)

    for at in (SENT + 1, SENT + QUIET, SENT + 2 * QUIET, SENT + KEY_WINDOW - 1):
        payment = unlisted(payment, at)
        assert state(payment) is RefundState.RESERVED
    assert sendable(the_refund(payment), NOW + SENT + KEY_WINDOW - 1)
    over = unlisted(payment, SENT + KEY_WINDOW)

    assert (state(over), the_refund(over).code) == (RefundState.AMBIGUOUS, "not_listed")
    assert has_attention(over, AttentionKind.AMBIGUOUS, "refund:owner:refund-1")
    assert not sendable(the_refund(over), NOW + SENT + KEY_WINDOW)


def test_a_reading_without_a_list_does_not_count_as_one_without_a_trace() -> None:
    payment = changed(reserved(), pg_answered=True)

    payment = settled(unlisted(payment, SENT + 1), at=SENT + 2)
    between = unlisted(payment, SENT + 2 + QUIET)

    assert state(between) is RefundState.RESERVED
    assert state(settled(between, at=SENT + 3 + QUIET)) is RefundState.FAILED


def test_a_later_list_settles_a_refund_staff_was_called_for() -> None:
    ambiguous = unlisted(changed(reserved(), pg_answered=True), SENT + KEY_WINDOW)

    after = settled(ambiguous, booked(the_refund(ambiguous)), at=SENT + KEY_WINDOW + 60)

    assert (state(after), calls_of(after)) == (RefundState.SUCCEEDED, [])


def test_a_refund_the_pg_answered_is_not_sent_again_once_a_list_shows_no_trace() -> None:
    payment = settled(unlisted(changed(reserved(), pg_answered=True), SENT + 1), at=SENT + 2)

    assert not sendable(the_refund(payment), NOW + SENT + 3)
