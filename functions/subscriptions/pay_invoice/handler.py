"""POST /subscriptions/{subscriptionId}/invoices/{invoiceId}/pay: pay an invoice now (JWT)."""

from typing import Any

from pydantic import ConfigDict

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.entry.fields.closed import Platform
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import BillingKeyId, Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.checkout import checkout_view
from portone_payments.entry.views.subscriptions import invoice_id, paid_answer, subscription_id
from portone_payments.entry.wiring.invoices import InvoiceDeps
from portone_payments.flows.payments.open_checkout import open_checkout
from portone_payments.flows.subscriptions.pay import ask_to_pay


class WindowBody(Body):
    """Where the window opens."""

    platform: Platform


_BOTH: dict[str, Any] = {
    "required": ["billingKeyId", "window"],
    "properties": {"billingKeyId": {"type": "string"}, "window": {"type": "object"}},
}


class PayBody(Body):
    """A saved method of the caller, or a window, not both; without either, the method that pays it anyway."""

    model_config = ConfigDict(json_schema_extra={"not": _BOTH})
    billing_key_id: BillingKeyId | None = None
    window: WindowBody | None = None


def route(request: Request, deps: InvoiceDeps) -> dict[str, Any]:
    """Charged at once, 202 while that is open. Declined: 200, and the invoice says what to do (`advice`).

    For a window: what `PortOne.requestPayment` needs. It holds up other charges of the invoice for half an
    hour at most, and offers no virtual account.
    """
    user_id, wanted, number = request.user_id, subscription_id(request), invoice_id(request)
    body = request.body(PayBody)
    deadline = deps.deadline(INLINE_SECONDS)
    if body.window is None:
        after = ask_to_pay(deps.subscriptions, wanted, number, body.billing_key_id, user_id=user_id)
        after = deps.subscriber.collected(after, deadline)
        return paid_answer(request, after, number, deps.clock.now(), deps.settings.billing)
    if body.billing_key_id is not None:
        raise InvalidRequest(field="window", reason="with_billing_key")
    prepared = deps.invoice_windows.open(wanted, number, body.window.platform, user_id=user_id)
    open_checkout(prepared, reader=deps.reader, ids=deps.ids, clock=deps.clock, deadline=deadline)
    return answer(200, checkout_view(prepared, deps.settings))


handler = HttpHandler(
    route, needs=("store", "portone", "vault", "subscriber", "invoice_windows"), kind=InvoiceDeps
)
