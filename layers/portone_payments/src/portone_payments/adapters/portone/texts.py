"""Readers for any JSON of PortOne's: texts, times, the types of errors (PortOne facts 1.1, 10).

Texts and codes of PGs pass one filter, `Sieve`, before they are stored, published or logged: a text of the
wrong form, too long, or possibly a person's is dropped and counted (rule 10.7).
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from portone_payments.domain.readings.payment import UNFIT

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ERROR_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
MANY_DIGITS = 400

_CODE = re.compile(r"[\w.:+/-]{1,64}", re.ASCII)
_IDENTIFIER = re.compile(r"[!-~]{1,200}")
_WORD = re.compile(r"[A-Za-z0-9_]{1,40}")
_NUMBER = re.compile(r"[0-9*xX -]{1,40}")
_URL = re.compile(r"https?://[!#-;=?-~]{1,1000}")
_PHONE = re.compile(r"(?:\+?82-?|0)1\d-?\d{3,4}-?\d{4}")
MOST_DIGITS = 8
"""In a PG's code: more digits may be somebody's phone, card, account or resident number."""
LONGEST_NAME = 100
LONGEST_ID = 200
LONGEST_SENTENCE = 200


class Wire(BaseModel):
    """PortOne's JSON: camelCase, no value of another type, never quoted in an error."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, hide_input_in_errors=True)


class Sieve:
    """Passes texts of the expected form; `dropped` counts those it removed."""

    def __init__(self) -> None:
        self.dropped = 0

    def code(self, value: Any, key: str | None = None) -> str | None:
        """A PG's code, opaque: ASCII without blanks, and too few digits to be a person's number."""
        return self._passed(text_of(value, key), _is_code)

    def identifier(self, value: Any, key: str | None = None) -> str | None:
        """An id of PortOne's or a PG's: printable ASCII without blanks, and no phone number."""
        return self._passed(text_of(value, key), _is_identifier)

    def merchant(self, value: Any, key: str | None = None) -> str | None:
        """A shop's id at a PG, which is no person's number whatever it looks like."""
        return self._passed(text_of(value, key), _IDENTIFIER.fullmatch)

    def word(self, value: Any, key: str | None = None) -> str | None:
        """A name out of a fixed list, such as a bank or a provider."""
        return self._passed(text_of(value, key), _WORD.fullmatch)

    def number(self, value: Any, key: str | None = None) -> str | None:
        """A number of an account, card or phone, masked or not."""
        return self._passed(text_of(value, key), _NUMBER.fullmatch)

    def name(self, value: Any, key: str | None = None) -> str | None:
        """A text for display, such as a card's name: printable, one line."""
        return self._passed(text_of(value, key), _is_name)

    def url(self, value: Any, key: str | None = None) -> str | None:
        """A web address."""
        return self._passed(text_of(value, key), _URL.fullmatch)

    def sentence(self, value: Any, key: str | None = None) -> str | None:
        """A text that is compared by its beginning: cut, without characters that do not print or encode."""
        found = text_of(value, key)
        return (
            None
            if found is None
            else "".join(each for each in found[:LONGEST_SENTENCE] if each.isprintable())
        )

    def _passed(self, text: str | None, fits: Callable[[str], object]) -> str | None:
        """The text if it fits; an empty one counts as absent."""
        if not text:
            return None
        if fits(text):
            return text
        self.dropped += 1
        return None


def _is_code(text: str) -> bool:
    return bool(_CODE.fullmatch(text)) and sum(map(str.isdigit, text)) <= MOST_DIGITS


def _is_identifier(text: str) -> bool:
    return bool(_IDENTIFIER.fullmatch(text)) and not _PHONE.fullmatch(text)


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME and text.isprintable()


def parsed(body: bytes) -> Any:
    """The value of a JSON text; one strange text in it spoils that text only. Raises ValueError for no JSON.

    Lone surrogates, broken UTF-8 and infinite numbers stay in place, and fit no reader.
    """
    with suppress(ValueError):
        return from_json(body)
    try:
        return json.loads(body.decode("utf-8", "replace"), parse_int=_whole)
    except RecursionError:
        raise ValueError("too deep") from None


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= MANY_DIGITS else None


def nothing_of(body: bytes) -> None:
    """The empty object that some operations return. Raises ValueError when it is not an object."""
    if not isinstance(parsed(body), dict):
        raise ValueError("not an object")  # noqa: TRY004 - the input is a text, not a Python value


def error_type_of(body: bytes) -> str | None:
    """PortOne's `type` of an error (facts 10), None where an intermediary answered."""
    try:
        found = text_of(parsed(body), "type")
    except ValueError:
        return None
    return found if found and ERROR_TYPE.fullmatch(found) else None


def pg_code_of(body: bytes) -> str | None:
    """The PG's own code of a PG_PROVIDER error (facts 6.3), `UNFIT` in place of one that is none."""
    sieve = Sieve()
    try:
        found = sieve.code(parsed(body), "pgCode")
    except ValueError:
        return None
    return UNFIT if sieve.dropped else found


def micros(text: str) -> int:
    """Epoch microseconds of an RFC 3339 time with 0 to 9 decimals (facts 1.1). Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(value: Any) -> int | None:
    """Epoch microseconds of a time that may be missing or strange."""
    try:
        return micros(text_of(value) or "")
    except ValueError:
        return None


def text_of(value: Any, key: str | None = None) -> str | None:
    """`value`, or its entry under `key`, where that is a text."""
    if key is not None:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def may_be_id(text: str) -> bool:
    """Whether a text can be an id of PortOne's or ours; a longer one cannot and is not stored."""
    return len(text) <= LONGEST_ID and text.isprintable()
