"""An unreadable record stops no other, is counted at once and daily, and works again once repaired."""

from collections.abc import Callable

import pytest

from portone_local.actors.shop import USER, pay, prepare, status
from portone_local.oracle import ObservedStack
from portone_local.stack.stack import Stack
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.records.payments import Payment
from portone_payments.ports.world import Metric

MINUTE, HOUR = 60, 3600
no_webhooks = pytest.mark.parametrize("webhooks", [False])


def damaged(item: Item) -> Item:
    return item | {name: {"S": "not a number"} for name in ("total", stored_as(Payment, "total"))}


def of_another_age(item: Item) -> Item:
    return item | {"schema": {"N": "9"}}


every_damage = pytest.mark.parametrize("damage", [damaged, of_another_age])


def hurt(stack: Stack, payment_id: str, damage: Callable[[Item], Item]) -> Callable[[], None]:
    """Damage a payment's item; the returned function repairs it."""
    table = stack.ports["store"].table
    whole = table.get(key_of("payment", payment_id))
    table.append(damage(whole))

    def mend() -> None:
        now = table.get(key_of("payment", payment_id))
        marks = {name: now[name] for name in ("due_at", "tries") if name in now}
        table.append(whole | marks)

    return mend


@no_webhooks
@every_damage
def test_another_payment_is_found_paid_and_the_damage_is_reported_within_minutes(
    stack: ObservedStack, damage: Callable[[Item], Item]
) -> None:
    bad, good = prepare(stack, "order-1"), prepare(stack, "order-2")
    pay(stack, good)
    mend = hurt(stack, bad["paymentId"], damage)

    stack.run_for(15 * MINUTE)

    assert status(stack, good) == "PAID"
    assert stack.metrics[Metric.ITEM_SKIPPED] >= 1
    assert stack.metrics[Metric.JOB_FAILED] >= 1
    mend()
    stack.hurt = True


@no_webhooks
@every_damage
def test_a_poisoned_item_is_processed_daily_and_finished_once_it_is_repaired(
    stack: ObservedStack, damage: Callable[[Item], Item]
) -> None:
    bad = prepare(stack)
    pay(stack, bad)
    mend = hurt(stack, bad["paymentId"], damage)
    stack.run_for(2 * HOUR)
    buried = stack.metrics[Metric.DEAD_LETTERED]
    stack.run_for(48 * HOUR, step=HOUR / 2)

    assert (buried, stack.metrics[Metric.DEAD_LETTERED] - buried) == (1, 2)

    mend()
    stack.run_for(25 * HOUR, step=HOUR / 2)

    assert status(stack, bad) == "PAID"
    stack.hurt = True


@no_webhooks
@every_damage
def test_the_list_of_a_user_shows_the_other_payments(
    stack: ObservedStack, damage: Callable[[Item], Item]
) -> None:
    bad, good = prepare(stack, "order-1"), prepare(stack, "order-2")
    mend = hurt(stack, bad["paymentId"], damage)

    answer = stack.app(USER).get("/payments")

    assert answer.status == 200
    assert [each["paymentId"] for each in answer.json()["items"]] == [good["paymentId"]]
    assert stack.metrics[Metric.ITEM_SKIPPED] == 1
    assert any("item skipped" in line and bad["paymentId"] in line for line in stack.logs)
    mend()
    stack.hurt = True
