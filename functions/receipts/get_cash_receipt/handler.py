"""GET /payments/{paymentId}/cash-receipt: the newest cash receipt as we have it (JWT or staff)."""

from typing import Any

from portone_payments.domain.errors.payments import PaymentNotFound
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.receipts import newest_view
from portone_payments.entry.wiring.ports import PortDeps


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The receipt; absent and foreign ids answer alike."""
    requester, payment = request.caller.requester, deps.store.payment(request.payment_id)
    if payment is None or (requester.owner and payment.user_id != requester.name):
        raise PaymentNotFound
    return answer(200, newest_view(payment))


handler = HttpHandler(route, rights=(Right.OWNER, Right.STAFF), needs=("store",))
