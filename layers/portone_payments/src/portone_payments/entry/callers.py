"""Admits a caller, or refuses: the identity a route demands, whatever its authorizer let through (I6)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from portone_payments.domain.errors.common import Forbidden, Unauthenticated
from portone_payments.domain.refunds.rules import IAM, TOKEN
from portone_payments.entry.claims import claim_values, plain_claim
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Caller, CallerRules, Principal, Right

_USER = re.compile(r"[\x21-\x7e]{1,128}")
_STAFF = frozenset({Right.STAFF, Right.PRIVACY})


def admit(request: Request, rights: tuple[Right, ...], rules: CallerRules) -> Caller:
    """The caller of a route that these rights may call. Raises `Unauthenticated`, `Forbidden`.

    Another authentication than the route's own is refused: a token on an IAM route, a signature on a token's.
    """
    path = request.route.partition(" ")[2]
    if path.startswith("/ops/"):
        return _signed(request, [each for each in rights if each is not Right.OWNER], rules)
    if path.startswith("/staff/"):
        return _bearing(request, [each for each in rights if each in _STAFF], rules)
    by_door = _signed if rights[0] is Right.SHOP else _bearing
    return by_door(request, rights[:1], rules)


def _signed(request: Request, rights: Sequence[Right], rules: CallerRules) -> Caller:
    principal = _principal(request)
    for right in rights:
        if all(rules.names(each, principal) for each in _demands(right)):
            return Caller(right=right, door=IAM, name=f"{IAM}:{principal}", person=str(principal))
    raise Forbidden


def _bearing(request: Request, rights: Sequence[Right], rules: CallerRules) -> Caller:
    user_id = _plain(request, rules.user_claim)
    if user_id is None:
        raise Unauthenticated
    for right in rights:
        if right is Right.OWNER:
            return Caller(right=right, door=TOKEN, name=user_id)
        if all(_holds(request, rules.claims.get(each, "")) for each in _demands(right)):
            person = _plain(request, "sub") or user_id
            return Caller(right=right, door=TOKEN, name=f"{TOKEN}:{user_id}", person=person)
    raise Forbidden


def _demands(right: Right) -> tuple[Right, ...]:
    """The right to see personal data in clear needs that of staff too."""
    return (Right.STAFF, right) if right is Right.PRIVACY else (right,)


def _principal(request: Request) -> Principal:
    signed = request.authorizer.get(IAM)
    principal = Principal.of(signed.get("userArn")) if isinstance(signed, Mapping) else None
    if principal is None or principal.account != request.account:
        raise Unauthenticated
    return principal


def _plain(request: Request, claim: str) -> str | None:
    text = plain_claim(claim, _claims(request).get(claim), request.header("authorization"))
    return text if text and _USER.fullmatch(text) else None


def _holds(request: Request, demanded: str) -> bool:
    name, _, value = demanded.partition("=")
    given = claim_values(name, _claims(request).get(name), request.header("authorization"))
    return bool(name and value) and value in given


def _claims(request: Request) -> Mapping[str, Any]:
    token = request.authorizer.get("jwt")
    claims = token.get("claims") if isinstance(token, Mapping) else None
    return claims if isinstance(claims, Mapping) else {}
