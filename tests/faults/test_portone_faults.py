"""PortOne misbehaves in every way it can, once or for ten minutes; afterwards the books agree in time."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import product
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.portone import Fault, faults_of
from portone_local.stack.passing import let_pass
from portone_local.stories.book import story_named
from portone_local.stories.telling import assert_ended_well, in_time
from portone_local.stories.world import MINUTE, USER, Story, World
from portone_payments.domain.records.webhooks import HintState

USES = {
    "pre_register": ("prepare a payment", "prepare again on another device"),
    "get_payment": (
        "prepare what somebody has just paid",
        "verify a payment nobody told of",
        "verify the second payment of an order",
        "staff has PortOne read",
        "staff has PortOne read what we know",
        "receive webhooks",
        "receive webhooks of a cancelled payment",
        "receive a webhook of a foreign payment",
        "receive a late deposit after a second payment was paid",
        "work",
        "work at a foreign webhook",
    ),
}
TWICE = {
    "pre_register": ("prepare a payment",),
    "get_payment": ("verify a payment nobody told of", "staff has PortOne read"),
}
I4 = 15 * MINUTE
# answered with what is there, though late; a pre-registration answers two bytes, which even drip in time
PREPARED = {Fault.LATENCY, Fault.DRIP}
# PortOne answered, though not always with the newest state
READ = {Fault.LATENCY, Fault.STALE, Fault.LAGGING, Fault.NOT_FOUND}


def cases(uses: Mapping[str, tuple[str, ...]]) -> list[Any]:
    return [
        pytest.param(operation, story_named(name), fault, id=f"{name}-{fault}")
        for operation, names in uses.items()
        for name, fault in product(names, faults_of(operation))
    ]


@pytest.fixture
def world() -> Iterator[World]:
    with in_time() as world:
        yield world


def prepare(world: World, order_id: str) -> Response:
    return world.stack.app(USER).post("/payments", {"orderId": order_id, "platform": "ios"})


def probe_is_due(world: World, fault: Fault) -> None:
    """What PortOne refuses to us is sent again after ten minutes (rule 10.13)."""
    if fault is Fault.UNAUTHORIZED:
        let_pass(world.stack, 11 * MINUTE)


def assert_settled_in_time(story: Story, world: World) -> None:
    assert [call for call in world.stack.portone.calls() if call.fault]
    let_pass(world.stack, I4)
    assert_ended_well(story, world)


@pytest.mark.parametrize(("operation", "story", "fault"), cases(USES))
def test_after_one_fault_of_portone_the_books_agree_in_time(
    world: World, operation: str, story: Story, fault: Fault
) -> None:
    subject = story.before(world)
    world.stack.portone.inject(operation=operation, fault=fault)

    with suppress(LookupError):
        story.step(world, subject)
    probe_is_due(world, fault)
    story.after(world, subject)

    assert_settled_in_time(story, world)


@pytest.mark.parametrize(("operation", "story", "fault"), cases(USES))
def test_after_ten_minutes_of_faults_of_portone_the_books_agree_in_time(
    world: World, operation: str, story: Story, fault: Fault
) -> None:
    subject = story.before(world)
    world.stack.portone.inject(operation=operation, fault=fault, times=None)

    with suppress(LookupError):
        story.step(world, subject)
    let_pass(world.stack, 10 * MINUTE)
    world.stack.portone.clear_faults()
    story.after(world, subject)

    assert_settled_in_time(story, world)


@pytest.mark.parametrize(("operation", "story", "fault"), cases(TWICE))
def test_after_a_fault_in_the_second_call_the_books_agree_in_time(
    world: World, operation: str, story: Story, fault: Fault
) -> None:
    subject = story.before(world)
    world.stack.portone.inject(operation=operation, fault=fault, nth=2)

    with suppress(LookupError):
        story.step(world, subject)
        world.wait(3)
        story.step(world, subject)
    probe_is_due(world, fault)
    story.after(world, subject)

    assert_settled_in_time(story, world)


@pytest.mark.parametrize("fault", faults_of("get_payment"))
def test_after_a_fault_in_a_batch_of_the_worker_the_books_agree_in_time(world: World, fault: Fault) -> None:
    for order_id in ("order-1", "order-2"):
        world.put(order_id)
        world.pay(world.prepare(order_id))
    world.stack.portone.webhooks.lose()
    world.wait(10 * MINUTE + 1)
    world.stack.portone.inject(operation="get_payment", fault=fault, nth=2)

    world.stack.tick()

    assert_settled_in_time(story_named("work"), world)
    assert set(world.statuses().values()) == {"PAID"}


@pytest.mark.parametrize("fault", faults_of("get_payment"))
def test_after_a_fault_in_the_second_of_two_webhooks_the_books_agree_in_time(
    world: World, fault: Fault
) -> None:
    story = story_named("receive webhooks of a cancelled payment")
    payment_id = story_named("receive webhooks").before(world)
    world.stack.deliver()
    world.stack.portone.console.cancel(payment_id)
    world.stack.portone.inject(operation="get_payment", fault=fault)

    world.stack.deliver()

    assert_settled_in_time(story, world)


@pytest.mark.parametrize("fault", faults_of("pre_register"))
def test_prepare_is_503_without_an_answer_and_its_retry_gets_the_same_payment(
    world: World, fault: Fault
) -> None:
    order_id = world.order()
    world.stack.portone.inject(operation="pre_register", fault=fault)

    answer = prepare(world, order_id)
    probe_is_due(world, fault)
    retried = prepare(world, order_id)

    stored = [item["pk"]["S"] for item in world.stack.dump() if item["pk"]["S"].startswith("payment#")]
    assert answer.status == (200 if fault in PREPARED else 503)
    assert answer.status == 200 or int(answer.headers["retry-after"]) > 0
    assert (retried.status, [f"payment#{retried.json()['paymentId']}"]) == (200, stored)


@pytest.mark.parametrize("fault", faults_of("get_payment"))
def test_verify_is_202_without_an_answer(world: World, fault: Fault) -> None:
    payment_id = story_named("verify a payment nobody told of").before(world)
    world.stack.portone.inject(operation="get_payment", fault=fault)

    assert world.verify(payment_id) == (200 if fault in READ else 202)


@pytest.mark.parametrize("fault", faults_of("get_payment"))
def test_a_webhook_is_answered_2xx_and_stored_open_when_no_reading_bears_it_out(
    world: World, fault: Fault
) -> None:
    payment_id = story_named("receive webhooks").before(world)
    world.stack.portone.inject(operation="get_payment", fault=fault)

    world.stack.deliver()

    sent = {each.type: each for each in world.stack.portone.webhooks.sent}["Transaction.Paid"]
    assert sent.status == 200
    assert world.held(payment_id).hints[sent.webhook_id].state is HintState.OPEN
