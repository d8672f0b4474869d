"""GET /me/verification: who the caller is as far as it is verified, masked (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.identity import person_view
from portone_payments.entry.wiring.identity import IdentityDeps


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """What is known for each purpose, as long as it is kept."""
    return answer(200, person_view(deps.people.person(request.user_id), deps))


handler = HttpHandler(route, needs=("people", "envelope"), kind=IdentityDeps)
