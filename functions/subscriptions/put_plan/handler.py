"""PUT /plans/{planId}: the shop's backend stores what it sells by the period (IAM)."""

from typing import Any

from portone_payments.entry.fields.plans import PlanBody, plan_in
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.plans import shop_plan_view
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.subscriptions.plans import put_plan


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """Store the plan; a change of it concerns who subscribes from then on."""
    body = request.body(PlanBody)
    wanted = plan_in(request.path("planId"), body)
    return answer(200, shop_plan_view(put_plan(wanted, store=deps.store, meter=deps.meter)))


handler = HttpHandler(route, rights=(Right.SHOP,), needs=("store",))
