"""Every minute: what is due is leased, sent, finished; what kills its workers is buried with an alarm."""

from typing import Any

import pytest

from portone_local.actors.shop import pay, prepare, seen_by_staff, status
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_payments.adapters.aws.queue import parse_due
from portone_payments.ports.world import Metric
from tests.support.sweeping import calls, payment, queue, sweep

MINUTE, HOUR = 60, 3600

DAY = 24 * HOUR

no_webhooks = pytest.mark.parametrize("webhooks", [False])


@no_webhooks
def test_a_due_record_is_leased_before_its_message_is_sent(stack: ObservedStack) -> None:
    prepare(stack)
    stack.portone.pause(11 * MINUTE)
    now = stack.clock.now()

    swept = sweep(stack)

    assert swept == {"sent": 1, "dead": 0}
    assert (payment(stack).due_at, payment(stack).tries) == (int(now) + 180, 1)


@no_webhooks
def test_a_leased_item_is_not_sent_again_while_its_lease_lasts(stack: ObservedStack) -> None:
    prepare(stack)
    stack.portone.pause(11 * MINUTE)
    sweep(stack)
    stack.portone.pause(2 * MINUTE)

    assert sweep(stack) == {"sent": 0, "dead": 0}


@no_webhooks
def test_a_lost_message_is_sent_again_when_the_lease_is_over(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.pause(11 * MINUTE)
    sweep(stack)
    queue(stack).lose_all()

    stack.run_for(4 * MINUTE)

    assert status(stack, prepared) == "PAID"


@no_webhooks
def test_a_message_delivered_twice_is_processed_once(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.pause(11 * MINUTE)
    sweep(stack)
    [body] = queue(stack).receive_bodies()
    record = {"messageId": "message-1", "body": body}

    stack.functions.invoke("Work", {"Records": [record, record | {"messageId": "message-2"}]})

    assert calls(stack) == 1


@no_webhooks
def test_an_unreadable_message_is_dropped_without_harm(stack: ObservedStack) -> None:
    record = {"messageId": "message-1", "body": "not ours"}

    assert stack.functions.invoke("Work", {"Records": [record]}) == {"batchItemFailures": []}


def outlive_twelve_workers(stack: ObservedStack) -> dict[str, Any]:
    """A paid payment none of whose twelve workers lived; the thirteenth sweep's result under `swept`."""
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.pause(11 * MINUTE)
    for _ in range(12):
        sweep(stack)
        queue(stack).lose_all()
        stack.portone.pause(181)
    return prepared | {"swept": sweep(stack)}


@no_webhooks
def test_an_item_that_kills_its_workers_is_put_off_with_an_alarm_after_twelve_attempts(
    stack: ObservedStack,
) -> None:
    buried = outlive_twelve_workers(stack)

    assert buried["swept"] == {"sent": 0, "dead": 1}
    assert stack.metrics[Metric.DEAD_LETTERED] == 1
    assert [found["paymentId"] for found in seen_by_staff(stack, "dead-lettered")] == [buried["paymentId"]]
    stack.run_for(DAY + HOUR, step=HOUR)


@no_webhooks
def test_an_item_put_off_is_processed_once_a_day_and_heals(stack: ObservedStack) -> None:
    buried = outlive_twelve_workers(stack)
    stack.portone.pause(DAY)
    sweep(stack)
    queue(stack).lose_all()
    stack.portone.pause(181)
    again = sweep(stack)

    stack.run_for(DAY + HOUR, step=HOUR)

    assert again == {"sent": 0, "dead": 1}
    assert status(stack, buried) == "PAID"


@no_webhooks
def test_readings_without_an_answer_are_no_attempts(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=None)
    stack.run_for(2 * HOUR)
    dead = stack.metrics.get(Metric.DEAD_LETTERED)

    stack.portone.clear_faults()
    stack.run_for(5 * MINUTE)

    assert dead is None
    assert status(stack, prepared) == "PAID"


@no_webhooks
def test_the_sweep_stops_sending_while_the_queue_is_full(stack: ObservedStack) -> None:
    prepare(stack)
    stack.portone.pause(11 * MINUTE)
    mail = queue(stack)
    sweep(stack)
    [body] = mail.receive_bodies()
    mail.bodies.clear()
    due = parse_due(body)
    assert due is not None
    mail.send((due,) * 2_400)
    stack.portone.pause(181)

    swept = sweep(stack)
    mail.lose_all()

    assert swept == {"sent": 0, "dead": 0}
    assert stack.metrics[Metric.BACKLOG_STOP] == 1


@no_webhooks
def test_the_age_of_the_oldest_due_record_is_measured(stack: ObservedStack) -> None:
    prepare(stack)
    stack.portone.pause(10 * MINUTE + 45)

    sweep(stack)

    assert 44 <= stack.metrics[Metric.DUE_LAG] <= 46


@no_webhooks
def test_a_queue_that_is_down_fails_the_sweep_and_the_next_one_catches_up(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.hurt, queue(stack).available = True, False
    stack.run_for(12 * MINUTE)

    queue(stack).available = True
    stack.run_for(5 * MINUTE)

    assert {function for function, _ in stack.failures} == {"Sweep"}
    assert status(stack, prepared) == "PAID"
