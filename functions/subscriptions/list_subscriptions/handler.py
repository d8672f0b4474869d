"""GET /subscriptions?cursor=&limit=: subscriptions and schedules, newest first (JWT, or IAM with userId=)."""

from typing import Any

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.listing import listed
from portone_payments.entry.views.subscriptions import subscription_view
from portone_payments.entry.views.users import USER
from portone_payments.entry.wiring.ports import PortDeps


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """One page; the cursor names a place in one user's list only."""
    page = deps.store.subscriptions(_whose(request), cursor=request.query("cursor"), limit=request.limit)
    now, policy = deps.clock.now(), deps.settings.billing
    return answer(200, listed(page, lambda each: subscription_view(each, now, policy), deps.skips))


def _whose(request: Request) -> str:
    """The caller, or whom the shop or its staff names. Raises `InvalidRequest`."""
    if request.caller.owner:
        return request.user_id
    named = request.query("userId") or ""
    if not USER.fullmatch(named):
        raise InvalidRequest(field="userId", reason="malformed")
    return named


handler = HttpHandler(route, rights=(Right.OWNER, Right.SHOP, Right.STAFF), needs=("store",))
