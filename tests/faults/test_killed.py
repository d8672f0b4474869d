"""The same with a real end: a process of its own gets SIGKILL, before or after one of its calls."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from portone_local.portone.http_server import HttpPortOne
from portone_local.stack.ministack import MiniStack
from portone_local.stack.passing import let_pass
from portone_local.stories.book import story_named
from portone_local.stories.boundaries import Crash, Crossing, Side
from portone_local.stories.telling import assert_ended_well, on_ministack
from portone_local.stories.world import PATIENCE, World
from portone_local.template import cloudformation as template
from tests.support.victim import Graveyard, Victim

GET, PUT, SEND = "dynamodb.get_item", "dynamodb.put_item", "sqs.send_message_batch"
TRANSACT, LEASE = "dynamodb.transact_write_items", "dynamodb.update_item"
READ, REGISTER = "portone.get_payment", "portone.pre_register"
SECRET, ENCRYPT = "secretsmanager.get_secret_value", "kms.encrypt"
# after a read that changed nothing, dying before the next call is the same case
SAMPLE = {
    "put an order": ("put_order", [(PUT, Side.BEFORE), (PUT, Side.AFTER)]),
    "prepare a payment": (
        "prepare_payment",
        [(TRANSACT, Side.BEFORE), (TRANSACT, Side.AFTER), (REGISTER, Side.BEFORE), (REGISTER, Side.AFTER)],
    ),
    "verify a payment nobody told of": (
        "verify_payment",
        [(SECRET, Side.AFTER), (READ, Side.BEFORE), (READ, Side.AFTER), (PUT, Side.AFTER)],
    ),
    "verify the second payment of an order": (
        "verify_payment",
        [(TRANSACT, Side.BEFORE), (TRANSACT, Side.AFTER)],
    ),
    "receive webhooks": ("receive_webhook", [(READ, Side.AFTER), (PUT, Side.BEFORE), (PUT, Side.AFTER)]),
    "receive a webhook of a billing key": ("receive_webhook", [(ENCRYPT, Side.AFTER), (PUT, Side.AFTER)]),
    "sweep": ("sweep_payments", [(LEASE, Side.AFTER), (SEND, Side.BEFORE), (SEND, Side.AFTER)]),
    "work": ("work_payments", [(READ, Side.AFTER), (PUT, Side.BEFORE), (PUT, Side.AFTER)]),
}


@pytest.fixture(scope="module")
def graveyard() -> Iterator[Graveyard]:
    with Graveyard() as opened:
        yield opened


@pytest.mark.ministack
@pytest.mark.parametrize("name", SAMPLE)
def test_a_killed_process_leaves_the_books_right(
    ministack: MiniStack, graveyard: Graveyard, name: str
) -> None:
    story, (folder, points) = story_named(name), SAMPLE[name]
    with on_ministack(ministack, only_writer=False) as (new_world, _):
        for call, side in points:
            world = new_world()
            subject = story.before(world)

            with killed_at(world, ministack, graveyard, Crossing(folder, call, 1), side) as victim:
                story.step(world, subject)
            story.after(world, subject)
            let_pass(world.stack, PATIENCE)

            assert victim.deaths
            assert_ended_well(story, world)


@contextmanager
def killed_at(
    world: World, ministack: MiniStack, graveyard: Graveyard, point: Crossing, side: Side
) -> Iterator[Victim]:
    """Have a victim run one function, whatever calls it."""
    functions = world.stack.functions
    shipped = functions.around
    logical_id = template.functions(world.stack.template)[point.function]
    with HttpPortOne(world.stack.portone) as served:
        victim = Victim(graveyard, world.stack, ministack, served.base_url, point, side)
        functions.around = lambda name, run: victim if name == logical_id else shipped(name, run)
        try:
            with suppress(Crash):
                yield victim
        finally:
            functions.around = shipped
