"""The mutations a story is played under: one by one, and eight sets of them."""

from collections.abc import Sequence
from dataclasses import replace

from portone_local.adversary.arrays import covering_rows
from portone_local.adversary.known import is_known
from portone_local.adversary.mutation import EVERY, Mutation
from portone_local.adversary.run import undisturbed
from portone_local.adversary.shape import Trick
from portone_local.adversary.waits import EXCLUDED, wait_of

REPEATED = ("2", "3")
_KNOWN_BEFORE = frozenset({Trick.DROP, Trick.VARIANT, Trick.ENUM})
"""What is varied from the second answer on as well: the first one showed it."""


def possible(tale: str) -> list[Mutation]:
    """Every mutation that some answer of this story allows, in order."""
    found = {_gathered(each) for each in undisturbed(tale).seen if each not in EXCLUDED}
    return sorted(each for each in found if each.trick is not Trick.REPEAT or each.path in REPEATED)


def alone(tale: str) -> list[Mutation]:
    """The mutations played singly in this story."""
    found = [each for each in possible(tale) if not is_known(each, tale)]
    return [*found, *(replace(each, since=2) for each in found if each.trick in _KNOWN_BEFORE)]


def rows(tale: str) -> list[list[Mutation]]:
    """Eight sets that must change nothing: any two fields are both gone in one, and one of them in others.

    The odd ones are played from the second answer on: what the first one showed has to be remembered.
    """
    harmless = [each for each in possible(tale) if wait_of(each, tale) is None and not is_known(each, tale)]
    fields = sorted({_of_a_card(each) for each in harmless if each.trick is Trick.DROP})
    others = [each for each in harmless if each.trick is not Trick.DROP]
    found = enumerate(covering_rows(fields, tale, others))
    return [_since(row, 1 + number % 2) for number, row in found if row]


def _since(row: Sequence[Mutation], first: int) -> list[Mutation]:
    return [replace(each, since=first) for each in row]


def _of_a_card(mutation: Mutation) -> Mutation:
    """What is printed on a card says nothing: all of it is one field."""
    before, inside, _ = mutation.path.partition(".card.")
    return replace(mutation, path=f"{before}{inside}{EVERY}") if inside else mutation


def _gathered(mutation: Mutation) -> Mutation:
    """An unknown field in every object of an answer is one mutation, and so are clocks that differ."""
    return replace(mutation, path=EVERY) if mutation.trick in {Trick.ADD, Trick.CLOCKS} else mutation
