"""Settled refunds leave their payment's item; what later decisions need of them stays."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.readings.payment import CancellationStatus
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.refund_traces import (
    KEPT,
    LEAVING,
    asked_by,
    left,
    parted,
    recalled,
    refunded_by,
    returned,
)
from portone_payments.domain.refunds.lost import adopt
from portone_payments.domain.refunds.reserve import given_back, with_refund
from tests.support.refund_records import booked, paid, reserved, settled, showing, the_refund
from tests.support.snapshots import moment

MANY = KEPT + 3


def a_refund(number: int, **fields: Any) -> Refund:
    one = the_refund(reserved(refund_id=f"owner:{number}", amount=10), f"owner:{number}")
    ordinary: dict[str, Any] = {"state": RefundState.FAILED, "settled_at": 1.0 + number}
    return replace(one, **ordinary | fields)


def with_many(**fields: Any) -> Payment:
    payment = paid()
    for number in range(MANY):
        payment = with_refund(payment, a_refund(number, **fields))
    return payment


def test_the_newest_settled_refunds_stay_in_the_item_and_older_ones_leave() -> None:
    kept, leaving = parted(with_many())

    assert list(kept.refunds) == [f"owner:{number}" for number in range(3, MANY)]
    assert [part.refund.id for part in leaving] == ["owner:0", "owner:1", "owner:2"]
    assert parted(kept) == (kept, ())


def test_refunds_beyond_one_transaction_leave_over_several_saves() -> None:
    payment = paid()
    for number in range(LEAVING + MANY):
        payment = with_refund(payment, a_refund(number))

    kept, leaving = parted(payment)

    assert (len(leaving), len(parted(kept)[1])) == (LEAVING, MANY - KEPT)


@pytest.mark.parametrize("state", sorted(set(RefundState) - {RefundState.FAILED, RefundState.SUCCEEDED}))
def test_an_unsettled_refund_never_leaves(state: RefundState) -> None:
    payment = with_refund(with_many(), a_refund(0, state=state))

    kept, _ = parted(replace(payment, refunds={**payment.refunds, "owner:0": a_refund(0, state=state)}))

    assert "owner:0" in kept.refunds


def test_an_answered_refund_leaves_only_once_a_reading_showed_it() -> None:
    payment = with_many(state=RefundState.SUCCEEDED, cancellation_id="c-1")
    assert payment.seen

    shown = replace(payment, seen=replace(payment.seen, cancellations={"c-1": "SUCCEEDED"}))

    assert parted(payment) == (payment, ())
    assert len(parted(shown)[1]) == 3


def test_numbers_and_sums_do_not_depend_on_whether_a_refund_left() -> None:
    payment = with_refund(with_many(), a_refund(0, state=RefundState.SUCCEEDED, cancellation_id="c-1"))
    assert payment.seen
    payment = replace(payment, seen=replace(payment.seen, cancellations={"c-1": "SUCCEEDED"}))

    kept, leaving = parted(payment)

    assert "owner:0" in {part.refund.id for part in leaving}
    assert asked_by(kept, "owner") == asked_by(payment, "owner") == MANY
    assert refunded_by(kept, "owner") == refunded_by(payment, "owner") == 10
    assert given_back(kept)


@pytest.mark.parametrize("reason", ["", "cut to nothing"])
def test_the_cancellation_of_a_refund_that_left_is_not_foreign(reason: str) -> None:
    gone = a_refund(0, cancellation_id="c-9")
    kept, _ = parted(with_refund(with_many(), gone))
    fields = {"reason": reason} if reason else {}
    its_own = booked(gone, CancellationStatus.FAILED, id="c-9", **fields)

    waiting = with_refund(kept, the_refund(reserved(refund_id="owner:new", amount=10), "owner:new"))

    assert left(kept, its_own)
    assert settled(waiting, replace(its_own, status=CancellationStatus.SUCCEEDED)).refunds[
        "owner:new"
    ].state is (RefundState.RESERVED)
    assert adopt(kept, showing(its_own), moment()) == kept


def test_a_failed_refund_that_left_returns_with_a_cancellation_that_moved_money() -> None:
    payment = with_many()
    kept, leaving = parted(payment)
    gone = leaving[0].refund

    assert recalled(kept, showing(booked(gone))) == (gone.token,)
    assert recalled(kept, showing(booked(gone, CancellationStatus.FAILED))) == ()

    back = settled(returned(kept, gone), booked(gone))
    assert back.refunds[gone.id].state is RefundState.SUCCEEDED
    assert gone.token not in back.settled
