"""PUT /billing-keys/{billingKeyId}/default: charge this one from now on (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.billing_keys import billing_key_id, saved_view
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """The default as chosen; charges that wait for a payment method are tried within a minute."""
    user_id, chosen = request.user_id, billing_key_id(request)
    deps.default_key.choose(user_id, chosen)
    return answer(200, saved_view(deps.default_key.heard(user_id), chosen))


handler = HttpHandler(route, needs=("store", "default_key"), kind=SubscriptionDeps)
