"""DELETE /billing-keys/{billingKeyId}: nothing is charged with it any more, and PortOne forgets it (JWT)."""

from typing import Any

from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.billing_keys import (
    billing_key_id,
    key_view,
    open_answer,
    pays_view,
)
from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.flows.billing_keys.pages import paid_by


def route(request: Request, deps: KeyDeps) -> dict[str, Any]:
    """200 when it is gone; 202 while a payment under way finishes first, or PortOne is silent.

    It names what the method paid, and what pays that now.
    """
    user_id, wanted = request.user_id, billing_key_id(request)
    paying = paid_by(deps.store, user_id, wanted)
    key = deps.billing_keys.delete(user_id, wanted, deps.deadline(INLINE_SECONDS), pays=bool(paying))
    wallet = deps.default_key.heard(user_id)
    pays = {"pays": pays_view(paying, wallet, fallback=deps.settings.billing.method_fallback)}
    if key.state is not KeyState.DELETED:
        return open_answer(key, wallet, "payment" if key.claims else "portone", **pays)
    return answer(200, {**key_view(key, wallet), **pays})


handler = HttpHandler(
    route, needs=("store", "portone", "queue", "vault", "billing_keys", "default_key"), kind=KeyDeps
)
