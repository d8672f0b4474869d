"""POST /ops/discrepancies/{discrepancyId}/close: a person has dealt with a discrepancy (staff)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.audit import discrepancy_view
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.operations.discrepancies import close


class CloseBody(Body):
    """Why it is settled."""

    reason: Annotated[str, Written, StringConstraints(min_length=3, max_length=500)]


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The discrepancy as closed."""
    staff = request.caller.name
    reason = request.body(CloseBody).reason
    found = request.path("discrepancyId")
    closed = close(
        found,
        reason=reason,
        staff=staff,
        store=deps.store,
        clock=deps.clock,
        meter=deps.meter,
        vault=deps.vault,
    )
    return answer(200, discrepancy_view(closed, reason))


handler = HttpHandler(route, rights=(Right.STAFF,), needs=("store", "vault"))
