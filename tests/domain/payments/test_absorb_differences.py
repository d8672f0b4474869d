"""What is proven to differ is a mismatch; what proves nothing is quarantined (rules 6.1 and 6.2)."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.payments.absorb import with_hint
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Method, RemoteStatus
from portone_payments.domain.records.payments import AttentionKind, Status
from portone_payments.domain.records.webhooks import HintState
from tests.support.records import a_hint, a_payment, called, calls_of
from tests.support.snapshots import (
    a_cancellation,
    a_snapshot,
    after_reading,
    an_account,
    facts,
    hint_states,
)


@pytest.mark.parametrize(
    "differing",
    [{"total": 1}, {"total": 1_001}, {"currency": "USD"}, {"store_id": "store-2"}],
    ids=lambda differing: next(iter(differing)),
)
def test_a_proven_difference_is_a_mismatch_and_raises_an_attention(differing: dict[str, Any]) -> None:
    payment = after_reading(a_payment(), a_snapshot(**differing))

    assert (payment.status, calls_of(payment)) == (Status.MISMATCH, [AttentionKind.MISMATCH])
    assert facts(payment)[0] == "mismatch"


def test_a_mismatch_stays_due_until_staff_closes_it() -> None:
    payment = after_reading(a_payment(), a_snapshot(total=1))

    assert payment.due_at is not None


def test_a_mismatch_is_recorded_once() -> None:
    payment = after_reading(a_payment(), a_snapshot(total=1))

    again = after_reading(payment, a_snapshot(total=1), at=90)

    assert again.history == payment.history


def test_a_refunded_mismatch_is_cancelled_and_was_never_paid() -> None:
    payment = after_reading(a_payment(), a_snapshot(total=1))
    refunded = a_snapshot(
        RemoteStatus.CANCELLED, after=90, total=1, cancelled=1, cancellations=(a_cancellation(total=1),)
    )

    payment = after_reading(payment, refunded, at=90)

    assert payment.status is Status.CANCELLED
    assert "paid" not in facts(payment)
    assert "cancelled" in facts(payment)


def test_an_honest_attempt_after_a_tampered_account_is_paid_and_recorded() -> None:
    tampered = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, total=1, method=an_account())
    payment = after_reading(a_payment(), tampered)

    payment = after_reading(payment, a_snapshot(after=90, transaction_id="tx-2"), at=90)

    assert (payment.status, facts(payment)) == (Status.PAID, ["mismatch", "paid"])


def test_an_unrecognised_status_keeps_the_stored_one_and_raises_an_attention() -> None:
    payment = after_reading(a_payment(), a_snapshot(RemoteStatus.UNRECOGNISED))

    assert (payment.status, payment.quarantined) == (Status.READY, True)
    assert calls_of(payment) == [AttentionKind.QUARANTINED]
    assert payment.due_at is not None


@pytest.mark.parametrize(
    "doubtful",
    [{"channel": None}, {"method": Method(kind=PayMethod.UNRECOGNISED)}],
    ids=["no_channel", "unknown_method"],
)
def test_a_reading_in_doubt_keeps_its_hints_open(doubtful: dict[str, Any]) -> None:
    payment = after_reading(with_hint(a_payment(), a_hint(1)), a_snapshot(**doubtful))

    assert (payment.status, calls_of(payment)) == (Status.READY, [AttentionKind.QUARANTINED])
    assert hint_states(payment) == [HintState.OPEN]


def test_a_doubt_is_recorded_once() -> None:
    payment = after_reading(a_payment(), a_snapshot(channel=None))

    again = after_reading(payment, a_snapshot(channel=None), at=90)

    assert facts(again) == ["quarantined"]


def test_a_doubt_staff_accepted_is_believed_from_the_next_reading_on() -> None:
    quarantined = after_reading(a_payment(), a_snapshot(channel=None))

    payment = after_reading(replace(quarantined, accepted=True), a_snapshot(channel=None), at=90)

    assert (payment.status, payment.quarantined, calls_of(payment)) == (Status.PAID, False, [])


def test_accepting_changes_nothing_about_a_proven_difference() -> None:
    payment = after_reading(a_payment(accepted=True), a_snapshot(channel=None, total=1))

    assert payment.status is Status.MISMATCH


def test_a_believed_reading_clears_the_attention_of_a_doubt_but_not_of_a_mismatch() -> None:
    quarantined = a_payment(attentions=called(AttentionKind.QUARANTINED))
    differing = a_payment(attentions=called(AttentionKind.MISMATCH))

    assert calls_of(after_reading(quarantined, a_snapshot())) == []
    assert calls_of(after_reading(differing, a_snapshot())) == [AttentionKind.MISMATCH]
