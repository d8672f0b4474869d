"""What the function needs that PortOne posts to; nothing else reads deliveries."""

from functools import partial

from portone_payments.adapters.portone.webhook import raw_body, read_delivery, single_headers
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.entry.request import Request
from portone_payments.entry.wiring.webhooks import WebhookDeps
from portone_payments.flows.webhooks.authenticate import authentic


class DeliveryDeps(WebhookDeps):
    """Deliveries as they arrive, read and authenticated."""

    def delivery(self, request: Request) -> Delivery:
        """What PortOne delivers with a request. Raises `SignatureRejected` and what `read_delivery` does."""
        return authentic(partial(self._read, request), secrets=self.secrets, meter=self.meter)

    def _read(self, request: Request) -> Delivery:
        return read_delivery(
            method=request.method,
            headers=single_headers(request.event),
            body=raw_body(request.event),
            secrets=self.secrets.webhook(),
            now=self.clock.now(),
            tolerance=self.settings.webhook_tolerance,
        )
