"""Properties of absorb for any course of a payment at PortOne, read in any order and number."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from portone_payments.domain.payments.absorb import absorb, silence, with_hint
from portone_payments.domain.payments.hints import EventType
from portone_payments.domain.payments.schedule import next_due, unfinished
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.domain.records.payments import Payment, Status, holds_money
from portone_payments.domain.records.webhooks import Hint, HintState
from tests.support.portone_histories import portone_histories
from tests.support.records import NOW, a_hint, a_payment
from tests.support.snapshots import POLICY, after_reading, moment


@st.composite
def readings(draw: st.DrawFn) -> tuple[list[Snapshot], list[Snapshot | None]]:
    """A course at PortOne, and readings of it in any order, some repeated, some finding nothing."""
    history = draw(portone_histories())
    return history, draw(st.lists(st.sampled_from([*history, None]), min_size=1, max_size=12))


hints = st.lists(
    st.builds(
        lambda number, event: a_hint(number, type=event, transaction_id="tx-1", happened_at=NOW + 30),
        st.integers(1, 5),
        st.sampled_from([EventType.PAID, EventType.FAILED, EventType.CANCELLED, EventType.DISPUTE_CREATED]),
    ),
    max_size=4,
)


def after_all(readings: list[Snapshot | None], payment: Payment) -> Payment:
    for at, snapshot in enumerate(readings, start=60):
        payment = after_reading(payment, snapshot, at)
    return payment


@given(readings())
def test_the_newest_reading_decides_whatever_was_read_before(
    read: tuple[list[Snapshot], list[Snapshot | None]],
) -> None:
    history, some = read

    payment = after_reading(after_all(some, a_payment()), history[-1], 90)

    assert payment.status.value == history[-1].status.value
    assert payment.seen is not None
    assert (payment.seen.cancelled, payment.seen.paid) == (history[-1].cancelled, history[-1].paid)


@given(readings())
def test_absorbing_a_reading_again_records_and_changes_nothing(
    read: tuple[list[Snapshot], list[Snapshot | None]],
) -> None:
    _, some = read
    once = after_all(some, a_payment())

    twice = after_reading(once, some[-1], 90)

    assert (twice.history, twice.seen, twice.status) == (once.history, once.seen, once.status)


@given(readings())
def test_money_once_taken_stays_taken_and_refunds_never_shrink(
    read: tuple[list[Snapshot], list[Snapshot | None]],
) -> None:
    _, some = read
    payment = a_payment()

    for at, snapshot in enumerate(some, start=60):
        later = after_reading(payment, snapshot, at)
        assert holds_money(later.status) or not holds_money(payment.status)
        assert payment.seen is None or (
            later.seen is not None and later.seen.cancelled >= payment.seen.cancelled
        )
        payment = later


@given(readings())
def test_no_refund_and_no_payment_is_recorded_twice(
    read: tuple[list[Snapshot], list[Snapshot | None]],
) -> None:
    _, some = read

    told = after_all(some, a_payment()).history

    refunds = [entry.data["cancellation"] for entry in told if entry.fact == "cancelled"]
    assert len(refunds) == len(set(refunds))
    assert sum(entry.fact == "paid" for entry in told) <= 1


@given(readings(), hints)
def test_a_lagging_reading_changes_only_when_to_read_again(
    read: tuple[list[Snapshot], list[Snapshot | None]], webhooks: list[Hint]
) -> None:
    history, some = read
    held = after_all(some, a_payment())
    for hint in webhooks:
        held = with_hint(held, hint)

    result = absorb(held, history[0], moment(100), POLICY)

    if result.lagging:
        after = result.payment
        repaired = replace(
            after,
            lagging=held.lagging,
            lagging_since=held.lagging_since,
            poll_step=held.poll_step,
            due_at=held.due_at,
            tries=held.tries,
            attentions=held.attentions,
        )
        assert repaired == held
        assert after.lagging == held.lagging + 1


@given(readings(), hints)
def test_no_hint_is_lost_and_an_open_one_is_done_after_any_number_of_lagging_readings(
    read: tuple[list[Snapshot], list[Snapshot | None]], webhooks: list[Hint]
) -> None:
    _, some = read
    payment = a_payment()
    for hint in webhooks:
        payment = with_hint(payment, hint)

    for at, snapshot in enumerate(some, start=60):
        later = after_reading(payment, snapshot, at)
        assert later.hints.keys() == payment.hints.keys()
        given_up = HintState.QUARANTINED in {hint.state for hint in later.hints.values()}
        assert not given_up
        payment = later


@given(readings(), hints, st.floats(0, 10 * 24 * 3600), st.booleans())
def test_an_unfinished_payment_is_due_in_the_future(
    read: tuple[list[Snapshot], list[Snapshot | None]],
    webhooks: list[Hint],
    after: float,
    answered: bool,  # noqa: FBT001 - drawn
) -> None:
    _, some = read
    payment = after_all(some[:-1], a_payment())
    for hint in webhooks:
        payment = with_hint(payment, hint)

    at = moment(100 + after)
    payment = absorb(payment, some[-1], at, POLICY).payment if answered else silence(payment, at)

    assert payment.due_at is not None or (answered and not unfinished(payment))
    assert payment.due_at is None or payment.due_at > at.now - 1


@given(st.sampled_from(Status), st.integers(0, 5), st.floats(0, 10 * 24 * 3600))
def test_the_next_reading_is_never_due_in_the_past(status: Status, poll_step: int, after: float) -> None:
    due_at = next_due(a_payment(status=status, poll_step=poll_step), NOW + after)

    assert due_at is None or due_at > NOW + after
