"""Whatever PortOne's contract allows it to leave out, add, reorder or repeat: a tale ends as it does without.

A failing run prints one line with the smallest mutation that still fails; `python -m portone_local.adversary`
takes it. What may wait, and for what reason, stands in `portone_local.adversary.waits`.
"""

from collections.abc import Callable, Sequence

import pytest

from portone_local.adversary.factors import alone, rows
from portone_local.adversary.judge import faults
from portone_local.adversary.known import KNOWN, Known
from portone_local.adversary.mutation import Mutation, line_of, parse_line
from portone_local.adversary.run import undisturbed
from portone_local.adversary.shrink import smallest
from portone_local.adversary.tales import TALES, Tale

type Count = Callable[[str, object], None]


def assert_bears(tale: str, mutations: Sequence[Mutation]) -> None:
    """Raises AssertionError with the smallest line that fails, and what is wrong with it."""
    if faults(tale, mutations):
        few = smallest(mutations, lambda some: bool(faults(tale, some)))
        raise AssertionError("\n".join([line_of(tale, few), *faults(tale, few)]))


@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.name)
def test_a_story_ends_the_same_whatever_portone_leaves_out_adds_or_reorders(
    tale: Tale, record_property: Count
) -> None:
    usual = undisturbed(tale.name)
    for row in rows(tale.name):
        assert_bears(tale.name, row)

    assert not usual.stopped
    record_property("mutations of PortOne's answers", sum(map(len, rows(tale.name))))


@pytest.mark.thorough
@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.name)
def test_a_story_survives_each_mutation_alone(tale: Tale, record_property: Count) -> None:
    for mutation in alone(tale.name):
        assert_bears(tale.name, [mutation])

    record_property("mutations of PortOne's answers", len(alone(tale.name)))


@pytest.mark.parametrize(
    "known",
    [pytest.param(each, marks=pytest.mark.xfail(strict=True, reason=each.why)) for each in KNOWN],
    ids=lambda known: known.line,
)
def test_a_mutation_known_to_break_a_story_still_does(known: Known) -> None:
    tale, mutations = parse_line(known.line)

    assert_bears(tale, mutations)
