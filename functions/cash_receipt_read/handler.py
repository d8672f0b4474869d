"""GET /payments/{paymentId}/cash-receipt: the newest cash receipt as we have it (JWT or staff)."""

from typing import Any

from portone_payments.domain.cash_receipts import newest
from portone_payments.domain.payment_errors import PaymentNotFound
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.port_deps import PortDeps
from portone_payments.entry.receipts import receipt_view
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right


def route(request: Request, deps: PortDeps) -> dict[str, Any]:
    """The receipt; absent and foreign ids answer alike."""
    asker, payment = request.caller.asker, deps.store.payment(request.payment_id)
    if payment is None or (asker.owner and payment.user_id != asker.name):
        raise PaymentNotFound
    return answer(200, receipt_view(newest(payment)))


handler = HttpHandler(route, rights=(Right.OWNER, Right.STAFF), needs=("store",))
