"""POST /plans/{planId}/price: a new price for all who have the plan, with their consent (IAM)."""

from typing import Annotated, Any

from pydantic import Field

from portone_payments.domain.errors.billing import PlanNotFound
from portone_payments.domain.records.payments import DAY_SHARDS
from portone_payments.domain.records.subscriptions import PriceForAll
from portone_payments.entry.fields.dates import Day, midnight_of
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import ORDER_ID, Body, Request
from portone_payments.entry.rights import Right
from portone_payments.entry.views.plans import price_answer
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.subscriptions.pricing import ask_price


class PriceBody(Body):
    """Who subscribes pays it from now on, who has the plan from the period that begins on `from` or later."""

    amount: Annotated[int, Field(ge=0)]
    tax_free_amount: Annotated[int, Field(ge=0)] | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """202 while subscribers are told, with how many were; the same call again is 200 once all were."""
    plan_id, body = request.path("planId"), request.body(PriceBody)
    if not ORDER_ID.fullmatch(plan_id):
        raise PlanNotFound
    wanted = PriceForAll(
        amount=body.amount,
        tax_free=0,
        starts=None if body.from_ is None else midnight_of(body.from_, "from"),
        asked_at=deps.clock.now(),
        by=request.caller.by,
        shards=DAY_SHARDS,
    )
    plan = ask_price(plan_id, wanted, tax_free=body.tax_free_amount, store=deps.store, meter=deps.meter)
    return price_answer(plan)


handler = HttpHandler(route, rights=(Right.SHOP,), needs=("store",))
