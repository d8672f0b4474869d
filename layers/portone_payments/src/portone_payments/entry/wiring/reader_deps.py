"""What functions need that read payments at PortOne."""

from functools import cached_property

from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.payments.catch_up import Reader


class ReaderDeps(PortDeps):
    """Readings."""

    @cached_property
    def reader(self) -> Reader:
        """The one way a payment's state changes."""
        return Reader(
            store=self.store,
            portone=self.portone,
            meter=self.meter,
            policy=self.settings.check,
            gate=self.gate,
            billing=self.settings.billing,
        )
