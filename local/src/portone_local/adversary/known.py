"""What is known to break a tale and not mended: played alone and expected to fail, left out of the rows."""

from dataclasses import dataclass
from functools import cache

from portone_local.adversary.mutation import Mutation, parse_line


@dataclass(frozen=True, slots=True)
class Known:
    """A line that fails, and the case or rule it breaks; `kin` are mutations that fail for the same reason.

    `told_of`: only in these tales (parts of their names); everywhere without.
    """

    line: str
    why: str
    kin: tuple[str, ...] = ()
    told_of: tuple[str, ...] = ()


KNOWN: tuple[Known, ...] = ()


def is_known(mutation: Mutation, tale: str) -> bool:
    """Whether this is known to break this story."""
    return any(
        mutation.within(one)
        for each, kin in _by_known()
        if not each.told_of or any(part in tale for part in each.told_of)
        for one in kin
    )


@cache
def _by_known() -> list[tuple[Known, tuple[Mutation, ...]]]:
    lines = [f"{each.line}; {'; '.join(each.kin)}" for each in KNOWN]
    return [(each, parse_line(line)[1]) for each, line in zip(KNOWN, lines, strict=True)]
