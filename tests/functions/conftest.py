"""A populated stack in memory."""

from collections.abc import Iterator

import pytest

from portone_local.stack.stack import Stack
from tests.support.world import World, populate


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Orders and payments in every state, for tests that leave them as they are."""
    with Stack.in_memory(seed=1) as stack:
        yield populate(stack)
