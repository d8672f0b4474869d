"""The one place where a payment's state changes: record + reading -> what is saved next."""

from portone_payments.domain.payments.absorb import absorb, with_hint
from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus
from portone_payments.domain.records.payments import Status
from portone_payments.domain.records.webhooks import HintState
from tests.support.records import NOW, a_hint, a_payment
from tests.support.snapshots import (
    POLICY,
    a_cancellation,
    a_snapshot,
    after_reading,
    facts,
    micros,
    moment,
)


def test_a_reading_of_paid_makes_the_payment_paid_and_finished() -> None:
    paid = after_reading(a_payment(), a_snapshot())

    assert (paid.status, facts(paid), paid.due_at) == (Status.PAID, ["paid"], None)


def test_absorbing_the_same_reading_twice_records_nothing_twice() -> None:
    snapshot = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED, cancelled=300, cancellations=(a_cancellation(total=300),)
    )
    once = after_reading(a_payment(), snapshot)

    twice = after_reading(once, snapshot, at=90)

    assert twice.history == once.history
    assert twice.seen == once.seen


def test_totals_come_from_the_reading_and_are_never_added_up() -> None:
    first = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED, cancelled=300, cancellations=(a_cancellation(1, total=300),)
    )
    second = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED,
        after=60,
        cancelled=500,
        cancellations=(a_cancellation(1, total=300), a_cancellation(2, total=200)),
    )

    payment = after_reading(after_reading(a_payment(), first), second, at=90)

    assert payment.seen is not None
    assert payment.seen.cancelled == 500


def test_a_payment_first_seen_cancelled_records_that_it_was_paid_too() -> None:
    snapshot = a_snapshot(RemoteStatus.CANCELLED, cancelled=1_000, cancellations=(a_cancellation(),))

    payment = after_reading(a_payment(), snapshot)

    assert (payment.status, facts(payment)) == (Status.CANCELLED, ["paid", "cancelled"])


def test_a_requested_cancellation_that_succeeds_is_recorded_at_both_steps() -> None:
    requested = a_snapshot(cancellations=(a_cancellation(1, CancellationStatus.REQUESTED),))
    done = a_snapshot(RemoteStatus.CANCELLED, after=60, cancelled=1_000, cancellations=(a_cancellation(1),))

    payment = after_reading(after_reading(a_payment(), requested), done, at=90)

    assert facts(payment) == ["paid", "cancellation_requested", "cancelled"]


def test_a_failed_payment_may_become_paid() -> None:
    failed = after_reading(a_payment(), a_snapshot(RemoteStatus.FAILED))

    payment = after_reading(failed, a_snapshot(after=600, transaction_id="tx-2"), at=660)

    assert (payment.status, facts(payment)) == (Status.PAID, ["failed", "paid"])


def test_a_second_decline_is_a_second_fact() -> None:
    failed = after_reading(a_payment(), a_snapshot(RemoteStatus.FAILED))

    again = after_reading(failed, a_snapshot(RemoteStatus.FAILED, after=60, transaction_id="tx-2"), at=90)

    assert facts(again) == ["failed", "failed"]


def test_a_payment_unknown_at_portone_stays_ready_and_due() -> None:
    payment = after_reading(a_payment(), None)

    assert (payment.status, payment.history) == (Status.READY, ())
    assert payment.due_at is not None


def test_a_reading_is_recorded_and_resets_the_attempts() -> None:
    payment = after_reading(a_payment(tries=3), a_snapshot())

    assert (payment.read_at, payment.tries) == (NOW + 60, 0)


def test_a_known_hint_is_not_replaced() -> None:
    payment = with_hint(a_payment(), a_hint(1, HintState.DONE))

    assert with_hint(payment, a_hint(1)) == payment


def test_a_reading_in_the_same_second_is_not_older() -> None:
    held = after_reading(a_payment(), a_snapshot(RemoteStatus.FAILED, updated_at=micros(30.5)))

    result = absorb(held, a_snapshot(updated_at=micros(30.5)), moment(60), POLICY)

    assert (result.lagging, result.payment.status) == (False, Status.PAID)
