"""PortOne's webhooks, on a Function URL: authenticated by signature over the raw bytes, then a hint."""

from functools import partial
from typing import Any

from portone_payments.adapters.portone.webhook import raw_body, read_delivery, single_headers
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.wiring.webhooks import WebhookDeps
from portone_payments.flows.webhooks.authenticate import authentic


def route(request: Request, deps: WebhookDeps) -> dict[str, Any]:
    """2xx: borne out by what is saved, or durably stored. 403 is the answer to a refused approval."""
    delivery = authentic(partial(_read, request, deps), secrets=deps.secrets, meter=deps.meter)
    return answer(200, {"result": deps.receiver.receive(delivery)})


def _read(request: Request, deps: WebhookDeps) -> Delivery:
    return read_delivery(
        method=request.method,
        headers=single_headers(request.event),
        body=raw_body(request.event),
        secrets=deps.secrets.webhook(),
        now=deps.clock.now(),
        tolerance=deps.settings.webhook_tolerance,
    )


handler = HttpHandler(route, rights=(), needs=("store", "portone", "queue", "vault"), kind=WebhookDeps)
