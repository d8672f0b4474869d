"""Somebody with a dump and no key, who finds short values again by hashing what they may have been."""

import base64
import binascii
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portone_local.gateway.functions import Handler
from portone_local.stack.stack import Stack

ALGORITHMS = ("sha256", "sha1", "md5", "sha512", "blake2b", "sha3_256")
LEAST = 12
"""Hexadecimal digits that are no chance: a digest may have been cut to so many."""

_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{12,128}(?![0-9A-Za-z])")
_BASE64 = re.compile(r"[0-9A-Za-z+/_-]{20,90}={0,2}")
_BETWEEN = ("", " ", "\0", ":", "#", "|", ".", "/")
_WORDS = ("phone", "account", "number", "name", "ci", "di", "user", "body", "refund", "token")


class Overheard:
    """Every request body that a stack's functions were sent."""

    def __init__(self, stack: Stack) -> None:
        self.bodies: list[str] = []
        stack.functions.around = self._around

    def _around(self, _function: str, handler: Handler) -> Handler:
        def called(event: dict[str, Any], context: Any) -> Any:
            if isinstance(event.get("body"), str):
                self.bodies.append(event["body"])
            return handler(event, context)

        return called


def digests_in(text: str) -> frozenset[str]:
    """The beginning of everything that may be a digest, in hexadecimal or Base64."""
    found = {each.lower()[:LEAST] for each in _HEX.findall(text)}
    return frozenset(found | {each for each in map(_from_base64, _BASE64.findall(text)) if each})


def guessed(text: str, values: Mapping[str, str], contexts: Iterable[str], bodies: Iterable[str]) -> set[str]:
    """What of the values and of the bodies stands in a text as a hash without a key, by what it is."""
    digests, known = digests_in(text), tuple(contexts)
    found = {
        name
        for name, value in values.items()
        for guess in _guesses(value, known)
        if not digests.isdisjoint(_hashes(guess))
    }
    return found | {
        f"the body {body[:40]}"
        for body in bodies
        for guess in _spellings(body)
        if not digests.isdisjoint(_hashes(guess))
    }


def _from_base64(text: str) -> str | None:
    try:
        raw = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_")
    except (binascii.Error, ValueError):
        return None
    return raw.hex()[:LEAST] if len(raw) in {16, 20, 32, 64} else None


def _guesses(value: str, contexts: tuple[str, ...]) -> Iterator[str]:
    plain = {value, value.replace("-", ""), value.lower(), value.encode().hex()}
    for each in plain:
        yield each
        yield json.dumps(each)
        yield json.dumps(each, ensure_ascii=False)
        for context, between in itertools.product((*_WORDS, *contexts), _BETWEEN):
            yield f"{context}{between}{each}"
            yield f"{each}{between}{context}"
        for context in (*_WORDS, *contexts):
            yield json.dumps([context, each])
            yield json.dumps([context, each], separators=(",", ":"))
            yield json.dumps({context: each}, separators=(",", ":"))


def _spellings(body: str) -> Iterator[str]:
    yield body
    try:
        held = json.loads(body)
    except ValueError:
        return
    for each in (held, *(held.values() if isinstance(held, dict) else ())):
        for separators in ((",", ":"), (", ", ": ")):
            for ascii_only in (True, False):
                for in_order in (True, False):
                    yield json.dumps(each, separators=separators, ensure_ascii=ascii_only, sort_keys=in_order)


def _hashes(guess: str) -> set[str]:
    raw = guess.encode("utf-8", "surrogatepass")
    return {hashlib.new(name, raw).hexdigest()[:LEAST] for name in ALGORITHMS}
