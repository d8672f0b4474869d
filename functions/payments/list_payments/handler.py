"""GET /payments?cursor=&limit=: the caller's payments, newest first (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.listing import listed
from portone_payments.entry.views.payments import payment_view
from portone_payments.entry.wiring.ports import PortDeps


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """One page; the cursor names a place in the caller's own list only."""
    page = deps.store.mine(request.user_id, cursor=request.query("cursor"), limit=request.limit)
    return answer(200, listed(page, payment_view, deps.skips))


handler = HttpHandler(route, needs=("store",))
