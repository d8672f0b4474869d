"""A stack in memory."""

from collections.abc import Iterator

import pytest

from portone_local.stack.stack import Stack


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.in_memory(seed=1) as found:
        yield found
