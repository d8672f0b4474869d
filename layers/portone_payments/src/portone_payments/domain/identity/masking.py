"""How a person's own data is shown to them: enough to recognise, not enough to use."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from portone_payments.domain.identity.rules import Field

_TAIL = 4
_SHORTEST_PHONE = 9  # digits; of a shorter number four would be too much
_JAMO = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")  # vowels and finals, which are parts of a syllable
_BIRTH_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def masked_name(name: str) -> str:
    """The first and, from three letters on, the last letter; nothing of a name of one."""
    letters = _letters(name)
    if len(letters) <= 2:  # noqa: PLR2004 - a first letter and one that is hidden
        return "".join(letters[: len(letters) - 1]) + "*"
    return letters[0] + "*" * (len(letters) - 2) + letters[-1]


def _letters(name: str) -> list[str]:
    """The letters as a reader counts them: without blanks and marks, a decomposed syllable as one."""
    letters: list[str] = []
    for each in unicodedata.normalize("NFC", name):
        kind = unicodedata.category(each)
        if letters and (kind.startswith("M") or _JAMO.fullmatch(each)):
            letters[-1] += each
        elif kind[0] not in "ZCM":
            letters.append(each)
    return letters


def masked_phone(phone: str) -> str:
    """The last four digits of a number that is long enough."""
    shown = phone[-_TAIL:] if len(phone) >= _SHORTEST_PHONE else ""
    return "*" * (len(phone) - len(shown)) + shown


def masked_birth_date(birth_date: str) -> str:
    """The year of `yyyy-MM-dd`; nothing of another form."""
    return f"{birth_date[:4]}-**-**" if _BIRTH_DATE.fullmatch(birth_date) else "*" * len(birth_date)


_MASKS: Mapping[str, Callable[[str], str]] = {
    Field.NAME: masked_name,
    Field.PHONE: masked_phone,
    Field.BIRTH_DATE: masked_birth_date,
}


def masked(facts: Mapping[str, str]) -> dict[str, str]:
    """A person's facts, masked for the person."""
    return {name: _MASKS[name](value) if name in _MASKS else value for name, value in facts.items()}
