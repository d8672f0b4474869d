"""POST /identity-verifications/bypass-preview: what a PG's options would look like, for staff (JWT)."""

from typing import Any

from portone_payments.entry.fields.bypass import BypassBody
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.identity import bypass_view
from portone_payments.entry.wiring.identity import IdentityDeps


def route(request: Request, _deps: IdentityDeps) -> dict[str, Any]:
    """The `bypass` as the window or the server-side flow would get it; nothing is stored or sent."""
    return answer(200, {"bypass": bypass_view(request.body(BypassBody))})


handler = HttpHandler(route, rights=(Right.STAFF,), kind=IdentityDeps)
