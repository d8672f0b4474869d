"""What each webhook promises, and whether a reading shows it (rule 2.3)."""

import pytest

from portone_payments.domain.payments.absorb import MOST_OPEN_HINTS, with_hint
from portone_payments.domain.payments.hints import EventType, borne_out, hint_from
from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.domain.records.webhooks import HintState
from tests.support.records import NOW, a_hint, a_payment
from tests.support.snapshots import a_cancellation, a_snapshot, after_reading

READY, PENDING = RemoteStatus.READY, RemoteStatus.PAY_PENDING
ISSUED, FAILED, PAID = RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, RemoteStatus.FAILED, RemoteStatus.PAID
PARTLY, CANCELLED = RemoteStatus.PARTIAL_CANCELLED, RemoteStatus.CANCELLED
ALL = {READY, PENDING, ISSUED, FAILED, PAID, PARTLY, CANCELLED}


@pytest.mark.parametrize(
    ("event", "shows"),
    [
        (EventType.PAID, {PAID, PARTLY, CANCELLED}),
        (EventType.FAILED, {FAILED, PAID, PARTLY, CANCELLED}),
        (EventType.VIRTUAL_ACCOUNT_ISSUED, ALL - {READY, PENDING}),
        (EventType.PAY_PENDING, ALL - {READY}),
        (EventType.CANCELLED, {PARTLY, CANCELLED}),
        (EventType.PARTIAL_CANCELLED, {PARTLY, CANCELLED}),
        (EventType.CANCEL_PENDING, {PARTLY, CANCELLED}),
        (EventType.DISPUTE_CREATED, ALL),
        ("Transaction.InventedLater", ALL),
    ],
)
def test_a_reading_of_the_same_attempt_bears_out_a_hint_that_is_no_further(
    event: str, shows: set[RemoteStatus]
) -> None:
    hint = a_hint(type=event, transaction_id="tx-1")

    assert {status for status in ALL if borne_out(hint, a_snapshot(status))} == shows


@pytest.mark.parametrize("event", EventType)
def test_an_absent_payment_bears_nothing_out(event: EventType) -> None:
    assert not borne_out(a_hint(type=event), None)


@pytest.mark.parametrize("event", EventType)
def test_an_unrecognised_status_lags_behind_nothing(event: EventType) -> None:
    assert borne_out(a_hint(type=event), a_snapshot(RemoteStatus.UNRECOGNISED))


def test_a_cancellation_is_borne_out_by_its_own_id_only() -> None:
    hint = a_hint(type=EventType.CANCELLED, cancellation_id="cancellation-1")

    shown = a_snapshot(cancellations=(a_cancellation(1, CancellationStatus.REQUESTED),))
    another = a_snapshot(CANCELLED, cancellations=(a_cancellation(2),))

    assert borne_out(hint, shown)
    assert not borne_out(hint, another)


@pytest.mark.parametrize("event", [EventType.FAILED, EventType.VIRTUAL_ACCOUNT_ISSUED, EventType.PAY_PENDING])
def test_a_later_attempt_overtakes_a_hint_about_an_earlier_one(event: EventType) -> None:
    hint = a_hint(type=event, transaction_id="tx-1", happened_at=NOW + 30)

    later = a_snapshot(READY, transaction_id="tx-2", after=31)
    earlier = a_snapshot(READY, transaction_id="tx-0", after=20)

    assert borne_out(hint, later)
    assert not borne_out(hint, earlier)


@pytest.mark.parametrize("event", [EventType.VIRTUAL_ACCOUNT_ISSUED, EventType.PAY_PENDING])
def test_the_end_of_an_earlier_attempt_bears_out_nothing_about_a_later_one(event: EventType) -> None:
    hint = a_hint(type=event, transaction_id="tx-2", happened_at=NOW + 60)

    assert not borne_out(hint, a_snapshot(FAILED, transaction_id="tx-1", after=30))
    assert borne_out(hint, a_snapshot(PAID, transaction_id="tx-1", after=30))


def test_a_second_decline_is_borne_out_by_either_attempt() -> None:
    hint = a_hint(type=EventType.FAILED, transaction_id="tx-1", happened_at=NOW + 60)

    assert borne_out(hint, a_snapshot(FAILED, transaction_id="tx-2", after=30))


def test_paid_is_not_overtaken_by_another_attempt() -> None:
    hint = a_hint(type=EventType.PAID, transaction_id="tx-1", happened_at=NOW)

    assert not borne_out(hint, a_snapshot(FAILED, transaction_id="tx-2", after=60))


def test_a_hint_keeps_what_it_promises_and_never_the_body() -> None:
    delivery = Delivery(
        id="wh_1",
        type="Transaction.Cancelled",
        body_hash="0" * 64,
        happened_at=NOW,
        payment_id="payment1",
        transaction_id="tx-1",
        cancellation_id="cancellation-1",
    )

    hint = hint_from(delivery, now=NOW + 1)

    assert (hint.id, hint.received_at, hint.state) == ("wh_1", NOW + 1, HintState.OPEN)
    assert (hint.transaction_id, hint.cancellation_id) == ("tx-1", "cancellation-1")


def test_a_payment_keeps_at_most_a_hundred_open_hints_and_drops_none() -> None:
    payment = a_payment()
    for number in range(MOST_OPEN_HINTS + 50):
        payment = with_hint(payment, a_hint(number))

    assert set(payment.hints) == {f"wh_{number}" for number in range(MOST_OPEN_HINTS)}


def test_without_a_list_a_cancellation_is_borne_out_by_the_totals() -> None:
    hint = a_hint(type=EventType.PARTIAL_CANCELLED, cancellation_id="cancellation-2")
    one = a_snapshot(PARTLY, cancelled=300, cancellations=(a_cancellation(1, total=300),))
    held = after_reading(a_payment(), one).seen

    assert not borne_out(hint, a_snapshot(PAID, cancellations=None), held)
    assert not borne_out(hint, a_snapshot(PARTLY, cancelled=300, cancellations=None), held)
    assert borne_out(hint, a_snapshot(PARTLY, cancelled=600, cancellations=None), held)
    assert borne_out(hint, a_snapshot(CANCELLED, cancelled=1_000, cancellations=None), held)


def test_only_a_list_can_refute_a_requested_cancellation() -> None:
    hint = a_hint(type=EventType.CANCEL_PENDING, cancellation_id="cancellation-1")
    shown = a_snapshot(PAID, cancellations=None)

    assert borne_out(hint, shown, None, {"cancellation-1"})
    assert borne_out(hint, shown, None, {"cancellation-2"})
    assert not borne_out(hint, a_snapshot(PAID, cancellations=()), None, {"cancellation-2"})
    assert not borne_out(hint, a_snapshot(READY, cancellations=None), None)
