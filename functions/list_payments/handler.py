"""GET /payments?cursor=&limit=: the caller's payments, newest first (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.port_deps import PortDeps
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views import payment_view


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """One page; the cursor names a place in the caller's own list only."""
    page = deps.store.mine(request.user_id, cursor=request.query("cursor"), limit=request.limit)
    return answer(200, {"items": [payment_view(payment) for payment in page.items], "cursor": page.cursor})


handler = HttpHandler(route, needs=("store",))
