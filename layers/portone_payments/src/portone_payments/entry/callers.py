"""Lets a caller in, or refuses: the identity a route demands, whatever its authorizer let through (I6)."""

import re
from collections.abc import Mapping
from typing import Any

from portone_payments.domain.errors import Forbidden, Unauthenticated
from portone_payments.domain.refund_rules import IAM, TOKEN
from portone_payments.entry.claims import claim_values, plain_claim
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Caller, CallerRules, Principal, Right

_USER = re.compile(r"[\x21-\x7e]{1,128}")
# who sees personal data in clear is staff besides
_DEMANDS = {Right.PRIVACY: (Right.STAFF, Right.PRIVACY)}


def admit(request: Request, rights: tuple[Right, ...], rules: CallerRules) -> Caller:
    """The caller of a route that these may call. Raises `Unauthenticated`, `Forbidden`.

    Another door than the route's own lets nobody in: a token on an IAM route, a signature on a token's.
    """
    right, door = _demanded(request.route, rights)
    demands = _DEMANDS.get(right, (right,))
    if door == IAM:
        principal = _principal(request)
        if not all(rules.names(each, principal) for each in demands):
            raise Forbidden
        return Caller(right=right, door=door, name=f"{IAM}:{principal}", person=str(principal))
    user_id = _plain(request, rules.user_claim)
    if user_id is None:
        raise Unauthenticated
    if right is Right.OWNER:
        return Caller(right=right, door=door, name=user_id)
    if not all(_holds(request, rules.claims.get(each, "")) for each in demands):
        raise Forbidden
    return Caller(right=right, door=door, name=f"{TOKEN}:{user_id}", person=_plain(request, "sub") or user_id)


def _demanded(route: str, rights: tuple[Right, ...]) -> tuple[Right, str]:
    """As what, and by which door. Raises `Forbidden` for a route that is not this handler's."""
    path = route.partition(" ")[2]
    found: list[Right]
    if path.startswith("/ops/"):
        found, door = [each for each in rights if each is not Right.OWNER], IAM
    elif path.startswith("/staff/"):
        found, door = [each for each in rights if each in {Right.STAFF, Right.PRIVACY}], TOKEN
    else:
        found, door = [rights[0]], IAM if rights[0] is Right.SHOP else TOKEN
    if not found:
        raise Forbidden
    return found[0], door


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
