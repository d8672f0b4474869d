"""GET /ops/attention?kind=: payments that need a person, oldest first (staff)."""

from typing import Any

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.payments import AttentionKind
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.listing import listed
from portone_payments.entry.views.payments import staff_view
from portone_payments.entry.wiring.ports import PortDeps


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """One page of one kind."""
    try:
        kind = AttentionKind(request.query("kind") or "")
    except ValueError:
        raise InvalidRequest(field="kind", reason="unknown") from None
    page = deps.store.attention(kind, cursor=request.query("cursor"), limit=request.limit)
    return answer(200, listed(page, staff_view, deps.skips))


handler = HttpHandler(route, rights=(Right.STAFF,), needs=("store",))
