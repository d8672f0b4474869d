"""Fixtures that several folders of tests share; a conftest imports them by name."""

from collections.abc import Iterator

import pytest

from portone_local.stack.ministack import MiniStack


@pytest.fixture(scope="session")
def ministack() -> Iterator[MiniStack]:
    """The local AWS, one for the whole run."""
    with MiniStack() as running:
        yield running
