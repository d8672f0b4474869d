"""Which cancellation of PortOne's is which refund of ours: by id, then by token, never by a guess."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.payments.known import seen_from
from portone_payments.domain.readings.payment import CancellationStatus
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment, Seen
from portone_payments.domain.refunds.reserve import with_refund
from tests.support.records import called, calls_of
from tests.support.refund_records import (
    FAILED,
    REFUND,
    REQUESTED,
    SENT,
    SUCCEEDED,
    booked,
    changed,
    paid,
    reserved,
    settled,
    showing,
    state,
    the_refund,
)
from tests.support.snapshots import a_cancellation, micros

HOUR = 3600


def test_a_cancellation_is_ours_by_its_leading_token_and_its_id_is_kept() -> None:
    payment = reserved()

    after = settled(payment, booked(the_refund(payment), id="found-by-token"))

    assert the_refund(after).cancellation_id == "found-by-token"


def test_a_reason_cut_after_the_token_is_still_ours() -> None:
    payment = reserved()
    refund = the_refund(payment)

    assert state(settled(payment, booked(refund, reason=refund.token))) is RefundState.SUCCEEDED


def test_a_token_that_does_not_lead_is_not_ours() -> None:
    payment = reserved()
    refund = the_refund(payment)

    after = settled(payment, booked(refund, reason=f"see {refund.token}", total=1))

    assert state(after) is RefundState.RESERVED


def test_a_known_id_outranks_a_token() -> None:
    payment = changed(reserved(), cancellation_id="ours")
    refund = the_refund(payment)

    after = settled(payment, booked(refund, SUCCEEDED), booked(refund, REQUESTED, id="ours", reason="cut"))

    assert (state(after), the_refund(after).cancellation_id) == (RefundState.REQUESTED, "ours")


def test_of_two_cancellations_with_our_token_the_one_that_moved_money_counts() -> None:
    payment = reserved()
    refund = the_refund(payment)

    after = settled(payment, booked(refund, FAILED, id="first"), booked(refund, SUCCEEDED, id="second"))

    assert (state(after), the_refund(after).cancellation_id) == (RefundState.SUCCEEDED, "second")


def test_money_that_moved_counts_although_an_earlier_attempt_is_known_to_have_failed() -> None:
    payment = changed(reserved(), state=RefundState.FAILED, cancellation_id="first")
    refund = the_refund(payment)

    after = settled(payment, booked(refund, FAILED, id="first"), booked(refund, SUCCEEDED, id="second"))

    assert state(after) is RefundState.SUCCEEDED


@pytest.mark.parametrize("status", [SUCCEEDED, REQUESTED])
def test_a_foreign_cancellation_of_our_amount_after_our_send_makes_it_ambiguous(
    status: CancellationStatus,
) -> None:
    payment = reserved()

    after = settled(payment, booked(the_refund(payment), status, reason="console"))

    assert (state(after), calls_of(after)) == (RefundState.AMBIGUOUS, [AttentionKind.AMBIGUOUS])
    assert (the_refund(after).code, the_refund(after).cancellation_id) == ("unknown_cancellation", None)


@pytest.mark.parametrize(
    "difference",
    [
        {"total": 299},
        {"status": FAILED},
    ],
    ids=["another amount", "it failed"],
)
def test_a_foreign_cancellation_that_cannot_be_ours_makes_nothing_ambiguous(
    difference: dict[str, object],
) -> None:
    payment = reserved()
    refund = the_refund(payment)
    fields: dict[str, Any] = {"reason": "console", "status": SUCCEEDED} | difference

    after = settled(payment, booked(refund, **fields))

    assert state(after) is RefundState.RESERVED


def knowing(payment: Payment, status: CancellationStatus) -> Payment:
    """The payment whose last reading showed cancellation-1."""
    assert payment.seen is not None
    return replace(payment, seen=replace(payment.seen, cancellations={"cancellation-1": str(status)}))


@pytest.mark.parametrize("at", [SENT - 5 * HOUR, SENT + 1])
def test_a_cancellation_read_before_our_send_is_not_ours_whatever_its_timestamp(at: float) -> None:
    payment = knowing(reserved(), SUCCEEDED)

    after = settled(payment, booked(the_refund(payment), reason="console", requested_at=micros(at)))

    assert state(after) is RefundState.RESERVED


@pytest.mark.parametrize("known", [None, FAILED])
@pytest.mark.parametrize("at", [SENT - 5 * HOUR, SENT - 61, SENT + 1])
def test_a_cancellation_never_read_before_may_be_ours_whatever_its_timestamp(
    at: float, known: CancellationStatus | None
) -> None:
    payment = knowing(reserved(), known) if known else reserved()

    after = settled(payment, booked(the_refund(payment), reason="console", requested_at=micros(at)))

    assert state(after) is RefundState.AMBIGUOUS


def test_a_cancellation_of_another_refund_of_ours_is_not_foreign() -> None:
    second = reserved(paid(), "owner:refund-2")
    first = the_refund(reserved())
    done = replace(first, state=RefundState.SUCCEEDED, cancellation_id="ours")

    after = settled(with_refund(second, done), booked(first, id="ours", reason="cut to nothing"))

    assert the_refund(after, "owner:refund-2").state is RefundState.RESERVED


def test_an_ambiguous_refund_whose_own_cancellation_appears_clears_its_attention() -> None:
    payment = reserved()
    refund = the_refund(payment)
    stranger = booked(refund, id="console", reason="console")
    ambiguous = settled(payment, stranger)

    after = settled(ambiguous, stranger, booked(refund, id="ours"))

    assert (state(after), calls_of(after)) == (RefundState.SUCCEEDED, [])


def test_another_attention_outlives_an_ambiguous_refund() -> None:
    ambiguous = changed(reserved(), state=RefundState.AMBIGUOUS)
    differing = replace(ambiguous, attentions=called(AttentionKind.MISMATCH))

    assert calls_of(settled(differing, booked(the_refund(differing)))) == [AttentionKind.MISMATCH]


def test_a_foreign_cancellation_settles_no_refund() -> None:
    payment = paid()

    assert settled(payment, a_cancellation(total=300)).refunds == {}


def test_each_cancellation_finds_its_refund_among_several() -> None:
    first = settled(reserved(), booked(the_refund(reserved()), id="one"))
    both = reserved(replace(first, seen=showing_seen(first)), "owner:refund-2")
    two = booked(the_refund(both, "owner:refund-2"), REQUESTED, id="two")

    after = settled(both, booked(the_refund(first), id="one"), two)

    states = {refund_id: refund.state for refund_id, refund in after.refunds.items()}
    assert states == {REFUND: RefundState.SUCCEEDED, "owner:refund-2": RefundState.REQUESTED}


def showing_seen(payment: Payment) -> Seen:
    """What is remembered once the first refund was read."""
    return seen_from(showing(booked(the_refund(payment), id="one")), None)
