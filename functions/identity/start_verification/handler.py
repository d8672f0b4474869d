"""POST /identity-verifications: start one, answering what PortOne's SDK needs (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.identity import window_view
from portone_payments.entry.wiring.identity import IdentityDeps


class StartBody(Body):
    """What it is for; a provider where the purpose offers several; what the window is to show already."""

    purpose: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")]
    provider: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z_]{1,40}$")] | None = None
    full_name: Annotated[str, Written, StringConstraints(min_length=1, max_length=50)] | None = None
    phone_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{9,11}$")] | None = None


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """An id bound to the caller, the purpose and 15 minutes; the bypass comes from settings alone."""
    body = request.body(StartBody)
    attempt = deps.starter.start(request.user_id, body.purpose, body.provider)
    prefill = {"fullName": body.full_name, "phoneNumber": body.phone_number}
    return answer(200, window_view(attempt, deps, {name: value for name, value in prefill.items() if value}))


handler = HttpHandler(route, needs=("people",), kind=IdentityDeps)
