"""POST /ops/payments/{paymentId}/resolve: close one call for a person, with a reason (staff)."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.payments import AttentionKind
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.payments import staff_view
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.operations.resolve import Decision, Resolution, resolve


class ResolveBody(Body):
    """Why, for the history, and what was decided of which call.

    `close`: seen and dealt with. `accept`: believe the quarantined payment from the next reading on.
    `refunded`, `not_refunded`: what became of a refund that no reading can decide.
    `go_on`, `end`: what becomes of the subscription of which somebody else took money back.

    `kind` and `subject` may be left out where only one call fits.
    """

    reason: Annotated[str, Written, StringConstraints(min_length=3, max_length=500)]
    decision: Annotated[Decision, Field(strict=False)] = Decision.CLOSE
    kind: Annotated[AttentionKind, Field(strict=False)] | None = None
    subject: Annotated[str, StringConstraints(max_length=100)] | None = None


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The payment after the decision."""
    staff = request.caller.name
    body = request.body(ResolveBody)
    asked = Resolution(decision=body.decision, reason=body.reason, kind=body.kind, subject=body.subject)
    payment = resolve(
        request.payment_id,
        asked,
        staff=staff,
        store=deps.store,
        meter=deps.meter,
        vault=deps.vault,
        clock=deps.clock,
        billing=deps.settings.billing,
    )
    lines = [entry.seq for entry in payment.history if entry.fact == Fact.RESOLVED]
    return answer(200, staff_view(payment, {lines[-1]: body.reason}))


handler = HttpHandler(route, rights=(Right.STAFF,), needs=("store", "vault"))
