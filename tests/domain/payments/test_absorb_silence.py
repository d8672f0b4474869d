"""When PortOne does not answer: hints stay open, the payment stays due, age raises an attention."""

from portone_payments.domain.payments.absorb import silence, with_hint
from portone_payments.domain.records.payments import AttentionKind
from portone_payments.domain.records.webhooks import HintState
from tests.support.records import NOW, a_hint, a_payment, calls_of
from tests.support.snapshots import (
    facts,
    hint_states,
    moment,
)


def test_silence_keeps_the_hint_open_and_reads_again_in_two_minutes() -> None:
    payment = silence(with_hint(a_payment(), a_hint(1)), moment(60, jitter=7))

    assert hint_states(payment) == [HintState.OPEN]
    assert payment.due_at == int(NOW + 60 + 120 + 7)


def test_silence_keeps_an_earlier_due_time() -> None:
    payment = silence(a_payment(due_at=int(NOW) + 70), moment(60))

    assert payment.due_at == int(NOW) + 70


def test_silence_does_not_back_off() -> None:
    payment = silence(a_payment(poll_step=2, lagging=1), moment(60))

    assert (payment.poll_step, payment.lagging) == (2, 1)


def test_a_hint_open_for_half_an_hour_raises_an_attention_and_stays_due() -> None:
    payment = with_hint(a_payment(), a_hint(0))

    young = silence(payment, moment(1_799))
    old = silence(payment, moment(1_801))

    assert (calls_of(young), calls_of(old)) == ([], [AttentionKind.UNKNOWN])
    assert facts(old) == ["outcome_unknown"]
    assert old.due_at is not None


def test_an_unknown_outcome_is_recorded_once() -> None:
    payment = silence(with_hint(a_payment(), a_hint(0)), moment(1_801))

    assert facts(silence(payment, moment(2_000))) == ["outcome_unknown"]
