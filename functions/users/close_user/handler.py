"""POST /ops/users/{userId}/close: nothing is charged any more, and who it was is forgotten."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.users import user_of
from portone_payments.entry.wiring.users import UserDeps


class ClosureBody(Body):
    """Why, for whoever calls: it is read and not kept."""

    reason: Annotated[str, Written, StringConstraints(min_length=1, max_length=500)] | None = None


def route(request: Request, deps: UserDeps) -> dict[str, Any]:
    """200 once nothing is open; 202 while a charge under way, or PortOne, is waited for."""
    user_id = user_of(request)
    if request.has_body:
        request.body(ClosureBody)
    # first, for it is in another table: what follows is stored before it is begun, and finishes by itself
    deps.custodian.erase(user_id, by=request.caller.by)
    _, waits = deps.user_closer.close(user_id, by=request.caller.by, deadline=deps.deadline(INLINE_SECONDS))
    view = {"userId": user_id, "state": "CLOSING" if waits else "CLOSED", "waitsFor": list(waits)}
    return answer(202, view, retry_after="60") if waits else answer(200, view)


handler = HttpHandler(
    route,
    rights=(Right.SHOP, Right.STAFF),
    needs=("store", "portone", "queue", "vault", "user_closer", "people", "erasures", "hashes"),
    kind=UserDeps,
)
