"""A refund whose record was lost is known again by the token PortOne kept, and never executed twice."""

from typing import Any

import pytest

from portone_payments.domain.errors.payments import RefundIdReused, RefundInProgress
from portone_payments.domain.payments.absorb import absorb
from portone_payments.domain.readings.payment import Cancellation, CancellationStatus
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.refunds.automatic import CALLS, SURPLUS, numbered
from portone_payments.domain.refunds.reserve import cancellable, refund_of, reserve
from portone_payments.domain.refunds.settlement import sendable
from tests.support.records import calls_of
from tests.support.refund_records import (
    REFUND,
    SENT,
    a_request,
    booked,
    changed,
    known_refund,
    paid,
    reserved,
    settled,
    showing,
    the_refund,
)
from tests.support.snapshots import POLICY, micros, moment

SUCCEEDED, REQUESTED, FAILED = (
    CancellationStatus.SUCCEEDED,
    CancellationStatus.REQUESTED,
    CancellationStatus.FAILED,
)


def lost(refund_id: str = REFUND, **requested: Any) -> Refund:
    """A refund as it was before its record was lost."""
    return the_refund(reserved(None, refund_id, **requested), refund_id)


def found(*cancellations: Cancellation, payment: Payment | None = None) -> Payment:
    """The payment without the record, after a reading with these cancellations."""
    return absorb(payment or paid(), showing(*cancellations), moment(SENT + 60), POLICY).payment


@pytest.mark.parametrize(
    ("shown", "held"),
    [
        (SUCCEEDED, RefundState.SUCCEEDED),
        (REQUESTED, RefundState.REQUESTED),
        (FAILED, RefundState.FAILED),
    ],
)
def test_a_repeated_refund_id_answers_the_lost_refund(shown: CancellationStatus, held: RefundState) -> None:
    payment = found(booked(lost(), shown))

    known = known_refund(payment, a_request())

    assert known is not None
    assert (known.id, known.state, known.amount) == (REFUND, held, 300)


def test_a_lost_refund_lowers_the_balance() -> None:
    assert cancellable(found(booked(lost()))) == 700


def test_another_id_is_another_refund() -> None:
    payment = found(booked(lost()))

    assert known_refund(payment, a_request("owner:refund-2")) is None
    assert refund_of(payment, "staff:refund-1") is None


@pytest.mark.parametrize(("amount", "full"), [(300, False), (None, True)])
def test_a_lost_refund_is_compared_by_its_amount_because_its_body_is_lost(
    amount: int | None,
    full: bool,  # noqa: FBT001 - two rows
) -> None:
    payment = found(booked(lost()))

    assert known_refund(payment, a_request(amount=amount, full=full, body_hash="1" * 64))
    with pytest.raises(RefundIdReused):
        known_refund(payment, a_request(amount=301))


def test_a_lost_refund_is_never_sent() -> None:
    payment = found(booked(lost(), REQUESTED))

    assert [each for each in payment.refunds.values() if sendable(each, SENT)] == []


def test_no_other_refund_starts_while_a_lost_one_is_requested() -> None:
    payment = found(booked(lost(), REQUESTED))

    with pytest.raises(RefundInProgress):
        reserve(payment, a_request("owner:refund-2"), moment(SENT + 90))


def test_a_lost_refund_is_settled_like_any_other() -> None:
    waiting = found(booked(lost(), REQUESTED))

    done = found(booked(lost()), payment=waiting)

    assert refund_of(done, REFUND).state is RefundState.SUCCEEDED  # type: ignore[union-attr]
    assert len(done.refunds) == 1


def test_a_failed_attempt_does_not_hide_the_one_that_moved_the_money() -> None:
    payment = found(booked(lost(), FAILED, id="first"), booked(lost(), id="second"))

    assert [each.state for each in payment.refunds.values()] == [RefundState.SUCCEEDED]


@pytest.mark.parametrize("number", [1, 2, 8])
@pytest.mark.parametrize("reason", CALLS)
def test_a_lost_automatic_refund_is_recognised_by_its_name(reason: str, number: int) -> None:
    refund_id = numbered(reason, number)

    payment = found(booked(lost(refund_id)))

    assert list(payment.refunds) == [refund_id]


def test_a_surplus_under_automatic_refund_is_a_surplus_again() -> None:
    payment = found(booked(lost(SURPLUS), REQUESTED))

    assert (payment.surplus, calls_of(payment)) == (True, [AttentionKind.SURPLUS])


@pytest.mark.parametrize(
    "fields",
    [
        {"trigger": "CONSOLE"},
        {"trigger": "CHARGEBACK"},
        {"reason": "고객 요청"},
        {"reason": "0123456789ABC without an end"},
        {"reason": "abcdefghijkl small letters"},
        {"status": CancellationStatus.UNRECOGNISED},
    ],
    ids=str,
)
def test_a_cancellation_that_is_not_surely_ours_is_not_adopted(fields: dict[str, Any]) -> None:
    refund = lost()
    status = fields.get("status", SUCCEEDED)
    more = {name: value for name, value in fields.items() if name != "status"}

    assert found(booked(refund, status, **more)).refunds == {}


@pytest.mark.parametrize("state", [RefundState.RESERVED, RefundState.AMBIGUOUS])
def test_a_possible_refund_in_flight_is_never_adopted_as_a_lost_one(state: RefundState) -> None:
    payment = changed(reserved(), state=state)
    other = booked(lost("owner:refund-2"), id="other")

    after = settled(payment, other)

    assert {each.id: each.state for each in after.refunds.values()} == {REFUND: RefundState.AMBIGUOUS}


def test_a_refund_staff_recorded_as_refunded_is_not_counted_twice() -> None:
    payment = changed(reserved(), state=RefundState.SUCCEEDED, code="decided_by_staff")

    after = settled(payment, booked(lost("owner:refund-2"), id="other"))

    assert list(after.refunds) == [REFUND]


def test_a_cancellation_from_before_the_refund_in_flight_is_a_lost_one() -> None:
    other = booked(lost("owner:refund-2"), id="other", requested_at=micros(SENT - 120))

    after = settled(reserved(), other)

    assert the_refund(after).state is RefundState.RESERVED
    assert refund_of(after, "owner:refund-2") is not None


def test_a_stored_refund_is_not_adopted_beside_itself() -> None:
    after = settled(reserved(), booked(the_refund(reserved())))

    assert list(after.refunds) == [REFUND]
