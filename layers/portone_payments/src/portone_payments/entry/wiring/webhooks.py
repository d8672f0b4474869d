"""What functions need that take PortOne's webhooks."""

from functools import cached_property

from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.flows.webhooks.confirm_request import ConfirmPolicy
from portone_payments.flows.webhooks.receive import Receiver
from portone_payments.flows.webhooks.unmatched import UnmatchedWebhooks


class WebhookDeps(KeyDeps, PaymentDeps):
    """Readings, and rows for what is not a payment of ours."""

    @cached_property
    def unmatched(self) -> UnmatchedWebhooks:
        """Webhooks about what is not ours."""
        return UnmatchedWebhooks(
            store=self.store,
            portone=self.portone,
            store_id=self.settings.store_id,
            live=self.settings.live,
            vault=self.vault,
            meter=self.meter,
            clock=self.clock,
            billing_keys=self.billing_keys,
        )

    @cached_property
    def receiver(self) -> Receiver:
        """Takes authentic deliveries."""
        return Receiver(
            reader=self.reader,
            store=self.store,
            unmatched=self.unmatched,
            queue=self.queue,
            clock=self.clock,
            meter=self.meter,
            confirm=ConfirmPolicy(enabled=self.settings.confirm_process),
        )
