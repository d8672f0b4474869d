"""A stack in an unkind world for each case; nothing here looks inside the code that is judged."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.unkind import UnkindStack, unkind


@pytest.fixture
def settings() -> dict[str, Any]:
    """Template parameters in snake case; a test replaces them by parametrizing `settings`."""
    return {}


@pytest.fixture
def stack(settings: dict[str, Any]) -> Iterator[UnkindStack]:
    """The whole stack in memory, at noon in Korea."""
    with unkind(**settings) as unkind_stack:
        yield unkind_stack
