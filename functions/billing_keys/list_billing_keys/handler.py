"""GET /billing-keys: the caller's saved payment methods, masked (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.billing_keys import held, keys_view
from portone_payments.entry.wiring.ports import PortDeps


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The ones that can be charged or are on their way, newest first."""
    return answer(200, keys_view(held(deps, request.user_id)))


handler = HttpHandler(route, needs=("store",))
