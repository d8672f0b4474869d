"""DELETE /billing-keys/{billingKeyId}: nothing is charged with it any more, and PortOne forgets it (JWT)."""

from typing import Any

from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.billing_keys import billing_key_id, held, key_view, open_answer
from portone_payments.entry.wiring.billing_keys import KeyDeps


def route(request: Request, deps: KeyDeps) -> dict[str, Any]:
    """200 when it is gone; 202 while a payment under way finishes first, or PortOne is silent."""
    user_id = request.user_id
    deadline = deps.deadline(INLINE_SECONDS)
    key = deps.billing_keys.delete(user_id, billing_key_id(request), deadline)
    wallet = held(deps, user_id)
    if key.state is not KeyState.DELETED:
        return open_answer(key, wallet, "payment" if key.claims else "portone")
    return answer(200, key_view(key, wallet))


handler = HttpHandler(route, needs=("store", "portone", "queue", "vault", "billing_keys"), kind=KeyDeps)
