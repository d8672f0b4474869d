"""What we do with a field that PortOne may leave out: keep it, make something of it, or leave it and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Use(StrEnum):
    """KEPT: stored or compared. DERIVED: what is stored is made of it. IGNORED: not looked at, on purpose."""

    KEPT = "kept"
    DERIVED = "derived"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Field:
    """An optional field: `of` names the shape it holds, `when` the only variants that may lack it."""

    use: Use
    why: str
    of: str = ""
    when: tuple[str, ...] = ()


type Fields = Mapping[str, Field]


def kept(why: str, of: str = "", *, when: tuple[str, ...] = ()) -> Field:
    """Stored or compared; absent, it says nothing (rule 10.1)."""
    return Field(Use.KEPT, why, of, when)


def derived(why: str, of: str = "", *, when: tuple[str, ...] = ()) -> Field:
    """Something else is stored, made of it."""
    return Field(Use.DERIVED, why, of, when)


def ignored(why: str, of: str = "", *, when: tuple[str, ...] = ()) -> Field:
    """Not looked at."""
    return Field(Use.IGNORED, why, of, when)


def all_ignored(why: str, *names: str) -> dict[str, Field]:
    """Several ignored fields, for one reason."""
    return {name: ignored(why) for name in names}
