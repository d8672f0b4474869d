"""POST /ops/identity/replace: let a user verify as another person (staff)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request, UserId
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.identity import access_by
from portone_payments.entry.views.payments import time_view
from portone_payments.entry.wiring.identity import IdentityDeps


class ReplaceBody(Body):
    """In whose account, and why; whether it is the same person, known to the PG in another way."""

    user_id: UserId
    reason: Annotated[str, Written, StringConstraints(min_length=5, max_length=200)]
    same_person: bool = False


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """Until when the next verification may be of another person, or of the same by another identifier."""
    body = request.body(ReplaceBody)
    act = "same_person" if body.same_person else "replace"
    access = access_by(request, deps.clock.now(), act=act, user_id=body.user_id, reason=body.reason)
    permit = deps.replacer.permit(access, same=body.same_person)
    return answer(200, {"permittedUntil": time_view(permit.expires_at)})


handler = HttpHandler(
    route, rights=(Right.STAFF,), needs=("people", "envelope", "access_log"), kind=IdentityDeps
)
