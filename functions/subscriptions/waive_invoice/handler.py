"""POST /ops/subscriptions/{subscriptionId}/invoices/{invoiceId}/waive: give up an invoice (shop, staff)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.subscriptions import invoice_id, subscription_id, subscription_view
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.subscriptions.commands import waive


class WaiveBody(Body):
    """Why, for the history."""

    reason: Annotated[str, Written, StringConstraints(min_length=3, max_length=500)]


def route(request: Request, deps: SubscriptionDeps) -> dict[str, Any]:
    """Nobody is charged for it any more, and nobody can pay it; of an order's part, later parts go on."""
    wanted, number = subscription_id(request), invoice_id(request)
    reason, by = request.body(WaiveBody).reason, request.caller.by
    after = waive(deps.subscriptions, wanted, number, reason, by=by, vault=deps.vault)
    return answer(200, subscription_view(after, deps.clock.now(), deps.settings.billing))


handler = HttpHandler(
    route,
    rights=(Right.SHOP, Right.STAFF),
    needs=("store", "vault", "subscriptions"),
    kind=SubscriptionDeps,
)
