"""A reading behind the record or behind a hint changes nothing and stays due."""

from dataclasses import replace

import pytest

from portone_payments.domain.payments.absorb import absorb, with_hint
from portone_payments.domain.readings.payment import RemoteStatus
from portone_payments.domain.records.history import Fact, record
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from portone_payments.domain.records.webhooks import HintState
from portone_payments.domain.refunds.reserve import RefundRequest, reserve, with_refund
from tests.support.records import NOW, a_hint, a_payment, calls_of
from tests.support.snapshots import (
    POLICY,
    a_snapshot,
    after_reading,
    facts,
    hint_states,
    moment,
)

DAY = 24 * 3600


def test_a_lagging_reading_changes_only_the_count_the_poll_step_and_the_due_time() -> None:
    held = after_reading(a_payment(), a_snapshot())

    result = absorb(held, a_snapshot(RemoteStatus.READY, after=10), moment(90), POLICY)

    assert result.lagging
    assert result.payment == replace(
        held, lagging=1, lagging_since=NOW + 90, poll_step=0, due_at=int(NOW + 90) + 30
    )


def test_lagging_readings_back_off() -> None:
    payment = after_reading(a_payment(), a_snapshot())
    waits = []

    for at in range(100, 105):
        payment = after_reading(payment, None, at)
        waits.append((payment.due_at or 0) - int(NOW + at))

    assert waits == [30, 60, 120, 300, 600]


def test_a_hint_the_reading_does_not_bear_out_stays_open_and_due() -> None:
    payment = with_hint(a_payment(), a_hint(1))

    payment = after_reading(payment, a_snapshot(RemoteStatus.READY))

    assert (payment.status, hint_states(payment)) == (Status.READY, [HintState.OPEN])
    assert payment.due_at == int(NOW + 60) + 30


def test_a_hint_the_reading_bears_out_is_done() -> None:
    payment = after_reading(with_hint(a_payment(), a_hint(1)), a_snapshot())

    assert hint_states(payment) == [HintState.DONE]


def test_six_lagging_readings_in_a_quarter_of_an_hour_give_the_hint_up_and_raise_an_attention() -> None:
    payment = with_hint(a_payment(), a_hint(1))

    for at in (60, 120, 240, 540, 800):
        payment = after_reading(payment, a_snapshot(RemoteStatus.READY), at)
    fifth, sixth = payment, after_reading(payment, a_snapshot(RemoteStatus.READY), 902)

    assert (hint_states(fifth), calls_of(fifth)) == ([HintState.OPEN], [])
    assert (hint_states(sixth), calls_of(sixth)) == ([HintState.QUARANTINED], [AttentionKind.LAGGING])
    assert "hint_given_up" in facts(sixth)


def test_many_readings_within_the_delay_of_a_replica_give_no_hint_up() -> None:
    payment = with_hint(a_payment(), a_hint(1))

    for at in range(60, 80):
        payment = after_reading(payment, a_snapshot(RemoteStatus.READY), at)

    assert (hint_states(payment), calls_of(payment)) == ([HintState.OPEN], [])


def test_eager_readings_do_not_slow_the_polling_schedule() -> None:
    payment = with_hint(a_payment(), a_hint(1))

    for at in range(60, 80):
        eager = moment(at, by="verify", eager=True)
        payment = absorb(payment, a_snapshot(RemoteStatus.READY), eager, POLICY).payment

    assert payment.due_at == int(NOW + 79) + 30


def test_a_reading_without_money_seen_before_is_lagging_and_raises_an_attention() -> None:
    payment = after_reading(a_payment(), a_snapshot())

    for at in (60, 120, 240, 540, 800, 1_000):
        payment = after_reading(payment, None, at)

    assert (payment.status, calls_of(payment)) == (Status.PAID, [AttentionKind.LAGGING])


def test_a_reading_that_looks_older_and_shows_no_money_is_believed_once_it_lasts() -> None:
    held = after_reading(a_payment(), a_snapshot(RemoteStatus.FAILED, after=50))
    other = a_snapshot(RemoteStatus.PAY_PENDING, transaction_id="tx-2", after=30)
    payment = held

    for at in (60, 120, 240, 540, 800):
        payment = after_reading(payment, other, at)
    early, late = payment.status, after_reading(payment, other, 1_000).status

    assert (early, late) == (Status.FAILED, Status.PAY_PENDING)


def test_a_good_reading_ends_the_lag() -> None:
    payment = after_reading(with_hint(a_payment(), a_hint(1)), a_snapshot(RemoteStatus.READY))

    payment = after_reading(payment, a_snapshot(), at=90)

    assert (payment.lagging, payment.status, payment.due_at) == (0, Status.PAID, None)


@pytest.mark.parametrize(
    ("days", "called"), [(0.9, []), (1.1, [AttentionKind.UNKNOWN])], ids=["within_a_day", "after_a_day"]
)
def test_a_payment_pending_for_a_day_raises_an_attention(days: float, called: list[AttentionKind]) -> None:
    pending = a_snapshot(RemoteStatus.PAY_PENDING)
    payment = after_reading(a_payment(), pending)

    assert calls_of(after_reading(payment, pending, days * DAY)) == called


def test_a_pending_payment_staff_closed_raises_no_further_attention() -> None:
    pending = a_snapshot(RemoteStatus.PAY_PENDING)
    called = after_reading(after_reading(a_payment(), pending), pending, 2 * DAY)

    closed = record(called, Fact.RESOLVED, moment(2 * DAY + 60, by="staff:kim"))

    assert calls_of(after_reading(closed, pending, 3 * DAY)) == []


def test_a_failed_answer_promises_nothing_and_a_succeeded_one_is_compared_with_the_total() -> None:
    paid = after_reading(a_payment(), a_snapshot(cancellations=None))
    shown = a_snapshot(cancellations=None)

    failed = answered_with(paid, RefundState.FAILED)
    done = answered_with(paid, RefundState.SUCCEEDED)
    later = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, cancelled=300, cancellations=None)

    assert not absorb(failed, shown, moment(90), POLICY).lagging
    assert absorb(done, shown, moment(90), POLICY).lagging
    read = absorb(done, later, moment(90), POLICY).payment
    assert read.seen is not None
    assert read.seen.cancellations == {"cancellation-1": "SUCCEEDED"}


def answered_with(payment: Payment, state: RefundState) -> Payment:
    requested = RefundRequest(
        id="owner:1", by="user-1", requester="CUSTOMER", reason="", body_hash="", amount=300
    )
    reserved = reserve(payment, requested, moment(70))
    refund = replace(reserved.refunds["owner:1"], state=state, cancellation_id="cancellation-1")
    return with_refund(reserved, refund)
