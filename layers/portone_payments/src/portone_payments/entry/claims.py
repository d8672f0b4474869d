"""A claim's values, element by element, and nothing where the authorizer's text is ambiguous.

An HTTP API hands every claim over as a text: a list as `[a b]`, its elements unescaped, so that the one group
"friends of staff" looks like three. It is therefore never split. What the elements are is read from the token
itself, which the authorizer has just verified, and counts only where it gives the very text it passed on.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

_PARTS = 3
_ONE_TOKEN = re.compile(r"(?:bearer\s+)?(?P<token>[^\s,]+)", re.IGNORECASE)


def claim_values(name: str, text: object, authorization: str | None) -> frozenset[str]:
    """What claim `name` says exactly; `text` is the authorizer's, `authorization` the header it checked.

    A text of its own is one value, also with blanks. Numbers, truth values, objects and null are none.
    """
    if not isinstance(text, str):
        return frozenset()
    token = _payload(authorization)
    if token is None:
        return _unaided(text)
    value = token.get(name)
    elements: list[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in elements):
        return frozenset()
    vouched = f"[{' '.join(elements)}]" if isinstance(value, list) else value
    return frozenset(elements) if vouched == text else frozenset()


def plain_claim(name: str, text: object, authorization: str | None) -> str | None:
    """What claim `name` says where it is one text, and the token says the same; None for anything else."""
    if not isinstance(text, str) or _bracketed(text):
        return None
    token = _payload(authorization)
    return text if token is None or token.get(name) == text else None


def _bracketed(text: str) -> bool:
    """Whether a claim's text may stand for a list."""
    return text.startswith("[") and text.endswith("]")


def _unaided(text: str) -> frozenset[str]:
    """Without the token: a list of several elements looks like one element with blanks."""
    if not _bracketed(text):
        return frozenset({text})
    inside = text[1:-1]
    return frozenset({inside} if inside and not any(map(str.isspace, inside)) else ())


def _payload(authorization: str | None) -> Mapping[str, Any] | None:
    """The claims of a token that the authorizer has verified; None where there is none to read.

    Of two tokens it is unknown which one it verified.
    """
    found = _ONE_TOKEN.fullmatch((authorization or "").strip())
    parts = found["token"].split(".") if found else []
    if len(parts) != _PARTS:
        return None
    payload = parts[1]
    try:
        said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
