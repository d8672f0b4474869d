"""Cancellations stay known however many there are, and cost few bytes each."""

from dataclasses import replace

from portone_payments.adapters.dynamo.codec import coder, item_size
from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.booked import KEPT, booked, done_among, merged
from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.payments import Payment, Seen
from tests.support.refund_records import booked as a_cancellation
from tests.support.refund_records import paid, reserved, the_refund
from tests.support.snapshots import a_snapshot, after_reading, facts

MANY = 3 * KEPT


def cancelled_times(times: int) -> Snapshot:
    """One won refunded so many times in PortOne's console."""
    one = a_cancellation(the_refund(reserved(amount=1)), reason="console", trigger="CONSOLE")
    some = tuple(replace(one, id=f"cancellation-{number}") for number in range(times))
    return a_snapshot(RemoteStatus.PARTIAL_CANCELLED, after=60, cancelled=times, cancellations=some)


def seen_of(payment: Payment) -> Seen:
    assert payment.seen
    return payment.seen


def test_each_cancellation_is_recorded_once_however_many_there_are() -> None:
    payment = after_reading(paid(), cancelled_times(MANY), at=60)

    again = after_reading(payment, cancelled_times(MANY), at=120)
    more = after_reading(again, cancelled_times(MANY + 1), at=180)

    assert facts(payment).count(Fact.CANCELLED) == MANY
    assert seen_of(again).cancellations == seen_of(payment).cancellations
    assert facts(more)[len(facts(again)) :].count(Fact.CANCELLED) == 1


def charged_back_times(times: int) -> Snapshot:
    """One won taken back so many times by the issuer."""
    shown = cancelled_times(times)
    return replace(shown, cancellations=tuple(replace(each, trigger="CHARGEBACK") for each in shown.shown))


def test_each_chargeback_is_recorded_once_however_many_there_are() -> None:
    payment = paid()
    for times in range(1, MANY + 1):
        payment = after_reading(payment, charged_back_times(times), at=60.0 * times)

    again = after_reading(payment, charged_back_times(MANY), at=60.0 * MANY + 60)

    told = [line.data["cancellation"] for line in payment.history if line.fact == Fact.CHARGED_BACK]
    assert len(set(told)) == len(told) == MANY
    assert len(seen_of(again).charged_back) == KEPT
    assert facts(again) == facts(payment)


def test_every_cancellation_stays_known() -> None:
    seen = seen_of(after_reading(paid(), cancelled_times(MANY), at=60))

    ids = [f"cancellation-{number}" for number in range(MANY)]
    assert {booked(seen, id_) for id_ in ids} == {"SUCCEEDED"}
    assert booked(seen, "cancellation-x") is None
    assert booked(seen, None) is booked(None, "cancellation-1") is None


def test_a_list_without_an_old_cancellation_is_behind() -> None:
    seen = seen_of(after_reading(paid(), cancelled_times(MANY), at=60))
    ids = [f"cancellation-{number}" for number in range(MANY)]

    assert done_among(seen, ids)
    assert not done_among(seen, ids[1:])
    assert not done_among(seen, ids[:-1])


def test_an_old_cancellation_costs_few_bytes() -> None:
    def size(times: int) -> int:
        return item_size(
            coder(Seen).encode(seen_of(after_reading(paid(), cancelled_times(times), at=60)))["M"]
        )

    assert (size(2 * MANY) - size(MANY)) / MANY < 30


def test_a_requested_cancellation_keeps_its_id() -> None:
    held = {f"c-{number}": "SUCCEEDED" for number in range(MANY)} | {"open": "REQUESTED"}

    known = merged({}, held)

    assert known["open"] == CancellationStatus.REQUESTED
    assert merged(known, {"open": "SUCCEEDED"})["open"] == CancellationStatus.SUCCEEDED
