"""A reading behind what we hold or were promised changes nothing and stays due."""

from dataclasses import replace

from portone_local.testing.records import NOW, a_hint, a_payment, calls_of
from portone_local.testing.snapshots import (
    POLICY,
    a_snapshot,
    after_reading,
    facts,
    hint_states,
    moment,
)
from portone_payments.domain.absorb import absorb, with_hint
from portone_payments.domain.records import AttentionKind, Status
from portone_payments.domain.snapshot import RemoteStatus
from portone_payments.domain.webhook_records import HintState


def test_a_lagging_reading_changes_nothing_but_count_rung_and_due_mark() -> None:
    held = after_reading(a_payment(), a_snapshot())

    result = absorb(held, a_snapshot(RemoteStatus.READY, after=10), moment(90), POLICY)

    assert result.lagging
    assert result.payment == replace(held, lagging=1, rung=0, due_at=int(NOW + 90) + 30)


def test_lagging_readings_climb_the_ladder() -> None:
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


def test_six_lagging_readings_give_the_hint_up_and_call_a_person() -> None:
    payment = with_hint(a_payment(), a_hint(1))

    for at in range(60, 65):
        payment = after_reading(payment, a_snapshot(RemoteStatus.READY), at)
    fifth, sixth = payment, after_reading(payment, a_snapshot(RemoteStatus.READY), 65)

    assert (hint_states(fifth), calls_of(fifth)) == ([HintState.OPEN], [])
    assert (hint_states(sixth), calls_of(sixth)) == ([HintState.QUARANTINED], [AttentionKind.LAGGING])
    assert "hint_given_up" in facts(sixth)


def test_portone_forgetting_a_payment_it_showed_is_lagging_and_calls_a_person() -> None:
    payment = after_reading(a_payment(), a_snapshot())

    for at in range(60, 66):
        payment = after_reading(payment, None, at)

    assert (payment.status, calls_of(payment)) == (Status.PAID, [AttentionKind.LAGGING])


def test_a_good_reading_ends_the_lag() -> None:
    payment = after_reading(with_hint(a_payment(), a_hint(1)), a_snapshot(RemoteStatus.READY))

    payment = after_reading(payment, a_snapshot(), at=90)

    assert (payment.lagging, payment.status, payment.due_at) == (0, Status.PAID, None)
