"""GET /billing-keys/{billingKeyId}: where one saved payment method stands (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.billing_keys import billing_key_id, held, held_key, key_view
from portone_payments.entry.wiring.ports import PortDeps


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """Also one that was refused or deleted; absent and foreign ids answer alike."""
    user_id = request.user_id
    wallet = held(deps, user_id)
    return answer(200, key_view(held_key(deps, wallet, user_id, billing_key_id(request)), wallet))


handler = HttpHandler(route, needs=("store",))
