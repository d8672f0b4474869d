"""POST /ops/identity/reveal: clear values; the look is written down first (staff)."""

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
from portone_payments.flows.identity.history import Told
from portone_payments.flows.identity.staff import reveal


class RevealBody(Body):
    """At whom, what for, and why."""

    user_id: UserId
    purpose: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")]
    reason: Annotated[str, Written, StringConstraints(min_length=5, max_length=200)]


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """A purpose's facts and what staff did, in clear, no identifier; nothing when the log refuses."""
    body = request.body(RevealBody)
    access = access_by(
        request,
        deps.clock.now(),
        act="reveal",
        user_id=body.user_id,
        purpose=body.purpose,
        reason=body.reason,
    )
    looked = reveal(
        access,
        body.purpose,
        store=deps.people,
        sealer=deps.sealer,
        log=deps.access_log,
        clock=deps.clock,
    )
    return answer(200, {"facts": dict(looked.facts), "history": [_entry(each) for each in looked.history]})


def _entry(told: Told) -> dict[str, Any]:
    return {"act": told.act, "by": told.by, "at": time_view(told.at), "reason": told.reason}


handler = HttpHandler(
    route, rights=(Right.PRIVACY,), needs=("people", "envelope", "access_log"), kind=IdentityDeps
)
