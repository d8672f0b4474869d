"""GET /subscriptions?cursor=&limit=: the caller's subscriptions and schedules, newest first (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.listing import listed
from portone_payments.entry.views.subscriptions import subscription_view
from portone_payments.entry.wiring.ports import PortDeps


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """One page; the cursor names a place in the caller's own list only."""
    page = deps.store.subscriptions(request.user_id, cursor=request.query("cursor"), limit=request.limit)
    now, policy = deps.clock.now(), deps.settings.billing
    return answer(200, listed(page, lambda each: subscription_view(each, now, policy), deps.skips))


handler = HttpHandler(route, needs=("store",))
