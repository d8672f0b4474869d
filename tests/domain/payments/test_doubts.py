"""A reading in doubt settles nothing; what was PAID here never becomes a mismatch (rules 10.3 and 10.5)."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.approvals.attempt import intend_charge
from portone_payments.domain.approvals.attempts import WAITED, open_approval, waited_for
from portone_payments.domain.payments.absorb import absorb
from portone_payments.domain.payments.doubts import mismatch_is_back
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.surplus import suspected
from portone_payments.domain.payments.terms import terms_under
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Method, RemoteStatus
from portone_payments.domain.records.history import Moment, clear_attention
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from tests.support.records import NOW, a_payment, calls_of
from tests.support.snapshots import (
    CARD,
    CHANNEL,
    POLICY,
    a_cancellation,
    a_snapshot,
    after_reading,
    facts,
    moment,
)

STRANGE: dict[str, dict[str, Any]] = {
    "method": {"method": Method(kind=PayMethod.UNRECOGNISED)},
    "channel": {"channel": replace(CHANNEL, key="channel-2")},
    "no_channel": {"channel": None},
}
ELSEWHERE = CheckPolicy(store_id="store-2", live=True, channels=frozenset({"channel-2"}))


def charged() -> Payment:
    return intend_charge(a_payment(), "hash", "issue1", Moment(now=NOW, by="charge"))


@pytest.mark.parametrize("strange", list(STRANGE.values()), ids=list(STRANGE))
def test_a_charge_in_doubt_stays_under_way_and_raises_an_attention(strange: dict[str, Any]) -> None:
    payment = after_reading(charged(), a_snapshot(**strange))

    assert open_approval(payment) is not None
    assert (payment.status, payment.seen) == (Status.READY, None)
    assert calls_of(payment) == [AttentionKind.QUARANTINED]


@pytest.mark.parametrize(
    "later",
    [
        None,
        *(a_snapshot(status, transaction_id="tx-0") for status in (RemoteStatus.READY, RemoteStatus.FAILED)),
    ],
    ids=["missing", "ready", "failed"],
)
def test_money_in_doubt_is_not_removed_by_a_reading_that_shows_none(later: Any) -> None:
    quarantined = after_reading(charged(), a_snapshot(**STRANGE["method"]))

    result = absorb(quarantined, later, moment(90), POLICY)

    assert result.lagging
    assert open_approval(result.payment) is not None


def test_a_payment_in_an_unknown_status_may_still_be_declined() -> None:
    quarantined = after_reading(charged(), a_snapshot(RemoteStatus.UNRECOGNISED))

    failed = after_reading(quarantined, a_snapshot(RemoteStatus.FAILED, after=80), at=90)

    assert (failed.status, open_approval(failed)) == (Status.FAILED, None)


def test_the_first_reading_that_can_be_judged_settles_a_doubt() -> None:
    quarantined = after_reading(charged(), a_snapshot(**STRANGE["method"]))

    paid = after_reading(quarantined, a_snapshot(), at=90)

    assert (paid.status, open_approval(paid), calls_of(paid)) == (Status.PAID, None, [])
    assert not paid.quarantined_paid


@pytest.mark.parametrize(
    ("after", "free"), [(WAITED - 1, False), (WAITED, True)], ids=["within_a_day", "after_a_day"]
)
def test_a_doubt_blocks_nothing_for_longer_than_a_day(after: float, free: bool) -> None:  # noqa: FBT001 - a table
    quarantined = after_reading(charged(), a_snapshot(**STRANGE["method"]))

    assert waited_for(quarantined, NOW + after) is free
    assert not waited_for(charged(), NOW + after)


@pytest.mark.parametrize(
    "strange",
    [*STRANGE.values(), {"store_id": "store-2"}],
    ids=[*STRANGE, "store"],
)
def test_a_paid_payment_is_followed_whatever_is_strange_about_it(strange: dict[str, Any]) -> None:
    paid = after_reading(a_payment(), a_snapshot())
    refunded = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED,
        after=80,
        cancelled=300,
        cancellations=(a_cancellation(total=300),),
        **{"channel": CHANNEL, "method": CARD} | strange,
    )

    payment = after_reading(paid, refunded, at=90)

    assert (payment.status, payment.seen and payment.seen.cancelled) == (Status.PARTIAL_CANCELLED, 300)
    assert "mismatch" not in facts(payment)


@pytest.mark.parametrize("strange", [STRANGE["channel"], {"store_id": "store-2"}], ids=["channel", "store"])
def test_a_strange_paid_payment_raises_one_attention(strange: dict[str, Any]) -> None:
    paid = after_reading(a_payment(), a_snapshot())

    asked = after_reading(paid, a_snapshot(**strange), at=90)
    closed = clear_attention(asked, AttentionKind.QUARANTINED)
    again = after_reading(closed, a_snapshot(**strange), at=120)

    assert (calls_of(asked), calls_of(again)) == ([AttentionKind.QUARANTINED], [])
    assert facts(again).count("quarantined") == 1


@pytest.mark.parametrize("other", [{"total": 1}, {"currency": "USD"}], ids=["total", "currency"])
def test_another_amount_of_a_paid_payment_settles_nothing_and_raises_an_attention(
    other: dict[str, Any],
) -> None:
    paid = after_reading(a_payment(), a_snapshot())

    payment = after_reading(paid, a_snapshot(**other), at=90)

    assert (payment.status, payment.seen, payment.refunds) == (Status.PAID, paid.seen, {})
    assert calls_of(payment) == [AttentionKind.QUARANTINED]


def test_a_change_of_settings_moves_no_money_of_earlier_payments() -> None:
    prepared = a_payment(terms=terms_under(POLICY))

    paid = absorb(prepared, a_snapshot(), moment(), ELSEWHERE).payment

    assert (paid.status, calls_of(paid), paid.refunds) == (Status.PAID, [], {})


@pytest.mark.parametrize("status", [RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.CANCELLED])
def test_a_tampered_payment_is_a_mismatch_although_first_seen_refunded(
    status: RemoteStatus,
) -> None:
    cancelled = 10 if status is RemoteStatus.CANCELLED else 4
    tampered = a_snapshot(
        status, total=10, cancelled=cancelled, cancellations=(a_cancellation(total=cancelled),)
    )

    payment = after_reading(after_reading(a_payment(), tampered), tampered, at=90)

    assert payment.status is Status.MISMATCH
    assert "paid" not in facts(payment)
    assert AttentionKind.MISMATCH in calls_of(payment)
    assert mismatch_is_back(payment) is (status is RemoteStatus.CANCELLED)


def test_another_total_in_an_unknown_status_is_recorded_as_a_mismatch_too() -> None:
    reading = a_snapshot(RemoteStatus.UNRECOGNISED, total=300)

    payment = after_reading(a_payment(), reading)

    assert set(calls_of(payment)) == {AttentionKind.QUARANTINED, AttentionKind.MISMATCH}
    assert (payment.status, dict(payment.refunds)) == (Status.READY, {})


def test_a_mismatch_in_doubt_that_took_no_money_clears_its_attentions() -> None:
    quarantined = after_reading(a_payment(), a_snapshot(RemoteStatus.UNRECOGNISED, total=300))

    failed = after_reading(quarantined, a_snapshot(RemoteStatus.FAILED, total=300, after=90), at=120)

    assert (failed.status, calls_of(failed)) == (Status.FAILED, [])


def test_a_paid_payment_is_no_mismatch_whatever_an_unknown_status_shows() -> None:
    paid = after_reading(a_payment(), a_snapshot())

    quarantined = after_reading(paid, a_snapshot(RemoteStatus.UNRECOGNISED, total=300, after=90), at=120)

    assert calls_of(quarantined) == [AttentionKind.QUARANTINED]


def test_a_surplus_in_doubt_that_took_no_money_is_no_surplus() -> None:
    quarantined = suspected(after_reading(a_payment(), a_snapshot(RemoteStatus.UNRECOGNISED)), moment())

    failed = after_reading(quarantined, a_snapshot(RemoteStatus.FAILED, after=90), at=120)

    assert (failed.surplus, calls_of(failed)) == (False, [])
