"""GET /payments/{paymentId}/cash-receipt: the newest cash receipt as we have it (JWT or staff)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.receipts import newest_view
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.shared.ownership import seen_by


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The receipt; absent and foreign ids answer alike."""
    payment = seen_by(request.caller.requester, request.payment_id, store=deps.store)
    return answer(200, newest_view(payment))


handler = HttpHandler(route, rights=(Right.OWNER, Right.STAFF), needs=("store",))
