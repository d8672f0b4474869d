"""AWS refuses, loses an answer or gets a call twice; afterwards the books agree."""

from contextlib import suppress

import pytest

from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stories.book import STORIES, story_named
from portone_local.stories.boundaries import Break, Crossing, at, sent_twice
from portone_local.stories.telling import (
    assert_ended_well,
    in_memory,
    on_ministack,
    points_of,
    reached,
    representatives,
    step_of,
)
from portone_local.stories.world import MINUTE, PATIENCE, Story
from portone_payments.domain.records.webhooks import HintState
from portone_payments.entry.failure import JobFailed
from portone_payments.ports.world import Metric
from tests.support.aws_errors import IN_MEMORY, ON_THE_WIRE

WRITES = {"dynamodb.put", "dynamodb.push"}
# each call with each of its faults in one story at least; what adapters make of errors is their own tests'
PLACES = [
    ("dynamodb.get_item", "verify a payment nobody told of"),
    ("dynamodb.batch_get_item", "look at what there is"),
    ("dynamodb.query", "sweep"),
    ("dynamodb.put_item", "put an order"),
    ("dynamodb.put_item", "receive webhooks"),
    ("dynamodb.put_item", "receive webhooks while PortOne is down"),
    ("dynamodb.put_item", "receive a webhook of a foreign payment"),
    ("dynamodb.put_item", "work"),
    ("dynamodb.update_item", "sweep"),
    ("dynamodb.transact_write_items", "prepare a payment"),
    ("dynamodb.transact_write_items", "verify the second payment of an order"),
    ("sqs.send_message_batch", "sweep"),
    ("sqs.send_message_batch", "verify while PortOne is down"),
    ("sqs.get_queue_attributes", "sweep"),
    ("secretsmanager.get_secret_value", "prepare a payment"),
    ("secretsmanager.get_secret_value", "receive webhooks"),
    ("kms.encrypt", "receive a webhook of a billing key"),
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_after_a_fault_of_aws_in_any_call_the_books_agree(story: Story) -> None:
    for point, broken in breaks_of(representatives(points_of(story))):
        with in_memory() as (world, boundaries):
            reached(point, step_of(story, world, boundaries, at(point.call, point.nth, broken)))
            let_pass(world.stack, PATIENCE)

            assert_ended_well(story, world, hurt=True)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_after_five_minutes_without_writes_the_books_agree(story: Story) -> None:
    with in_memory() as (world, boundaries):
        subject = story.before(world)
        with boundaries.watch(no_writes), suppress(LookupError, JobFailed):
            story.step(world, subject)
        with boundaries.watch(no_writes):
            let_pass(world.stack, 5 * MINUTE)

        with suppress(LookupError):
            story.after(world, subject)
        let_pass(world.stack, PATIENCE)

        assert_ended_well(story, world, hurt=True)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_save_the_sdk_sends_twice_is_no_conflict(story: Story) -> None:
    for point in points_of(story):
        if point.call == "dynamodb.put":
            with in_memory() as (world, boundaries):
                step_of(story, world, boundaries, at(point.call, point.nth, sent_twice))

                assert Metric.CONFLICT not in world.stack.metrics


def test_a_webhook_that_loses_three_races_is_stored_by_itself() -> None:
    with in_memory() as (world, boundaries):
        payment_id = story_named("receive webhooks").before(world)

        with boundaries.watch(three_races_lost):
            world.stack.deliver()

        (hint,) = world.held(payment_id).hints.values()
        assert hint.state is HintState.OPEN
        assert world.stack.portone.webhooks.sent[-1].status == 200


def three_races_lost(crossing: Crossing) -> Break | None:
    lost = crossing.call == "dynamodb.put" and crossing.nth <= 3
    return IN_MEMORY["dynamodb.put"]["conflict"] if lost else None


def no_writes(crossing: Crossing) -> Break | None:
    return IN_MEMORY[crossing.call]["throttle"] if crossing.call in WRITES else None


def breaks_of(points: list[Crossing]) -> list[tuple[Crossing, Break]]:
    return [(point, broken) for point in points for broken in IN_MEMORY.get(point.call, {}).values()]


@pytest.mark.ministack
@pytest.mark.parametrize(("call", "name"), PLACES)
def test_after_a_fault_of_aws_on_the_wire_the_books_agree(ministack: MiniStack, call: str, name: str) -> None:
    story = story_named(name)
    with on_ministack(ministack) as (new_world, boundaries):
        for fault, broken in ON_THE_WIRE[call].items():
            world = new_world()
            conflicts = world.stack.metrics.get(Metric.CONFLICT, 0)

            crossed = step_of(story, world, boundaries, at(call, 1, broken))
            let_pass(world.stack, PATIENCE)

            if fault == "sent twice":
                assert world.stack.metrics.get(Metric.CONFLICT, 0) == conflicts
            assert call in {crossing.call for crossing in crossed}, fault
            assert_ended_well(story, world, hurt=True)


def test_every_call_of_aws_has_its_faults() -> None:
    assert {call for call, _ in PLACES} == set(ON_THE_WIRE)
