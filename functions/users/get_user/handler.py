"""GET /ops/users/{userId}: everything of one user, for the shop and its staff (IAM, or a token of staff)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.users import user_of, user_view
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.payments.everything import everything_of


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The newest of each; a method shows no more than its owner sees of it."""
    user_id = user_of(request)
    found = everything_of(user_id, cursor=request.query("cursor"), limit=request.limit, store=deps.store)
    return answer(200, user_view(found, deps.skips, deps.clock.now(), deps.settings.billing))


handler = HttpHandler(route, rights=(Right.SHOP, Right.STAFF), needs=("store",))
