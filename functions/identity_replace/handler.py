"""POST /ops/users/{userId}/identity/replace: let a user verify as another person (staff)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.identity_deps import IdentityDeps
from portone_payments.entry.identity_views import path_user
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.texts import Written
from portone_payments.entry.views import time_view


class ReplaceBody(Body):
    """Why."""

    reason: Annotated[str, Written, StringConstraints(min_length=5, max_length=200)]


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """Until when the next verification may be of another person; the one before is then forgotten."""
    by = request.staff(deps.settings.staff_claim)
    reason = request.body(ReplaceBody).reason
    permit = deps.custodian.permit(path_user(request), by=by, reason=reason)
    return answer(200, {"permittedUntil": time_view(permit.expires_at)})


handler = HttpHandler(route, needs=("people",), kind=IdentityDeps)
