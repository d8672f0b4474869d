"""When to look again (rule 4.1)."""

from dataclasses import replace
from itertools import pairwise

import pytest

from portone_payments.domain.payments.absorb import absorb, with_hint
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.schedule import next_due, unfinished
from portone_payments.domain.readings.payment import CancellationStatus, RemoteStatus
from portone_payments.domain.records.instructions import Returning
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from portone_payments.domain.records.webhooks import HintState
from portone_payments.domain.shared.times import BY_KIND, DAY, HOUR, POLL_STEPS
from tests.support.records import NOW, a_hint, a_payment, called
from tests.support.snapshots import (
    a_cancellation,
    a_snapshot,
    after_reading,
    an_account,
    moment,
)

MINUTE = 60
POLICY = CheckPolicy()


def wait(payment: Payment, at: float = 0) -> int | None:
    due_at = next_due(payment, NOW + at)
    return None if due_at is None else due_at - int(NOW + at)


def test_an_unfinished_payment_backs_off_from_half_a_minute_to_an_hour() -> None:
    waiting = with_hint(a_payment(status=Status.PAID), a_hint())

    waits = [wait(replace(waiting, poll_step=poll_step)) for poll_step in range(BY_KIND + 1)]

    assert waits == [30, 60, 120, 300, 600, HOUR]


@pytest.mark.parametrize(
    "changes",
    [{"hints": {"wh_1": a_hint(1)}}, {"lagging": 1}, {"quarantined": True}],
    ids=lambda each: next(iter(each)),
)
def test_an_open_hint_a_lagging_reading_and_a_doubt_are_unfinished(changes: dict[str, object]) -> None:
    assert unfinished(replace(a_payment(), **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes", [{"lagging": 1}, {"quarantined": True}], ids=lambda each: next(iter(each))
)
def test_an_automatic_refund_waits_for_a_believed_reading(changes: dict[str, object]) -> None:
    series = Returning(reason="auto:mismatch", next_at=int(NOW) - HOUR)
    waiting = replace(a_payment(status=Status.MISMATCH), returning=series)

    assert wait(waiting) == -HOUR
    assert wait(replace(waiting, poll_step=BY_KIND, **changes)) == HOUR  # type: ignore[arg-type]


def test_a_closed_hint_is_finished() -> None:
    assert not unfinished(with_hint(a_payment(), a_hint(1, HintState.DONE)))


def test_ready_is_read_every_ten_minutes_until_its_expiry() -> None:
    ready = a_payment(poll_step=BY_KIND)

    assert wait(ready) == 10 * MINUTE
    assert wait(ready, at=55 * MINUTE) == 5 * MINUTE


def test_a_ready_payment_somebody_waits_for_backs_off_from_half_a_minute() -> None:
    assert [wait(a_payment(poll_step=poll_step)) for poll_step in range(BY_KIND)] == list(POLL_STEPS)


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.FAILED])
def test_after_expiry_a_payment_is_read_at_least_daily_for_three_days(status: Status) -> None:
    payment, at, marks = a_payment(status=status, poll_step=BY_KIND), 60.0 * MINUTE, [60.0 * MINUTE]

    while (gap := wait(payment, at)) is not None:
        at += gap
        marks.append(at)

    gaps = [later - earlier for earlier, later in pairwise(marks)]
    assert max(gaps) <= DAY
    assert marks[1] - marks[0] <= HOUR
    assert marks[-1] - marks[0] >= 3 * DAY - 1


def test_a_failed_payment_is_read_every_ten_minutes_while_it_may_still_be_paid() -> None:
    assert wait(a_payment(status=Status.FAILED, poll_step=BY_KIND)) == 10 * MINUTE


def test_a_pending_approval_never_stops_being_due() -> None:
    pending = a_payment(status=Status.PAY_PENDING, poll_step=BY_KIND)

    assert wait(pending, at=30 * DAY) == 6 * HOUR


def test_a_virtual_account_is_read_hourly_at_its_expiry_and_after_its_grace() -> None:
    method = an_account(due_after=2 * DAY)
    issued = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=method)
    payment = after_reading(a_payment(), issued)

    assert wait(payment) == HOUR
    assert wait(payment, at=2 * DAY - 600) == 600
    assert wait(payment, at=2 * DAY + 600) == HOUR - 600


def test_a_lapsed_virtual_account_is_read_daily_for_three_days() -> None:
    issued = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=an_account(due_after=DAY))
    lapsed = after_reading(after_reading(a_payment(), issued), issued, at=DAY + HOUR + 1)

    assert lapsed.status is Status.EXPIRED
    assert next_due(lapsed, NOW + DAY + HOUR + 1) == int(NOW) + 2 * DAY
    assert next_due(lapsed, NOW + 2 * DAY + 1) == int(NOW) + 3 * DAY
    assert next_due(lapsed, NOW + 3 * DAY + 1) == int(NOW) + 4 * DAY
    assert next_due(lapsed, NOW + 4 * DAY + 1) is None


def test_a_requested_cancellation_is_read_hourly_for_a_day_then_every_six_hours() -> None:
    requested = a_snapshot(cancellations=(a_cancellation(1, CancellationStatus.REQUESTED),))
    payment = after_reading(a_payment(), requested)

    assert wait(payment, at=60) == HOUR
    assert wait(payment, at=25 * HOUR) == 6 * HOUR


@pytest.mark.parametrize("status", [Status.PAID, Status.CANCELLED, Status.PARTIAL_CANCELLED])
def test_a_settled_payment_is_not_due(status: Status) -> None:
    assert wait(a_payment(status=status)) is None


@pytest.mark.parametrize("attention", AttentionKind)
def test_money_in_doubt_is_read_daily_until_staff_closes_it(attention: AttentionKind) -> None:
    assert wait(a_payment(status=Status.PAID, attentions=called(attention))) == DAY


def test_a_refunded_deposit_is_read_until_its_bank_must_have_paid_it_out() -> None:
    back = a_snapshot(
        RemoteStatus.CANCELLED, cancelled=1_000, cancellations=(a_cancellation(),), method=an_account()
    )
    payment = replace(after_reading(a_payment(), back), poll_step=BY_KIND)

    marks = [next_due(payment, NOW + day * DAY) for day in (0.5, 2, 4, 8)]

    changed_at = back.updated_at // 1_000_000
    assert marks == [changed_at + DAY, changed_at + 3 * DAY, changed_at + 7 * DAY, None]
    assert next_due(replace(payment, seen=None), NOW) is None


def test_an_eager_reading_restarts_the_polling_schedule() -> None:
    ready = a_payment(poll_step=BY_KIND)

    eager = absorb(ready, None, moment(60, by="verify", eager=True), POLICY).payment
    routine = absorb(ready, None, moment(60), POLICY).payment

    assert eager.due_at == int(NOW + 60) + 30
    assert routine.due_at == int(NOW + 60) + 10 * MINUTE
