"""What is read out of any JSON of PortOne's: texts, times, the names of errors (PortOne facts 1.1, 10)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ERROR_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")
PG_CODE = re.compile(r"[\w.:+/-]{1,40}", re.ASCII)


class Wire(BaseModel):
    """What PortOne sends: camelCase, no value of another type, never quoted in an error."""

    model_config = ConfigDict(alias_generator=to_camel, strict=True, hide_input_in_errors=True)


def nothing_of(body: bytes) -> None:
    """The empty object some operations answer. Raises ValueError when it is not an object."""
    if not isinstance(from_json(body), dict):
        raise ValueError("not an object")  # noqa: TRY004 - what is read is a text, not a Python value


def error_type_of(body: bytes) -> str | None:
    """PortOne's `type` of an error (facts 10), None where somebody else answered."""
    try:
        found = text_of(from_json(body), "type")
    except ValueError:
        return None
    return found if found and ERROR_TYPE.fullmatch(found) else None


def pg_code_of(body: bytes) -> str | None:
    """The PG's own code of a PG_PROVIDER error (facts 6.3); opaque, and never longer than a code."""
    try:
        found = text_of(from_json(body), "pgCode")
    except ValueError:
        return None
    return found if found and PG_CODE.fullmatch(found) else None


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
    """`value`, or what it has under `key`, where that is a text."""
    if key is not None:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
