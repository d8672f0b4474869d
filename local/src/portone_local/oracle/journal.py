"""What callers were answered about persons, as they heard it: who was let in, erased, decided about."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from portone_local.gateway.messages import Request, Response

_VERIFY = re.compile(r"/identity-verifications/(\w+)/verify")
_STAFF = re.compile(r"/(?:ops|staff)/identity/(replace|duplicates)")


class Heard(StrEnum):
    """What an answer of 200 says."""

    STARTED = "started"
    LET_IN = "let in"
    ERASED = "erased"
    REPLACED = "may be somebody else"
    LOST = "staff took the account away"
    MAY_STAY = "staff lets several accounts stay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing somebody was answered, between two epoch seconds; `unique`: a person may hold one account.

    `of`: the accounts it is about. `until`: how long what was shown is kept.
    """

    heard: Heard
    of: tuple[str, ...]
    began: float
    ended: float
    unique: bool
    verification_id: str = ""
    until: str = ""


@dataclass(slots=True)
class Journal:
    """Acts in the order in which they were answered."""

    acts: list[Act] = field(default_factory=list)

    def hear(
        self, request: Request, response: Response, user: str, *, began: float, now: float, unique: bool
    ) -> None:
        """One request and its answer."""
        if response.status != HTTPStatus.OK or request.method != "POST":
            return
        for heard, of, more in _told(request, response, user):
            self.acts.append(Act(heard=heard, of=tuple(of), began=began, ended=now, unique=unique, **more))


type _Told = tuple[Heard, Iterable[str], dict[str, str]]


def _told(request: Request, response: Response, user: str) -> list[_Told]:
    verified, staff = _VERIFY.fullmatch(request.path), _STAFF.fullmatch(request.path)
    if request.path == "/identity-verifications":
        begun = response.json()["identityVerificationId"]
        return [(Heard.STARTED, [user], {"verification_id": begun})]
    if verified:
        shown = response.json().get("verified") or {}
        return [
            (Heard.LET_IN, [user], {"verification_id": verified[1], "until": str(shown.get("expiresAt", ""))})
        ]
    body: dict[str, Any] = json.loads(request.body or b"{}")
    if request.path == "/identity/erase":
        return [(Heard.ERASED, [body["userId"]], {})]
    if staff and staff[1] == "replace":
        return [(Heard.REPLACED, [body["userId"]], {})]
    return _decided(body) if staff else []


def _decided(body: dict[str, Any]) -> list[_Told]:
    kept = list(body.get("keeps", ()))
    lost = [user for user in body.get("userIds", ()) if user not in kept]
    decided: list[_Told] = [(Heard.LOST, [user], {}) for user in lost]
    return [*decided, (Heard.MAY_STAY, kept, {})] if len(kept) > 1 else decided
