"""POST /ops/payments/{paymentId}/resolve: close what called for a person, with a reason (staff)."""

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.port_deps import PortDeps
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views import staff_view
from portone_payments.flows.staff import Decision, resolve


class ResolveBody(Body):
    """Why, for the history, and what was decided: see `flows.staff.Decision`."""

    reason: Annotated[str, StringConstraints(min_length=3, max_length=500)]
    decision: Literal["close", "accept", "refunded", "not_refunded"] = "close"


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The payment after the decision."""
    staff = request.staff(deps.settings.staff_claim)
    body = request.body(ResolveBody)
    decision = Decision(body.decision)
    payment = resolve(
        request.payment_id, decision, reason=body.reason, staff=staff, store=deps.store, clock=deps.clock
    )
    return answer(200, staff_view(payment))


handler = HttpHandler(route, needs=("store",))
