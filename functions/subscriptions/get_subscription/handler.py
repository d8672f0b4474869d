"""GET /subscriptions/{subscriptionId}, .../invoices: a subscription with its invoices (JWT, or IAM)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.listing import listed
from portone_payments.entry.views.subscriptions import (
    asked_by,
    invoice_view,
    subscription_id,
    subscription_view,
)
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.subscriptions.invoices import invoices_of


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """As it stands; absent and foreign ids answer alike. The list has its invoices of all times, in pages."""
    found = deps.subscriptions.of(subscription_id(request), asked_by(request))
    if not request.route.endswith("/invoices"):
        return answer(200, subscription_view(found, deps.clock.now(), deps.settings.billing))
    page = invoices_of(found, cursor=request.query("cursor"), limit=request.limit, store=deps.store)
    return answer(200, listed(page, lambda each: invoice_view(each, found), deps.skips))


handler = HttpHandler(
    route,
    rights=(Right.OWNER, Right.SHOP, Right.STAFF),
    needs=("store", "subscriptions"),
    kind=SubscriptionDeps,
)
