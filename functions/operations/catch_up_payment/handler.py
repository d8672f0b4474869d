"""POST /ops/payments/{paymentId}/catch-up: read PortOne now, and show everything we know (staff)."""

from typing import Any

from portone_payments.domain.records.history import Moment
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.views.payments import staff_view
from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.flows.shared.enqueue import enqueue
from portone_payments.flows.shared.staff_words import words_in


def route(request: Request, deps: PaymentDeps) -> dict[str, Any]:
    """200 after a reading; 202 when PortOne did not answer and the payment stays due."""
    moment = Moment(now=deps.clock.now(), by=request.caller.by)
    deadline = deps.deadline(INLINE_SECONDS)
    result = deps.reader.catch_up(request.payment_id, moment, deadline=deadline)
    read = result.answered and not result.lagging
    if not read:
        enqueue(result.payment, queue=deps.queue)
    shown = staff_view(result.payment, words_in(result.payment, deps.vault))
    return answer(200 if read else 202, {**shown, "portoneAnswered": result.answered})


handler = HttpHandler(
    route, rights=(Right.STAFF,), needs=("store", "portone", "queue", "vault"), kind=PaymentDeps
)
