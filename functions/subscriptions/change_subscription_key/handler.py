"""PUT /subscriptions/{subscriptionId}/billing-key: charge another saved method, or the default (JWT)."""

from typing import Any

from portone_payments.domain.billing_keys.wallet import chargeable, key_of_issue
from portone_payments.domain.errors.billing import BillingKeyGone
from portone_payments.domain.subscriptions.lifecycle import use_key
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import BillingKeyId, Body, Request
from portone_payments.entry.views.subscriptions import subscription_answer, subscription_id
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.manage import always
from portone_payments.ports.world import Deadline


class KeyBody(Body):
    """One of the caller's own; null charges whatever is the default then."""

    billing_key_id: BillingKeyId | None


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """What was declined is tried at once; its invoice says how that ended, 202 while it is open."""
    user_id, wanted = request.user_id, subscription_id(request)
    chosen = request.body(KeyBody).billing_key_id
    deps.subscriptions.of(wanted, user_id)
    if chosen is not None:
        wallet = deps.store.wallet(user_id)
        key_of_issue(wallet, chosen)
        if chargeable(wallet, chosen) is None:
            raise BillingKeyGone
    after = deps.subscriptions.change(
        wanted,
        lambda held, moment: use_key(held, chosen, moment),
        by="app",
        user_id=user_id,
        counted=always,
        # the choice of a card leaves no fact yet (case B14)
        fact=False,
    )
    after = deps.subscriber.collected(after, Deadline.after(deps.clock, INLINE_SECONDS))
    return subscription_answer(after, deps.clock.now())


handler = HttpHandler(route, needs=("store", "portone", "vault", "subscriber"), kind=ChargeDeps)
