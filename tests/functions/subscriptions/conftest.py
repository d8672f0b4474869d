"""A user who may subscribe."""

from collections.abc import Iterator

import pytest

from portone_local.stack.stack import Stack
from tests.support.billing_app import put_plan, save_key


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A user with a saved payment method, and a plan."""
    with Stack.in_memory(seed=1) as found:
        save_key(found)
        put_plan(found)
        yield found
