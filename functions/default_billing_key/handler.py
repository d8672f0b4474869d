"""PUT /billing-keys/{billingKeyId}/default: charge this one from now on (JWT)."""

from typing import Any

from portone_payments.domain.wallet import key_of_issue
from portone_payments.entry.deps import Deps
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.wallets import billing_key_id, key_view, woken


def route(request: Request, deps: Deps) -> dict[str, Any]:
    """The default as chosen; charges that wait for a payment method are tried within a minute."""
    user_id, chosen = request.user_id, billing_key_id(request)
    deps.keys.choose(user_id, chosen)
    wallet = woken(deps, user_id)
    return answer(200, key_view(key_of_issue(wallet, chosen), wallet))


handler = HttpHandler(route, needs=("store", "wallets"))
