"""GET /ops/discrepancies?status=: what the audit found and could not heal, oldest first (staff)."""

from typing import Any

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.audit import Discrepancy, DiscrepancyState
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.audit import audit_view, discrepancy_view
from portone_payments.entry.views.listing import listed
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.operations.discrepancies import reason_in

STATES = {"open": DiscrepancyState.OPEN, "closed": DiscrepancyState.CLOSED}


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """One page, and how far the audit got."""
    asked = request.query("status")
    state = STATES.get("open" if asked is None else asked)
    if state is None:
        raise InvalidRequest(field="status", reason="unknown")
    page = deps.store.discrepancies(state, cursor=request.query("cursor"), limit=request.limit)
    audit = None
    with deps.skips.over("audit", "list"):
        audit = audit_view(deps.store.audit_mark())

    def view(found: Discrepancy) -> dict[str, Any]:
        return discrepancy_view(found, reason_in(found, deps.vault))

    return answer(200, listed(page, view, deps.skips) | {"audit": audit})


handler = HttpHandler(route, rights=(Right.STAFF,), needs=("store", "vault"))
