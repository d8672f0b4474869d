"""PortOne's webhooks, on a Function URL: authenticated by signature over the raw bytes, then a hint."""

from typing import Any

from portone_payments.adapters.portone.webhook import NO_MATCH, raw_body, read_delivery, single_headers
from portone_payments.domain.errors.common import SignatureRejected
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.wiring.webhooks import WebhookDeps
from portone_payments.ports.world import Metric


def route(request: Request, deps: WebhookDeps) -> dict[str, Any]:
    """2xx: borne out by what is saved, or durably stored. 403 is the answer to a refused approval."""
    try:
        delivery = _read(request, deps)
    except SignatureRejected as rejected:
        curable = rejected.data.get("reason") == NO_MATCH
        if not (curable and deps.secrets.refresh_webhook()):
            deps.meter.count(Metric.SIGNATURE_FAILURE)
            raise
        delivery = _read_again(request, deps)
    # so that failures are seen as a share: a stranger can send bad signatures, never keep good ones away
    deps.meter.count(Metric.SIGNATURE_FAILURE, 0)
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


def _read_again(request: Request, deps: WebhookDeps) -> Delivery:
    """With secrets read anew: one may have been rotated since."""
    try:
        return _read(request, deps)
    except SignatureRejected:
        deps.meter.count(Metric.SIGNATURE_FAILURE)
        raise


handler = HttpHandler(route, rights=(), needs=("store", "portone", "queue", "vault"), kind=WebhookDeps)
