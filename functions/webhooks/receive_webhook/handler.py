"""PortOne's webhooks, on a Function URL: authenticated by signature over the raw bytes, then a hint."""

from typing import Any

from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.wiring.deliveries import DeliveryDeps


def route(request: Request, deps: DeliveryDeps) -> dict[str, Any]:
    """2xx: borne out by what is saved, or durably stored. 403 is the answer to a refused approval."""
    return answer(200, {"result": deps.receiver.receive(deps.delivery(request))})


handler = HttpHandler(route, rights=(), needs=("store", "portone", "queue", "vault"), kind=DeliveryDeps)
