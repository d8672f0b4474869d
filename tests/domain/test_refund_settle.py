"""Settling: PortOne's own cancellation decides, found by id, then by token; nothing is guessed."""

from dataclasses import replace
from typing import Any

import pytest

from portone_local.testing.records import NOW
from portone_local.testing.refund_records import (
    REFUND,
    SENT,
    booked,
    changed,
    paid,
    reserved,
    settled,
    showing,
    the_refund,
)
from portone_local.testing.snapshots import POLICY, a_cancellation, facts, micros, moment
from portone_payments.domain.absorb import absorb
from portone_payments.domain.facts import Fact
from portone_payments.domain.instruction_records import RefundState
from portone_payments.domain.records import Attention, Payment, Seen
from portone_payments.domain.refund_settle import (
    FORGOTTEN,
    KEY_WINDOW,
    QUIET,
    decide,
    in_flight,
    open_refunds,
    promised,
    sendable,
)
from portone_payments.domain.refunds import OPEN, with_refund
from portone_payments.domain.snapshot import CancellationStatus
from portone_payments.domain.tell import seen_in

SUCCEEDED, REQUESTED, FAILED = (
    CancellationStatus.SUCCEEDED,
    CancellationStatus.REQUESTED,
    CancellationStatus.FAILED,
)
HOUR = 3600


def state(payment: Payment) -> RefundState:
    return the_refund(payment).state


@pytest.mark.parametrize(
    ("shown", "held"),
    [
        (SUCCEEDED, RefundState.SUCCEEDED),
        (REQUESTED, RefundState.REQUESTED),
        (FAILED, RefundState.FAILED),
        (CancellationStatus.UNRECOGNISED, RefundState.RESERVED),
    ],
)
def test_a_refund_is_what_its_cancellation_is(shown: CancellationStatus, held: RefundState) -> None:
    payment = reserved()

    assert state(settled(payment, booked(the_refund(payment), shown))) is held


def test_a_cancellation_is_ours_by_the_token_in_front_and_its_id_is_kept() -> None:
    payment = reserved()

    after = settled(payment, booked(the_refund(payment), id="found-by-token"))

    assert the_refund(after).cancellation_id == "found-by-token"


def test_a_reason_cut_behind_the_token_still_tells_whose_it_is() -> None:
    payment = reserved()
    refund = the_refund(payment)

    assert state(settled(payment, booked(refund, reason=refund.token))) is RefundState.SUCCEEDED


def test_a_token_that_does_not_stand_in_front_is_not_ours() -> None:
    payment = reserved()
    refund = the_refund(payment)

    after = settled(payment, booked(refund, reason=f"see {refund.token}", total=1))

    assert state(after) is RefundState.RESERVED


def test_a_known_id_is_stronger_than_a_token() -> None:
    payment = changed(reserved(), cancellation_id="ours")
    refund = the_refund(payment)

    after = settled(payment, booked(refund, SUCCEEDED), booked(refund, REQUESTED, id="ours", reason="cut"))

    assert (state(after), the_refund(after).cancellation_id) == (RefundState.REQUESTED, "ours")


def test_of_two_cancellations_with_our_token_the_one_that_moved_money_counts() -> None:
    payment = reserved()
    refund = the_refund(payment)

    after = settled(payment, booked(refund, FAILED, id="first"), booked(refund, SUCCEEDED, id="second"))

    assert (state(after), the_refund(after).cancellation_id) == (RefundState.SUCCEEDED, "second")


def test_money_that_moved_counts_also_after_an_earlier_try_of_ours_was_known_to_have_failed() -> None:
    payment = changed(reserved(), state=RefundState.FAILED, cancellation_id="first")
    refund = the_refund(payment)

    after = settled(payment, booked(refund, FAILED, id="first"), booked(refund, SUCCEEDED, id="second"))

    assert state(after) is RefundState.SUCCEEDED


def test_a_reading_without_a_trace_changes_nothing() -> None:
    payment = reserved()

    assert settled(payment) == payment


@pytest.mark.parametrize("status", [SUCCEEDED, REQUESTED])
def test_a_strangers_cancellation_of_our_amount_after_our_send_makes_it_ambiguous(
    status: CancellationStatus,
) -> None:
    payment = reserved()

    after = settled(payment, booked(the_refund(payment), status, reason="console"))

    assert (state(after), after.attention) == (RefundState.AMBIGUOUS, Attention.AMBIGUOUS)
    assert (the_refund(after).code, the_refund(after).cancellation_id) == ("unknown_cancellation", None)


@pytest.mark.parametrize(
    "difference",
    [
        {"total": 299},
        {"requested_at": micros(SENT - 61)},
        {"status": FAILED},
    ],
    ids=["another amount", "before our send", "it failed"],
)
def test_a_strangers_cancellation_that_cannot_be_ours_makes_nothing_ambiguous(
    difference: dict[str, object],
) -> None:
    payment = reserved()
    refund = the_refund(payment)
    fields: dict[str, Any] = {"reason": "console", "status": SUCCEEDED} | difference

    after = settled(payment, booked(refund, **fields))

    assert state(after) is RefundState.RESERVED


def test_clocks_may_differ_by_a_minute_before_a_cancellation_is_too_old_to_be_ours() -> None:
    payment = reserved()

    after = settled(payment, booked(the_refund(payment), reason="console", requested_at=micros(SENT - 59)))

    assert state(after) is RefundState.AMBIGUOUS


def test_a_cancellation_of_another_refund_of_ours_is_no_stranger() -> None:
    second = reserved(paid(), "owner:refund-2")
    first = the_refund(reserved())
    done = replace(first, state=RefundState.SUCCEEDED, cancellation_id="ours")

    after = settled(with_refund(second, done), booked(first, id="ours", reason="cut to nothing"))

    assert the_refund(after, "owner:refund-2").state is RefundState.RESERVED


def test_pg_answered_and_two_quiet_readings_a_minute_apart_are_a_no() -> None:
    payment = changed(reserved(), pg_answered=True, code="refused_by_pg")

    first = settled(payment, at=SENT + 1)
    too_soon = settled(first, at=SENT + QUIET)
    then = settled(too_soon, at=SENT + 1 + QUIET)

    assert [state(each) for each in (first, too_soon)] == [RefundState.RESERVED] * 2
    assert (state(then), the_refund(then).code) == (RefundState.FAILED, "refused_by_pg")


def test_a_refund_pg_refused_is_found_all_the_same_when_it_took_place() -> None:
    payment = settled(changed(reserved(), pg_answered=True, code="refused_by_pg"))

    after = settled(payment, booked(the_refund(payment)), at=SENT + 2 * QUIET)

    assert (state(after), the_refund(after).code) == (RefundState.SUCCEEDED, None)


def test_unknown_is_never_a_no_while_portone_may_still_remember_the_key() -> None:
    payment = reserved()

    assert settled(payment, at=SENT + FORGOTTEN - 1) == payment


def test_after_the_window_two_quiet_readings_a_minute_apart_are_a_no() -> None:
    first = settled(reserved(), at=SENT + FORGOTTEN)
    then = settled(first, at=SENT + FORGOTTEN + QUIET)

    assert (state(first), the_refund(first).quiet_at) == (RefundState.RESERVED, NOW + SENT + FORGOTTEN)
    assert (state(then), the_refund(then).code) == (RefundState.FAILED, "not_executed")


def test_a_refund_that_was_not_sent_is_not_judged_by_a_reading() -> None:
    waiting = reserved(state=RefundState.AWAITING_ACCOUNT)

    assert settled(waiting, at=SENT + 2 * FORGOTTEN) == waiting


def test_a_failed_refund_that_succeeds_late_has_succeeded() -> None:
    failed = changed(reserved(), state=RefundState.FAILED, code="not_executed")

    after = settled(failed, booked(the_refund(failed)))

    assert (state(after), facts(after)[-1]) == (RefundState.SUCCEEDED, Fact.REFUND_SUCCEEDED)


def test_a_refund_that_succeeded_is_never_taken_back() -> None:
    payment = changed(reserved(), state=RefundState.SUCCEEDED)

    assert state(settled(payment, booked(the_refund(payment), FAILED))) is RefundState.SUCCEEDED


def test_an_ambiguous_refund_whose_own_cancellation_shows_up_calls_nobody_any_more() -> None:
    payment = reserved()
    refund = the_refund(payment)
    stranger = booked(refund, id="console", reason="console")
    ambiguous = settled(payment, stranger)

    after = settled(ambiguous, stranger, booked(refund, id="ours"))

    assert (state(after), after.attention) == (RefundState.SUCCEEDED, None)


def test_a_graver_call_for_a_person_outlives_an_ambiguous_refund() -> None:
    graver = replace(changed(reserved(), state=RefundState.AMBIGUOUS), attention=Attention.MISMATCH)

    assert settled(graver, booked(the_refund(graver))).attention is Attention.MISMATCH


def test_a_settled_refund_drops_its_account() -> None:
    payment = changed(reserved(), account="ciphertext")

    assert the_refund(settled(payment, booked(the_refund(payment)))).account is None


def test_a_refund_under_way_keeps_its_account() -> None:
    payment = changed(reserved(), account="ciphertext")

    assert the_refund(settled(payment, booked(the_refund(payment), REQUESTED))).account == "ciphertext"


def test_settling_is_told_once_however_often_it_is_read() -> None:
    payment = reserved()
    cancellation = booked(the_refund(payment))

    again = settled(settled(payment, cancellation), cancellation)

    assert facts(again).count(Fact.REFUND_SUCCEEDED) == 1


def test_a_reading_without_a_promised_cancellation_is_lagging_and_undoes_nothing() -> None:
    payment = changed(reserved(), state=RefundState.SUCCEEDED, cancellation_id="cancellation-1")

    behind = absorb(payment, showing(), moment(SENT + 60), POLICY)

    assert behind.lagging
    assert (state(behind.payment), behind.payment.seen) == (RefundState.SUCCEEDED, payment.seen)


def test_what_answers_promised_are_the_cancellation_ids_they_showed() -> None:
    assert promised(reserved()) == frozenset()
    assert promised(changed(reserved(), cancellation_id="cancellation-1")) == {"cancellation-1"}


@pytest.mark.parametrize(
    ("after", "may"),
    [(0, True), (KEY_WINDOW - 1, True), (KEY_WINDOW, False), (FORGOTTEN, False)],
)
def test_a_key_is_used_only_inside_its_window(after: float, may: bool) -> None:  # noqa: FBT001 - a case
    assert sendable(the_refund(reserved()), NOW + SENT + after) is may


def test_the_window_ends_before_portone_forgets_the_key_and_forgetting_waits_for_longer() -> None:
    assert KEY_WINDOW < 3 * HOUR < FORGOTTEN


def test_what_the_pg_has_answered_is_not_sent_again() -> None:
    assert not sendable(the_refund(changed(reserved(), pg_answered=True)), NOW + SENT)


@pytest.mark.parametrize("held", set(RefundState) - {RefundState.RESERVED})
def test_only_a_reserved_refund_is_sent(held: RefundState) -> None:
    assert not sendable(the_refund(changed(reserved(), state=held)), NOW + SENT)


@pytest.mark.parametrize("held", RefundState)
def test_in_flight_is_what_portone_owes_an_outcome_of(held: RefundState) -> None:
    payment = changed(reserved(), state=held)

    assert (in_flight(payment) is not None) == (held in {RefundState.RESERVED, RefundState.REQUESTED})
    assert (open_refunds(payment) != ()) == (held in OPEN)


def test_deciding_what_is_already_so_tells_nothing() -> None:
    payment = changed(reserved(), state=RefundState.FAILED)

    assert decide(payment, the_refund(payment), RefundState.FAILED, moment(), None) == payment


def test_a_cancellation_nobody_here_asked_for_settles_no_refund() -> None:
    payment = paid()

    assert settled(payment, a_cancellation(total=300)).refunds == {}


def test_the_refund_of_each_cancellation_is_found_among_several() -> None:
    first = settled(reserved(), booked(the_refund(reserved()), id="one"))
    both = reserved(replace(first, seen=showing_seen(first)), "owner:refund-2")
    two = booked(the_refund(both, "owner:refund-2"), REQUESTED, id="two")

    after = settled(both, booked(the_refund(first), id="one"), two)

    states = {refund_id: refund.state for refund_id, refund in after.refunds.items()}
    assert states == {REFUND: RefundState.SUCCEEDED, "owner:refund-2": RefundState.REQUESTED}


def showing_seen(payment: Payment) -> Seen:
    """What is remembered once the first refund was read."""
    return seen_in(showing(booked(the_refund(payment), id="one")))
