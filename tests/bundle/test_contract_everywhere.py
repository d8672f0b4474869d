"""Every exchange of the core stories, compared with PortOne's OpenAPI document: requests and answers.

Each story is told with all open questions answered one way, and the other; make check turns each by itself.
"""

import os
import re
from pathlib import Path

import pytest

from portone_local.actors.shop import pay, prepare
from portone_local.oracle import ObservedStack, assert_clean, converge
from portone_local.portone import Unknowns
from portone_local.portone.api import Exchange
from portone_local.portone.contract import Contract
from portone_local.portone.records import Status
from portone_local.stories.core import STORIES, Story

ALL = Unknowns.all_settings()
BOTH_WAYS = frozenset({"defaults", "all_turned"})

CALLED = {
    "pre_register",
    "get_payment",
    "cancel_payment",
    "confirm_payment",
    "close_virtual_account",
    "issue_cash_receipt",
    "get_cash_receipt",
    "cancel_cash_receipt",
    "list_payments",
}


@pytest.fixture(scope="module")
def contract() -> Contract:
    """PortOne's document, which is not ours to ship."""
    if not (path := os.environ.get("PORTONE_OPENAPI")):
        pytest.skip("PORTONE_OPENAPI is not set")
    return Contract(Path(path))


def exchanges(story: Story, unknowns: Unknowns = ALL["defaults"]) -> list[Exchange]:
    """Every exchange of a story that ends well."""
    seen: list[Exchange] = []
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        stack.portone.api.watchers.append(seen.append)
        story(stack)
        converge(stack)
        assert_clean(stack, answers=stack.answers)
    return seen


def problems(contract: Contract, seen: list[Exchange]) -> list[str]:
    return [problem for exchange in seen for problem in contract.problems(exchange)]


@pytest.mark.parametrize(
    "unknowns",
    [
        pytest.param(each, id=name, marks=[] if name in BOTH_WAYS else pytest.mark.thorough)
        for name, each in ALL.items()
    ],
)
@pytest.mark.parametrize("story", STORIES)
def test_every_exchange_of_a_story_keeps_to_the_document(
    contract: Contract, story: Story, unknowns: Unknowns
) -> None:
    seen = exchanges(story, unknowns)

    assert seen
    assert problems(contract, seen) == []


def test_the_stories_meet_every_call_we_make_and_every_state() -> None:
    seen = [exchange for story in STORIES for exchange in exchanges(story)]

    met = {exchange.route.operation for exchange in seen if exchange.route}
    states = set(re.findall(rb'"status": "([A-Z_]+)"', b"".join(each.reply.answer.body for each in seen)))
    assert met >= CALLED
    assert {state.decode() for state in states} >= set(Status)


def test_an_exchange_outside_the_document_is_found(contract: Contract) -> None:
    def without_a_channel(stack: ObservedStack) -> None:
        pay(stack, prepare(stack), channel=None)
        stack.deliver()

    assert problems(contract, exchanges(without_a_channel)) != []
