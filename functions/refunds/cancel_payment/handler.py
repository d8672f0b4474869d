"""POST /payments/{paymentId}/cancel: the owner refunds a payment, as far as the shop's policy goes (JWT)."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.views.refunds import cancel_answer
from portone_payments.entry.wiring.payments import PaymentDeps


def route(request: Request, deps: PaymentDeps) -> dict[str, Any]:
    """200 when it is back, 202 while that is open."""
    return cancel_answer(request, deps, request.caller.asker)


handler = HttpHandler(route, needs=("store", "portone", "queue", "vault"), kind=PaymentDeps)
