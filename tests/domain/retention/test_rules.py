"""How long records are kept: five years after they last moved, and while anything of them is open."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from portone_payments.domain.billing_keys.wallet import lapse
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import AttentionKind, OrderPart, Payment, Status
from portone_payments.domain.records.subscriptions import EndReason, SubscriptionStatus
from portone_payments.domain.retention.rules import (
    BEHIND,
    FAR,
    KEPT,
    LATELY,
    kept_until,
    moved_at,
    moved_long_after,
)
from portone_payments.domain.shared.times import DAY
from portone_payments.domain.subscriptions.ending import ended
from tests.support.billing_records import a_plan, a_trial, a_wallet
from tests.support.records import NOW, a_hint, a_payment, an_order, called, history
from tests.support.refund_records import paid, reserved

LATER = NOW + 300 * DAY
OVER = a_payment(status=Status.CANCELLED, status_at=NOW)


def test_the_retention_covers_any_five_years_and_at_most_two_days_more() -> None:
    years = [
        (datetime(year + 5, 2, 28, tzinfo=UTC) - datetime(year, 2, 28, tzinfo=UTC)).days * DAY
        for year in range(2020, 2060)
    ]

    assert max(years) == KEPT
    assert KEPT - min(years) <= 2 * DAY


def test_the_table_deletes_an_item_only_after_the_retention_job_should_have() -> None:
    assert 0 < BEHIND < LATELY + BEHIND < KEPT < FAR


@pytest.mark.parametrize(
    "moved",
    [
        {"created_at": LATER},
        {"status_at": LATER},
        {"history": tuple(replace(line, at=LATER) for line in history(1))},
    ],
    ids=lambda each: next(iter(each)),
)
def test_a_payment_is_kept_from_its_last_change(moved: dict[str, Any]) -> None:
    assert kept_until(replace(OVER, **moved)) == LATER + KEPT


def test_a_refund_extends_its_payment_although_its_history_line_has_left() -> None:
    (refund,) = (held := reserved(paid())).refunds.values()
    later = replace(refund, settled_at=LATER)

    assert moved_at(replace(held, refunds={refund.id: later}, history=())) == LATER


@pytest.mark.parametrize(
    "payment",
    [
        replace(OVER, due_at=1),
        replace(OVER, attentions=called(AttentionKind.CHARGEBACK)),
        replace(OVER, quarantined=True),
        replace(OVER, hints={"wh_1": a_hint()}),
        replace(OVER, status="OF_TOMORROW"),  # type: ignore[arg-type]
        replace(reserved(paid()), due_at=None),
    ],
    ids=["due", "called", "quarantined", "hint", "status", "refund"],
)
def test_an_open_payment_has_no_end(payment: Payment) -> None:
    assert kept_until(payment) is None


def test_a_payment_is_indexed_by_its_status_until_it_changes_long_after() -> None:
    soon, late = (replace(OVER, history=(replace(history(1)[0], at=NOW + days * DAY),)) for days in (59, 61))

    assert [moved_long_after(each) for each in (OVER, soon, late)] == [False, False, True]


def test_an_order_without_a_payment_ends_and_one_with_a_payment_ends_with_it() -> None:
    assert kept_until(an_order()) == NOW + KEPT
    assert kept_until(an_order(expires_at=int(LATER))) == int(LATER) + KEPT
    assert kept_until(an_order(withdrawn_at=LATER)) == LATER + KEPT
    assert kept_until(an_order(parts=(OrderPart(amount=1_000, due_at=int(LATER)),))) == int(LATER) + KEPT
    assert kept_until(an_order(payment_id="payment1")) is None
    assert kept_until(an_order(subscription_id="sub1")) is None
    assert kept_until(an_order(due_at=1)) is None


def test_a_living_subscription_has_no_end() -> None:
    living = replace(a_trial(a_plan(), "sub1", user_id="user-1"), due_at=None)
    paused = replace(living, status=SubscriptionStatus.PAUSED)
    over = ended(living, Moment(now=LATER, by="app"), EndReason.CUSTOMER)

    assert (kept_until(living), kept_until(paused)) == (None, None)
    assert kept_until(over) == LATER + KEPT
    assert kept_until(replace(over, in_flight="1")) is None
    assert kept_until(replace(over, status=SubscriptionStatus.UNPAID)) == LATER + KEPT


def test_a_wallet_is_kept_from_the_end_of_its_last_key() -> None:
    opened = a_wallet("issue1", user_id="user-1")
    lapsed = lapse(opened, opened.keys["issue1"], Moment(now=LATER, by="worker"))

    assert kept_until(opened) is None
    assert kept_until(lapsed) == LATER + KEPT
    assert kept_until(replace(lapsed, waking=True)) is None
    assert kept_until(replace(opened, keys={})) is None
