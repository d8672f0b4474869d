"""GET /subscriptions/{subscriptionId}: a subscription or schedule with its invoices (JWT, or IAM)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.subscriptions import asked_by, subscription_id, subscription_view
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """As it stands; absent and foreign ids answer alike."""
    found = deps.subscriptions.of(subscription_id(request), asked_by(request))
    return answer(200, subscription_view(found, deps.clock.now(), deps.settings.billing))


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.SHOP, Right.STAFF),
    needs=("store", "subscriptions"),
    kind=SubscriptionDeps,
)
