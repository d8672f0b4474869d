"""What functions need that prepare payments and read them at PortOne."""

from functools import cached_property

from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.payments.prepare import Preparer


class PaymentDeps(PortDeps):
    """Payments, from the intent to what PortOne says of them."""

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

    @cached_property
    def preparer(self) -> Preparer:
        """Stores the intent to be paid."""
        return Preparer(
            store=self.store,
            clock=self.clock,
            ids=self.ids,
            meter=self.meter,
            rules=self.settings.pay_method_rules,
            windows=self.settings.paying,
            policy=self.settings.check,
            ready_seconds=self.settings.ready_minutes * 60,
            customers=self.customers,
            vault=self.vault,
        )
