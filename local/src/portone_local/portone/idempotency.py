"""PortOne's idempotency store: one answer per key for hours, 409 while the first request still runs."""

import re
from dataclasses import dataclass

from portone_local.portone.exchange import Answer, ApiError, Request
from portone_local.portone.unknowns import Unknowns

WINDOW_SECONDS = 3 * 60 * 60
SHORT_WINDOW_SECONDS = 60 * 60
_STRING = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){16,256})"')
_ERROR = 400


def key_of(request: Request) -> str | None:
    """The key of a mutation: an RFC 8941 string, quotes included, 16 to 256 characters (PortOne facts 1.5).

    None without the header or on GET; ApiError INVALID_REQUEST for any other form.
    """
    header = request.headers.get("idempotency-key")
    if header is None or request.method == "GET":
        return None
    found = _STRING.fullmatch(header.strip())
    if found is None:
        raise ApiError("INVALID_REQUEST", "Idempotency-Key is not a quoted string of 16 to 256 characters")
    return found.group(1)


@dataclass
class _Entry:
    request: tuple[object, ...]
    since: float
    answer: Answer | None = None
    running_until: float = 0.0


class IdempotencyStore:
    """Keys with the request they came with and the answer it got. Times in epoch seconds."""

    def __init__(self, unknowns: Unknowns) -> None:
        self._unknowns = unknowns
        self._entries: dict[str, _Entry] = {}

    def seen(self, key: str, request: Request, now: float) -> Answer | None:
        """The answer given before, or None when `request` is to be carried out (the key is taken by that).

        ApiError IDEMPOTENCY_OUTSTANDING_REQUEST while the first runs, INVALID_REQUEST for a changed request.
        """
        name = self._name(key, request)
        asked = (request.method, request.path, sorted(request.query.items()), request.body)
        entry = self._entries.get(name)
        window = WINDOW_SECONDS if self._unknowns.keys_live_three_hours else SHORT_WINDOW_SECONDS
        if entry is None or (entry.answer and now - entry.since >= window):  # what runs is not forgotten
            self._entries[name] = _Entry(asked, now)
            return None
        if entry.request != asked and self._unknowns.changed_request_is_refused:
            raise ApiError("INVALID_REQUEST", "the idempotency key was used with another request")
        if entry.answer is None or now < entry.running_until:
            raise ApiError("IDEMPOTENCY_OUTSTANDING_REQUEST", "the first request is still running")
        return entry.answer

    def finish(self, key: str, request: Request, answer: Answer, running_until: float) -> None:
        """Keep the answer of the request that took the key, or free the key where errors are not replayed."""
        name = self._name(key, request)
        if answer.status >= _ERROR and not self._unknowns.errors_are_replayed:
            self._entries.pop(name, None)
        elif name in self._entries:
            self._entries[name].answer = answer
            self._entries[name].running_until = running_until

    def _name(self, key: str, request: Request) -> str:
        return f"{request.path} {key}" if self._unknowns.keys_are_scoped_to_the_path else key
