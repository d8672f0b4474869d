"""PortOne's webhooks, on a Function URL: authenticated by signature over the raw bytes, then a hint."""

from typing import Any

from portone_payments.adapters.portone.webhook import NO_MATCH, raw_body, read_delivery, single_headers
from portone_payments.domain.errors.common import SignatureRejected
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.entry.wiring.reader_deps import ReaderDeps
from portone_payments.flows.webhooks.confirm_request import ConfirmPolicy
from portone_payments.flows.webhooks.receive import Receiver
from portone_payments.ports.world import Metric


class HookDeps(KeyDeps, ReaderDeps):
    """Readings, and rows for what is not a payment of ours."""


def route(request: Request, deps: HookDeps) -> dict[str, Any]:
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
    return answer(200, {"result": _receiver(deps).receive(delivery)})


def _read(request: Request, deps: HookDeps) -> Delivery:
    return read_delivery(
        method=request.method,
        headers=single_headers(request.event),
        body=raw_body(request.event),
        secrets=deps.secrets.webhook(),
        now=deps.clock.now(),
        tolerance=deps.settings.webhook_tolerance,
    )


def _read_again(request: Request, deps: HookDeps) -> Delivery:
    """With secrets read anew: one may have been rotated since."""
    try:
        return _read(request, deps)
    except SignatureRejected:
        deps.meter.count(Metric.SIGNATURE_FAILURE)
        raise


def _receiver(deps: HookDeps) -> Receiver:
    return Receiver(
        reader=deps.reader,
        store=deps.store,
        strays=deps.strays,
        queue=deps.queue,
        clock=deps.clock,
        meter=deps.meter,
        confirm=ConfirmPolicy(enabled=deps.settings.confirm_process),
    )


handler = HttpHandler(route, rights=(), needs=("store", "portone", "queue", "vault"), kind=HookDeps)
