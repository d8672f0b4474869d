"""Money taken back by others raises an attention, also where PortOne names no requester (rule 10)."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.domain.readings.payment import AccountRefund, CancellationStatus, RemoteStatus, Snapshot
from portone_payments.domain.records.booked import KEPT
from portone_payments.domain.records.history import Fact, clear_attention, has_attention
from portone_payments.domain.records.payments import AttentionKind, Payment
from tests.support.refund_records import paid
from tests.support.snapshots import a_cancellation, a_snapshot, after_reading, an_account, facts

BY_US = "0123456789AB changed mind"


def cancelled_by(trigger: str | None, reason: str = "changed mind") -> Payment:
    """A payment of which PortOne shows one cancellation in part."""
    shown = replace(a_cancellation(), trigger=trigger, reason=reason)
    reading = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, after=60, cancelled=1_000, cancellations=(shown,))
    return after_reading(paid(), reading)


@pytest.mark.parametrize(
    ("trigger", "reason", "called"),
    [
        ("CHARGEBACK", "changed mind", True),
        ("CHARGEBACK", BY_US, True),
        (None, "changed mind", True),
        ("ISSUER", "changed mind", True),
        (None, BY_US, False),
        ("ISSUER", BY_US, False),
        ("API", "changed mind", False),
        ("CONSOLE", "changed mind", False),
        ("PORTONE_ADMIN", "changed mind", False),
    ],
)
def test_a_cancellation_neither_the_shop_nor_we_requested_raises_an_attention(
    trigger: str | None, reason: str, *, called: bool
) -> None:
    assert has_attention(cancelled_by(trigger, reason), AttentionKind.CHARGEBACK) == called


def test_only_a_cancellation_with_the_chargeback_trigger_is_recorded_as_one() -> None:
    assert Fact.CHARGED_BACK in facts(cancelled_by("CHARGEBACK"))
    assert Fact.CHARGED_BACK not in facts(cancelled_by(None))


def shown_behind(*, trigger: str = "CHARGEBACK", number: int = 2, **reading: Any) -> Snapshot:
    """A refund the bank reversed, beside a foreign cancellation: less is refunded than was."""
    failed = a_cancellation(status=CancellationStatus.FAILED, total=400)
    other = replace(a_cancellation(number, total=100), trigger=trigger)
    shown = {"cancelled": 100, "cancellations": (failed, other)} | reading
    return a_snapshot(RemoteStatus.PARTIAL_CANCELLED, after=120, **shown)


def given_back() -> Payment:
    """A payment with 400 won refunded."""
    done = a_cancellation(total=400)
    reading = a_snapshot(RemoteStatus.PARTIAL_CANCELLED, cancelled=400, cancellations=(done,))
    return after_reading(paid(), reading)


def closed(payment: Payment) -> Payment:
    return clear_attention(payment, AttentionKind.CHARGEBACK)


def test_a_chargeback_raises_one_attention_at_once_while_readings_lag() -> None:
    first = after_reading(given_back(), shown_behind(), 200)
    closed_then = after_reading(closed(first), shown_behind(), 300)
    another = after_reading(closed_then, shown_behind(number=3), 400)

    assert (first.lagging, has_attention(first, AttentionKind.CHARGEBACK)) == (1, True)
    assert (closed_then.lagging, has_attention(closed_then, AttentionKind.CHARGEBACK)) == (2, False)
    assert has_attention(another, AttentionKind.CHARGEBACK)
    assert Fact.CHARGED_BACK not in facts(another)


def test_a_chargeback_that_is_believed_is_recorded_and_raises_no_second_attention() -> None:
    done, other = a_cancellation(total=400), replace(a_cancellation(2, total=100), trigger="CHARGEBACK")
    reading = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED, after=300, cancelled=500, cancellations=(done, other)
    )
    known = after_reading(closed(after_reading(given_back(), shown_behind(), 200)), reading, 400)
    standing = after_reading(after_reading(given_back(), shown_behind(), 200), reading, 400)

    assert (known.lagging, facts(known).count(Fact.CHARGED_BACK)) == (0, 1)
    assert not has_attention(known, AttentionKind.CHARGEBACK)
    assert has_attention(standing, AttentionKind.CHARGEBACK)
    assert (known.called_for, standing.called_for) == ((), ())


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        ({"trigger": "CONSOLE", "disputed": True}, AttentionKind.CHARGEBACK),
        (
            {"trigger": "CONSOLE", "method": replace(an_account(), refund=AccountRefund.FAILED)},
            AttentionKind.REFUND_STUCK,
        ),
    ],
)
def test_a_dispute_and_a_refund_its_bank_refuses_wait_for_no_believed_reading(
    shown: dict[str, Any], kind: AttentionKind
) -> None:
    lags = after_reading(given_back(), shown_behind(**shown), 200)
    again = after_reading(clear_attention(lags, kind), shown_behind(**shown), 300)

    assert (lags.lagging, has_attention(lags, kind), has_attention(again, kind)) == (1, True, False)


def test_a_chargeback_in_a_reading_in_doubt_raises_its_own_attention() -> None:
    other = replace(a_cancellation(2, total=100), trigger="CHARGEBACK")
    reading = a_snapshot(
        RemoteStatus.PARTIAL_CANCELLED, after=300, total=9_000, cancelled=100, cancellations=(other,)
    )

    quarantined = after_reading(paid(), reading, 400)

    assert {each.kind for each in quarantined.attentions} >= {
        AttentionKind.QUARANTINED,
        AttentionKind.CHARGEBACK,
    }


def test_the_record_of_chargebacks_is_bounded() -> None:
    payment = given_back()
    for number in range(2, 200):
        payment = after_reading(payment, shown_behind(number=number), 100 + number)

    assert len(payment.called_for) == KEPT
