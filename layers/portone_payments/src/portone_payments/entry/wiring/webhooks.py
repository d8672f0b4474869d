"""What functions need that take PortOne's webhooks."""

from functools import cached_property

from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.flows.webhooks.confirm_request import ConfirmPolicy
from portone_payments.flows.webhooks.receive import Receiver
from portone_payments.flows.webhooks.unmatched import StrayKeeper


class WebhookDeps(KeyDeps, PaymentDeps):
    """Readings, and rows for what is not a payment of ours."""

    @cached_property
    def strays(self) -> StrayKeeper:
        """Webhooks about what is not ours."""
        return StrayKeeper(
            store=self.store,
            portone=self.portone,
            store_id=self.settings.store_id,
            live=self.settings.live,
            vault=self.vault,
            meter=self.meter,
            clock=self.clock,
            keys=self.wallets,
        )

    @cached_property
    def receiver(self) -> Receiver:
        """Takes authentic deliveries."""
        return Receiver(
            reader=self.reader,
            store=self.store,
            strays=self.strays,
            queue=self.queue,
            clock=self.clock,
            meter=self.meter,
            confirm=ConfirmPolicy(enabled=self.settings.confirm_process),
        )
