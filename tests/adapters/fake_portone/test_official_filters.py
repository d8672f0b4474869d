"""PortOne's own client filters each list by each documented field, and finds what fits and nothing else."""

import pytest

from portone_local.portone import FakePortOne
from portone_local.portone.http_server import HttpPortOne
from portone_local.twins.clock import MovableClock
from tests.support.official_clients import by_python
from tests.support.official_filters import LISTS, filtered

START = 1_767_323_045.25


@pytest.mark.parametrize("method", LISTS)
def test_a_list_is_filtered_by_each_documented_field(method: str) -> None:
    fake = FakePortOne(clock=MovableClock(START), seed=7)
    names, fitting, others = zip(*filtered(fake, method), strict=True)
    with HttpPortOne(fake) as server:
        # a client takes a second to be made
        given = by_python(server.base_url, [*fitting, *others])
    counts = [len(each.items) if hasattr(each, "items") else each for each in given]
    found = zip(counts[: len(names)], counts[len(names) :], strict=True)

    assert {name: pair for name, pair in zip(names, found, strict=True) if pair != (1, 0)} == {}
