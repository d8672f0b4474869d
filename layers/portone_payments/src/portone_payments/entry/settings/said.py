"""A setting that is a JSON object, read part by part: an invalid part is refused by its name."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a setting, and its path. Every method raises ValueError for an invalid part."""

    where: str
    value: Any

    @classmethod
    def of(cls, env: Mapping[str, str], name: str) -> Self:
        """The value of an environment variable; without it an empty object."""
        text = env.get(name) or "{}"
        try:
            return cls(name, json.loads(text, object_pairs_hook=_once))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None

    def wrong(self, why: str) -> ValueError:
        """The error to raise: which part it is, and why it is invalid."""
        return ValueError(f"{self.where}: {self.value!r} {why}")

    def parts(self, known: Collection[str] | None = None) -> dict[str, Self]:
        """The members of an object, of these names alone."""
        if not isinstance(self.value, dict):
            raise self.wrong("is no object")
        for name in self.value:
            if known is not None and name not in known:
                raise ValueError(f"{self.where}: {name!r} is none of {sorted(known)}")
        return {name: type(self)(f"{self.where}: {name}", value) for name, value in self.value.items()}

    def listed(self) -> list[Self]:
        """The entries of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("is no list")
        return [type(self)(self.where, each) for each in self.value]

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong("is no text")
        return self.value

    def one_of(self, known: Iterable[str]) -> str:
        """One of these words."""
        words = sorted(map(str, known))
        if self.value not in words:
            raise self.wrong(f"is none of {words}")
        return str(self.value)

    def word[W: StrEnum](self, kind: type[W]) -> W:
        """A word of an enumeration."""
        return kind(self.one_of(kind))

    def number(self, least: int, most: int) -> int:
        """A whole number between the two."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not least <= self.value <= most:
            raise self.wrong(f"is no whole number from {least} to {most}")
        return self.value


def whole(env: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    """A whole number from an environment variable. Raises ValueError with the variable's name."""
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise ValueError(f"{name}: {text!r} is no whole number from {least} on")
    return int(text)


def switch(env: Mapping[str, str], name: str, default: str) -> bool:
    """Whether an environment variable is "on". Raises ValueError with the variable's name."""
    return Said(name, env.get(name) or default).one_of({"on", "off"}) == "on"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands there twice")
        found[name] = value
    return found
