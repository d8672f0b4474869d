"""A stack in which persons are verified, judged when its story is over."""

from collections.abc import Iterator

import pytest

from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as opened:
        yield opened
        assert_identity_clean(opened, opened.answers)
