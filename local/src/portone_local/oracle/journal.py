"""What callers were answered about persons, as they heard it: who was let in, erased, decided about."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from portone_local.gateway.messages import Request, Response

_VERIFY = re.compile(r"/identity-verifications/(\w+)/verify")
TYPED = {"INICIS_UNIFIED": ("gender", "foreigner")}
_DUPLICATE = b"identity_duplicate"
_STAFF = re.compile(r"/(?:ops|staff)/identity/(replace|duplicates)")


class Heard(StrEnum):
    """What an answer says: one of 200, or the refusal of somebody whom another account holds."""

    STARTED = "started"
    LET_IN = "let in"
    REFUSED = "refused, for another account holds the person"
    ERASED = "erased"
    REPLACED = "may be somebody else"
    LOST = "staff took the account away"
    MAY_STAY = "staff lets several accounts stay"


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings a stack is deployed with, as the operator wrote them: `unique`, PGs and purposes as JSON.

    `unique`: a person may hold one account alone.
    """

    unique: bool = True
    providers: str = "{}"
    purposes: str = "{}"

    def typed(self, provider: str) -> frozenset[str]:
        """What a person may have typed at a PG: by its contract, else as PortOne documents it (facts 9)."""
        said: Mapping[str, str] = json.loads(self.providers or "{}").get(provider, {})
        row = dict.fromkeys(TYPED.get(provider, ()), "selfDeclared") | dict(said)
        return frozenset(name for name, gives in row.items() if gives == "selfDeclared")

    def min_age(self, purpose: str) -> int:
        """Full years that a purpose requires."""
        return int(json.loads(self.purposes or "{}").get(purpose, {}).get("minAge", 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing somebody was answered, between two epoch seconds.

    `of`: the accounts it is about. `until`: how long what was shown is kept. `facts` are those that were
    shown, as they were, `unverified` those that the person may have typed; `rules` the settings of then.
    """

    heard: Heard
    of: tuple[str, ...]
    began: float
    ended: float
    verification_id: str = ""
    purpose: str = ""
    until: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    unverified: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)


@dataclass(slots=True)
class Journal:
    """Acts in the order in which they were answered."""

    acts: list[Act] = field(default_factory=list)

    def hear(
        self, request: Request, response: Response, user: str, *, began: float, now: float, rules: Rules
    ) -> None:
        """One request and its answer."""
        if request.method != "POST" or not _says_something(request, response):
            return
        for heard, of, more in _told(request, response, user):
            self.acts.append(Act(heard=heard, of=tuple(of), began=began, ended=now, rules=rules, **more))


def _says_something(request: Request, response: Response) -> bool:
    refused = response.status == HTTPStatus.CONFLICT and _VERIFY.fullmatch(request.path)
    return response.status == HTTPStatus.OK or bool(refused and _DUPLICATE in response.body)


type _Told = tuple[Heard, Iterable[str], dict[str, Any]]


def _told(request: Request, response: Response, user: str) -> list[_Told]:
    verified, staff = _VERIFY.fullmatch(request.path), _STAFF.fullmatch(request.path)
    if request.path == "/identity-verifications":
        begun = response.json()["identityVerificationId"]
        return [(Heard.STARTED, [user], {"verification_id": begun})]
    if verified and response.status != HTTPStatus.OK:
        return [(Heard.REFUSED, [user], {"verification_id": verified[1]})]
    if verified:
        shown = response.json().get("verified") or {}
        more = {
            "verification_id": verified[1],
            "purpose": str(shown.get("purpose", "")),
            "until": str(shown.get("expiresAt", "")),
            "facts": shown.get("facts", {}),
            "unverified": tuple(shown.get("unverified", ())),
        }
        return [(Heard.LET_IN, [user], more)]
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
