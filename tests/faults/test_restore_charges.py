"""The table is restored in the middle of recurring charges: nobody pays twice, nothing is lost or sent back.

`make prove` rehearses it at many more points.
"""

import os
from collections.abc import Iterator

import pytest

from portone_local.actors.subscribers import (
    PRICE,
    charged_at,
    days_pass,
    held,
    invoice,
    key_deleted,
    key_issued,
    key_of,
    key_saved,
    key_started,
    plan_stored,
    registered,
    subscribed,
    to_hour,
)
from portone_local.actors.subscribers import change as change_plan
from portone_local.oracle import ObservedStack
from portone_local.portone import Unknowns
from portone_local.stories.world import USER
from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.domain.records.subscriptions import InvoiceState
from tests.support.restored_club import Club
from tests.support.restored_members import MEMBERS

STEPS = sum(map(len, MEMBERS.values()))
SWITCHES = ("defaults", "all_turned")
CATCH_UP = ("CURRENT", "ALL")
POINTS = [(seed, seed * STEPS // 4) for seed in range(1, 4)]
if "PROVE" in os.environ:
    POINTS = [(seed, seed % STEPS) for seed in range(200)]


@pytest.mark.parametrize(("seed", "steps"), POINTS)
def test_after_a_restore_no_invoice_is_paid_twice_and_none_is_lost(seed: int, steps: int) -> None:
    unknowns = Unknowns.all_settings()[SWITCHES[seed % 2]]
    dunning = f'{{"catchUp":"{CATCH_UP[seed // 2 % 2]}"}}'
    with ObservedStack.in_memory(seed=seed, unknowns=unknowns, mode="live", dunning=dunning) as stack:
        stack.portone.pg.max_attempts = 2 if seed % 3 else None
        club = Club(stack, seed)
        club.go_on(steps)
        snapshot, point = stack.dump(), stack.clock.now()
        club.go_on(club.random.choice([1, 3, 6, 12]))

        club.restore(snapshot, point)
        club.days_after()

        assert club.wrong() == []


@pytest.fixture
def club() -> Iterator[Club]:
    with ObservedStack.in_memory(seed=1) as stack:
        yield Club(stack, seed=1)


def test_a_charge_whose_record_was_lost_is_found_paid_when_it_is_sent_again(club: Club) -> None:
    stack = club.stack
    subscription_id = subscribed(stack, planId=_daily(stack))
    snapshot, point = stack.dump(), stack.clock.now()
    days_pass(stack, 1)
    paid_by = invoice(stack, subscription_id).paid_by

    club.restore(snapshot, point)
    days_pass(stack, 0.5)

    assert invoice(stack, subscription_id, 2).paid_by == paid_by
    assert club.wrong() == []


def test_the_payment_of_a_lost_plan_change_pays_no_later_invoice(club: Club) -> None:
    stack = club.stack
    subscription_id = subscribed(stack)
    plan_stored(stack, "plan-2", 4 * PRICE)
    snapshot, point = stack.dump(), stack.clock.now()
    change_plan(stack, subscription_id, "plan-2")
    proration = invoice(stack, subscription_id).paid_by

    club.restore(snapshot, point)
    days_pass(stack, 32)

    second = invoice(stack, subscription_id, 2)
    assert (second.state, second.amount) == (InvoiceState.PAID, PRICE)
    assert second.paid_by != proration
    assert stack.portone.books()[str(proration)].cancelled == 0


def test_an_id_opened_after_the_attempt_limit_is_found_paid_again(club: Club) -> None:
    stack = club.stack
    _daily(stack)
    subscription_id = subscribed(stack, planId="weekly")
    snapshot, point = stack.dump(), stack.clock.now()
    stack.portone.pg.max_attempts = 1
    stack.portone.pg.decline()
    days_pass(stack, 9)
    known = invoice(stack, subscription_id, 2)

    club.restore(snapshot, point)
    days_pass(stack, 3)

    again = invoice(stack, subscription_id, 2)
    assert known.series == again.series == 2
    assert again.paid_by == known.paid_by
    assert club.wrong() == []


def test_a_method_deleted_after_the_restore_point_is_refused_once_and_recorded_as_deleted(club: Club) -> None:
    stack = club.stack
    subscription_id = subscribed(stack, planId=_daily(stack))
    snapshot, point = stack.dump(), stack.clock.now()
    [billing_key_id] = stack.ports["store"].wallet(USER).keys
    key_deleted(stack, billing_key_id)
    stack.deliver()
    tried = len(charged_at(stack))

    club.restore(snapshot, point)
    days_pass(stack, 3)

    assert key_of(stack, billing_key_id).state is KeyState.DELETED
    assert len(charged_at(stack)) == tried + 1
    assert held(stack, subscription_id).status.value == "PAST_DUE"


def test_a_method_whose_window_was_open_is_found_at_portone(club: Club) -> None:
    stack = club.stack
    billing_key_id = key_started(stack)
    snapshot, point = stack.dump(), stack.clock.now()
    registered(stack, billing_key_id, key_issued(stack, billing_key_id))

    club.restore(snapshot, point)
    days_pass(stack, 1)

    assert key_of(stack, billing_key_id).state is KeyState.ACTIVE


def test_a_charge_of_an_existing_subscription_is_listed_with_it(club: Club) -> None:
    stack = club.stack
    subscription_id = subscribed(stack, planId=_daily(stack))
    snapshot, point = stack.dump(), stack.clock.now()
    days_pass(stack, 1)

    club.restore(snapshot, point)

    assert [row["theirs"]["orderId"] for row in club.left] == [subscription_id]


def test_a_subscription_cancelled_after_the_restore_point_is_not_charged_again(club: Club) -> None:
    stack = club.stack
    subscription_id = subscribed(stack, planId=_daily(stack))
    snapshot, point = stack.dump(), stack.clock.now()
    stack.app(USER).post(f"/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})
    stack.publish()
    tried = len(charged_at(stack))

    club.restore(snapshot, point)
    days_pass(stack, 3)

    assert len(charged_at(stack)) == tried


def _daily(stack: ObservedStack) -> str:
    """A daily plan, and a user who could subscribe to it, in the morning."""
    to_hour(stack, 11)
    key_saved(stack)
    return "daily"
