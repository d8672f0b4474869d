"""PortOne's own client filters each list by each documented field, and finds what fits and nothing else."""

import pytest

from portone_local.clock import MovableClock
from portone_local.portone import FakePortOne
from portone_local.portone.http_server import HttpPortOne
from portone_local.testing.official_clients import by_python
from portone_local.testing.official_filters import LISTS, filtered

START = 1_767_323_045.25


@pytest.mark.parametrize("method", LISTS)
def test_a_list_is_filtered_by_each_documented_field(method: str) -> None:
    fake = FakePortOne(clock=MovableClock(START), seed=7)
    found, wrong = list(filtered(fake, method)), {}
    with HttpPortOne(fake) as server:
        for name, fits, other in found:
            given = by_python(server.base_url, [fits, other])
            counts = [len(each.items) if hasattr(each, "items") else each for each in given]
            if counts != [1, 0]:
                wrong[name] = counts

    assert wrong == {}
