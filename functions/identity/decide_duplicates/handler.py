"""POST /ops/identity/duplicates: which accounts of one person may stay (staff)."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request, UserId
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.identity import access_by
from portone_payments.entry.wiring.identity import IdentityDeps


class DecideBody(Body):
    """The accounts it is about, those of them that may stay, and why."""

    user_ids: Annotated[
        list[UserId], Field(min_length=2, max_length=10, json_schema_extra={"uniqueItems": True})
    ]
    keeps: Annotated[list[UserId], Field(min_length=1, max_length=10)]
    reason: Annotated[str, Written, StringConstraints(min_length=5, max_length=200)]


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """Who stays; the others have nobody in them any more, as after an expiry."""
    body = request.body(DecideBody)
    users, keeps = dict.fromkeys(body.user_ids), dict.fromkeys(body.keeps)
    if not keeps.keys() <= users.keys():
        raise InvalidRequest(field="keeps", reason="unknown")
    if len(users) < len(body.user_ids):
        raise InvalidRequest(field="userIds", reason="repeated")
    now = deps.clock.now()
    accesses = [
        access_by(
            request,
            now,
            act="duplicate_kept" if user in keeps else "duplicate_ended",
            user_id=user,
            reason=body.reason,
        )
        for user in users
    ]
    deps.decider.decide(accesses, keeps)
    return answer(200, {"kept": list(keeps), "ended": [user for user in users if user not in keeps]})


handler = HttpHandler(
    route, rights=(Right.STAFF,), needs=("people", "envelope", "access_log"), kind=IdentityDeps
)
