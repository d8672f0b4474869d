"""Texts written for people, as they are kept: composed letters, plain blanks, no control characters."""

import unicodedata

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

# what a word processor or a Mac types for a blank that must not break
_NO_BREAK = dict.fromkeys((0x00A0, 0x2007, 0x202F, 0xFEFF), " ")
_REFUSED = frozenset({"Cc", "Cs", "Cn", "Co"})
_DIRECTIONS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def written(text: object) -> object:
    """A text in NFC (a Mac types letters apart) with plain blanks; a value of another type as it is.

    Raises `PydanticCustomError` for control characters, halves of characters and turned directions.
    """
    if not isinstance(text, str):
        return text
    if any(unicodedata.category(each) in _REFUSED or each in _DIRECTIONS for each in text):
        raise PydanticCustomError("unprintable", "holds a character nobody can see")
    return unicodedata.normalize("NFC", text).translate(_NO_BREAK)


# stands before the constraints of a text, so that lengths are counted as it is kept
Written = BeforeValidator(written)
