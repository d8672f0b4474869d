"""POST /payments/{paymentId}/charge: pay an order now with a saved payment method (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import BillingKeyId, Body, Request
from portone_payments.entry.views.charges import charge_answer
from portone_payments.entry.wiring.charges import ChargeDeps


class ChargeBody(Body):
    """The same `chargeId` is the same try; without `billingKeyId` the caller's default is charged."""

    charge_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
    billing_key_id: BillingKeyId | None = None


def route(request: Request, deps: ChargeDeps) -> dict[str, Any]:
    """200 when it is paid, 202 while that is open, 402 when it was declined."""
    body = request.body(ChargeBody)
    deadline = deps.deadline(INLINE_SECONDS)
    charged = deps.charger.charge(
        request.payment_id, request.user_id, body.charge_id, body.billing_key_id, deadline
    )
    return charge_answer(charged, deps.settings.billing)


handler = HttpHandler(route, needs=("store", "portone", "queue", "vault", "charger"), kind=ChargeDeps)
