"""POST /subscriptions/{subscriptionId}/parts/{invoiceId}/cancel: decline a part of an order (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.subscriptions import invoice_id, subscription_id, subscription_view
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.subscriptions.commands import decline_part


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """It stays outstanding, and is not charged until its customer asks; its later parts wait."""
    user_id, wanted, number = request.user_id, subscription_id(request), invoice_id(request)
    after = decline_part(deps.subscriptions, wanted, number, user_id=user_id)
    return answer(200, subscription_view(after, deps.clock.now(), deps.settings.billing))


handler = HttpHandler(route, needs=("store", "subscriptions"), kind=SubscriptionDeps)
