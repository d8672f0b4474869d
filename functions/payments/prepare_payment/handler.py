"""POST /payments: store the intent to pay an order, and answer what `PortOne.requestPayment` needs (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.fields.closed import Platform
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.checkout import checkout_view
from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.flows.payments.open_checkout import open_checkout
from portone_payments.flows.payments.prepare import PrepareRequest


class PrepareBody(Body):
    """Which order, and where the checkout will open."""

    order_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    platform: Platform


def route(request: Request, deps: PaymentDeps) -> dict[str, Any]:
    """Every prepare of an order answers the same paymentId while it can still be paid."""
    body = request.body(PrepareBody)
    deadline = deps.deadline(INLINE_SECONDS)
    requested = PrepareRequest(
        user_id=request.user_id,
        order_id=body.order_id,
        platform=body.platform,
        body_hash=request.body_hash(),
        idempotency_key=request.idempotency_key,
    )
    prepared = deps.preparer.prepare(requested)
    open_checkout(prepared, reader=deps.reader, ids=deps.ids, clock=deps.clock, deadline=deadline)
    return answer(200, checkout_view(prepared, deps.settings))


handler = HttpHandler(route, needs=("store", "portone", "vault"), kind=PaymentDeps)
