"""What the function needs that charges an invoice, or opens a window for it."""

from functools import cached_property

from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.pay import InvoiceWindows


class InvoiceDeps(ChargeDeps):
    """An invoice paid at its customer's word."""

    @cached_property
    def invoice_windows(self) -> InvoiceWindows:
        """Opens windows for invoices."""
        return InvoiceWindows(
            subscriptions=self.subscriptions,
            store=self.store,
            secrets=self.secrets,
            vault=self.vault,
            meter=self.meter,
            rules=self.settings.pay_method_rules,
            windows=self.settings.paying,
            policy=self.settings.check,
            customers=self.customers,
            ready_seconds=self.settings.ready_minutes * 60,
        )
