"""POST /payments/{paymentId}/verify: the app says paid, we read PortOne (JWT)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import payment_view
from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.flows.payments.verify import verify


def route(request: Request, deps: PaymentDeps) -> dict[str, Any]:
    """200 with the payment as PortOne has it; 202 with a status URL while that is not known or in doubt."""
    result = verify(
        request.payment_id,
        request.user_id,
        reader=deps.reader,
        queue=deps.queue,
        clock=deps.clock,
        deadline=deps.deadline(INLINE_SECONDS),
    )
    view = payment_view(result.payment)
    if result.answered and not result.lagging and not result.payment.quarantined:
        return answer(200, view)
    return answer(202, {**view, "statusUrl": f"/payments/{result.payment.payment_id}"}, retry_after="5")


handler = HttpHandler(route, needs=("store", "portone", "queue"), kind=PaymentDeps)
