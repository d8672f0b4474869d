"""The timer fires never, twice or ten times, its messages come late, twice and in any order: charged once."""

import random
from collections.abc import Iterator

import pytest

from portone_local.actors.subscribers import (
    CHARGE,
    days_pass,
    held,
    invoice,
    plan_stored,
    subscribed,
    to_hour,
)
from portone_local.oracle import ObservedStack, assert_clean
from portone_local.stack.passing import clock_of, let_pass
from portone_local.stories.world import MINUTE
from portone_payments.domain.records.subscriptions import InvoiceState
from portone_payments.domain.shared.calendar import HOUR, KST

EVERY_DAY = {"unit": "DAY", "count": 1}
CUSTOMERS = [f"customer-{number}" for number in range(6)]


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """Noon in Korea; the shop sells by the day."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        plan_stored(stack, interval=EVERY_DAY)
        yield stack
        assert_clean(stack, answers=stack.answers)


def all_subscribed(stack: ObservedStack) -> list[str]:
    """One subscription each, whose first day is paid; it is a minute before they are due again."""
    ids = [subscribed(stack, user) for user in CUSTOMERS]
    to_hour(stack, 10 - 1 / 60)
    return ids


def tries(stack: ObservedStack, subscription_id: str) -> int:
    """How many different attempts PortOne has seen for the invoices of a subscription."""
    mine = {each.payment_id for each in held(stack, subscription_id).invoices.values()}
    calls = [call for call in stack.portone.calls() if call.operation == CHARGE]
    return len({call.idempotency_key for call in calls if call.path.split("/")[2] in mine})


def taken(stack: ObservedStack) -> list[dict[str, object]]:
    """Every message the sweep has sent, removed from the queue."""
    batch = stack.charge_source.take(1_000)
    stack.charge_source.settle(batch, set())
    return [message.record() for message in batch]


def delivered(stack: ObservedStack, messages: list[dict[str, object]]) -> None:
    """A worker takes these, in this order."""
    for message in messages:
        stack.functions.invoke("Charges", {"Records": [message]})


@pytest.mark.parametrize("fires", [0, 1, 2, 10])
def test_each_renewal_is_charged_once_however_often_the_timer_fires(stack: ObservedStack, fires: int) -> None:
    ids = all_subscribed(stack)

    for _ in range(10):
        clock_of(stack).advance(MINUTE)
        for _ in range(fires):
            stack.functions.invoke("Sweep", {})
        stack.work()
    stack.tick()

    assert [tries(stack, each) for each in ids] == [2] * len(ids)
    assert {invoice(stack, each).state for each in ids} == {InvoiceState.PAID}


@pytest.mark.parametrize("seed", range(8))
def test_late_repeated_and_reordered_messages_charge_once(stack: ObservedStack, seed: int) -> None:
    ids, dice = all_subscribed(stack), random.Random(seed)
    waiting: list[dict[str, object]] = []

    for _ in range(30):
        clock_of(stack).advance(MINUTE)
        for _ in range(dice.choice([0, 1, 2, 5])):
            stack.functions.invoke("Sweep", {})
        waiting += taken(stack) * dice.choice([1, 2])
        dice.shuffle(waiting)
        now = dice.randrange(len(waiting) + 1)
        delivered(stack, waiting[:now])
        waiting = waiting[dice.randrange(now + 1) :]
    delivered(stack, waiting)
    let_pass(stack, 10 * MINUTE)

    assert [tries(stack, each) for each in ids] == [2] * len(ids)
    assert {invoice(stack, each).state for each in ids} == {InvoiceState.PAID}


def test_after_days_without_a_timer_only_the_current_period_is_charged(stack: ObservedStack) -> None:
    ids = all_subscribed(stack)

    to_hour(stack, 23, days=3)
    stack.tick()
    in_the_night = [tries(stack, each) for each in ids]
    to_hour(stack, 10.1)
    stack.tick()

    assert in_the_night == [1] * len(ids)
    assert [tries(stack, each) for each in ids] == [2] * len(ids)


def test_a_timer_that_fires_late_still_charges_in_the_allowed_hours(stack: ObservedStack) -> None:
    all_subscribed(stack)

    to_hour(stack, 20.99)
    stack.tick()
    days_pass(stack, 2)

    hours = {int((call.at + KST) // HOUR % 24) for call in stack.portone.calls() if call.operation == CHARGE}
    assert hours <= set(range(10, 21))
