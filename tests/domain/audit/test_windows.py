"""What the audit calls a difference, how it names it, and where it goes on."""

import pytest

from portone_payments.domain.audit import windows as audit
from portone_payments.domain.audit.differences import differences, missing_here, orphaned
from portone_payments.domain.audit.windows import (
    Window,
    counted,
    discrepancy_id,
    filed,
    first_mark,
    narrower,
    next_window,
)
from portone_payments.domain.readings.payment import Channel, RemoteStatus, Snapshot
from portone_payments.domain.records.audit import AuditDay, AuditMark, DiscrepancyKind, DiscrepancyState
from portone_payments.domain.records.payments import Status
from tests.support.records import NOW, a_payment
from tests.support.snapshots import CHANNEL, a_cancellation, a_snapshot, after_reading, an_account

KIND = DiscrepancyKind
MARK = '{"bundle":"portone-payments","orderId":"order-1"}'
LIVE = Channel(test=False, pg_provider="TOSSPAYMENTS", pg_merchant_id="merchant-1")


def kinds(*pair: object) -> list[DiscrepancyKind]:
    held, snapshot = pair
    return [each.kind for each in differences(held, snapshot)]  # type: ignore[arg-type]


@pytest.mark.parametrize("status", sorted(set(RemoteStatus) - {RemoteStatus.UNRECOGNISED}))
def test_a_payment_agrees_with_the_reading_it_absorbed(status: RemoteStatus) -> None:
    snapshot = a_snapshot(status)

    assert kinds(after_reading(a_payment(), snapshot), snapshot) == []


def test_a_known_mismatch_agrees_with_the_payment_at_portone() -> None:
    snapshot = a_snapshot(total=10, paid=10)

    assert kinds(after_reading(a_payment(), snapshot), snapshot) == []


def test_a_refunded_mismatch_agrees() -> None:
    first = after_reading(a_payment(), a_snapshot(total=10, paid=10))
    back = a_snapshot(
        RemoteStatus.CANCELLED,
        after=90,
        total=10,
        paid=10,
        cancelled=10,
        cancellations=(a_cancellation(total=10),),
    )

    assert kinds(after_reading(first, back, 120), back) == []


def test_an_expired_payment_agrees_with_an_offer_portone_never_ends() -> None:
    expired = a_payment(status=Status.EXPIRED)

    assert kinds(expired, a_snapshot(RemoteStatus.READY)) == []
    assert kinds(expired, a_snapshot(RemoteStatus.FAILED)) == []
    assert kinds(expired, a_snapshot(RemoteStatus.PAID)) == [KIND.STATUS]


def test_an_account_whose_time_is_over_agrees_and_another_account_does_not() -> None:
    issued = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=an_account(due_after=60))
    over = after_reading(after_reading(a_payment(), issued), issued, at=3 * 3600)
    another = a_snapshot(RemoteStatus.VIRTUAL_ACCOUNT_ISSUED, method=an_account(), transaction_id="tx-2")

    assert (over.status, kinds(over, issued)) == (Status.EXPIRED, [])
    assert kinds(over, another) == [KIND.STATUS]


@pytest.mark.parametrize("field", ["total", "currency"])
def test_a_payment_of_another_amount_is_a_difference_of_amount(field: str) -> None:
    odd = a_snapshot(total=900) if field == "total" else a_snapshot(currency="USD")

    assert KIND.AMOUNT in kinds(a_payment(), odd)


def test_an_unpaid_window_for_another_amount_is_no_difference() -> None:
    assert kinds(a_payment(), a_snapshot(RemoteStatus.READY, total=900)) == []


def test_a_cancellation_explains_the_status_that_came_with_it() -> None:
    held = after_reading(a_payment(), a_snapshot())
    back = a_snapshot(RemoteStatus.CANCELLED, cancelled=1_000, cancellations=(a_cancellation(),))

    assert kinds(held, back) == [KIND.CANCELLED]


@pytest.mark.parametrize(
    "status", [Status.PAID, Status.CANCELLED, Status.MISMATCH, Status.VIRTUAL_ACCOUNT_ISSUED]
)
def test_a_payment_with_money_or_an_account_must_exist_at_portone(status: Status) -> None:
    assert kinds(a_payment(status=status), None) == [KIND.MISSING_THERE]


@pytest.mark.parametrize("status", [Status.READY, Status.FAILED, Status.EXPIRED, Status.PAY_PENDING])
def test_a_payment_without_money_may_be_absent_at_portone(status: Status) -> None:
    assert kinds(a_payment(status=status), None) == []


def orphan(**changes: object) -> Snapshot:
    return a_snapshot(**{"custom_data": MARK, "channel": LIVE} | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("snapshot", "live", "order_known", "ours"),
    [
        (orphan(), False, True, True),
        (orphan(), True, False, True),
        (orphan(), False, False, False),
        (orphan(channel=CHANNEL), True, False, False),
        (orphan(channel=CHANNEL), True, True, False),
        (orphan(custom_data=None), True, True, False),
        (orphan(custom_data='{"bundle":"other"}'), True, True, False),
        (orphan(status=RemoteStatus.READY), True, True, False),
        (orphan(status=RemoteStatus.FAILED), True, True, False),
        (orphan(status=RemoteStatus.VIRTUAL_ACCOUNT_ISSUED), True, True, False),
        (orphan(status=RemoteStatus.UNRECOGNISED), True, True, True),
    ],
)
def test_a_payment_without_a_record_is_ours_by_its_marker_and_supporting_evidence(
    snapshot: Snapshot,
    live: bool,  # noqa: FBT001 - a row of a table
    order_known: bool,  # noqa: FBT001 - a row of a table
    ours: bool,  # noqa: FBT001 - a row of a table
) -> None:
    assert orphaned(snapshot, live=live, order_known=order_known) is ours


def test_evidence_holds_no_personal_data() -> None:
    [difference] = differences(
        a_payment(user_id="user-canary"), a_snapshot(customer_id="user-canary", total=1)
    )[:1]

    assert "canary" not in f"{difference.ours}{difference.theirs}"


def test_a_discrepancy_has_one_id_per_payment_and_kind() -> None:
    one, again = (missing_here(a_snapshot()) for _ in range(2))
    [other] = differences(a_payment(status=Status.PAID), None)
    foreign_id = discrepancy_id(missing_here(a_snapshot(payment_id="결제/../1")))

    assert discrepancy_id(one) == discrepancy_id(again) != discrepancy_id(other)
    assert foreign_id.isalnum()


def test_the_same_evidence_is_not_listed_again_even_after_it_was_closed() -> None:
    row = filed(None, missing_here(a_snapshot()), NOW)
    assert row is not None

    assert filed(row, missing_here(a_snapshot()), NOW + 1) is None


def test_other_evidence_reopens_a_discrepancy_and_keeps_when_it_was_first_found() -> None:
    row = filed(None, missing_here(a_snapshot()), NOW)

    again = filed(row, missing_here(a_snapshot(cancelled=1)), NOW + 9)
    assert again is not None

    assert (again.attention, again.found_at, again.attention_at) == (DiscrepancyState.OPEN, NOW, NOW + 9)


def test_the_first_audit_looks_back_a_day() -> None:
    assert first_mark(NOW).until == int(NOW) - 24 * 3600


def test_an_audit_window_ends_before_the_last_ten_minutes() -> None:
    assert next_window(int(NOW) - 7200, 24 * 3600, NOW) == Window(int(NOW) - 7200, int(NOW) - 601)
    assert next_window(int(NOW) - 7200, 60, NOW) == Window(int(NOW) - 7200, int(NOW) - 7140)
    assert next_window(int(NOW) - 601, 60, NOW) is None


def test_halving_ends_at_a_second() -> None:
    window, widths = Window(0, 24 * 3600), []
    while window.span > 1:
        window = narrower(window)
        widths.append(window.span)

    assert widths[:2] == [43_200, 21_600]
    assert widths[-1] == 1
    assert narrower(window) == window


def test_counts_of_a_day_add_up_and_the_newest_month_stays() -> None:
    days = {f"2026-01-{day:02d}": AuditDay(listed=1) for day in range(1, audit.DAYS_KEPT + 1)}
    mark = AuditMark(until=0, span=1, days=days)

    after = counted(mark, {"2026-01-31": 2, "2026-02-01": 3}, {"2026-02-01": 1})

    assert len(after) == audit.DAYS_KEPT
    assert "2026-01-01" not in after
    assert (after["2026-01-31"], after["2026-02-01"]) == (AuditDay(listed=3), AuditDay(listed=3, foreign=1))
