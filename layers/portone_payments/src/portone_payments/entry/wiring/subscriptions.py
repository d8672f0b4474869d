"""What functions need that change a default or a subscription here and send PortOne nothing."""

from functools import cached_property

from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.billing_keys.default import DefaultKey
from portone_payments.flows.subscriptions.end import Ender
from portone_payments.flows.subscriptions.manage import Subscriptions


class SubscriptionDeps(PortDeps):
    """The default method and subscriptions, read and changed; nothing is charged."""

    @cached_property
    def default_key(self) -> DefaultKey:
        """The saved method that is charged unless another is named."""
        return DefaultKey(
            store=self.store,
            clock=self.clock,
            meter=self.meter,
            billing=self.settings.billing,
            note=self.skips.note,
        )

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """Subscriptions as they are found and changed, without a charge."""
        return Subscriptions(
            store=self.store, clock=self.clock, meter=self.meter, policy=self.settings.billing
        )

    @cached_property
    def ender(self) -> Ender:
        """Ends subscriptions with refunds."""
        return Ender(
            subscriptions=self.subscriptions,
            store=self.store,
            meter=self.meter,
            billing=self.settings.billing,
            policy=self.settings.refund,
        )
