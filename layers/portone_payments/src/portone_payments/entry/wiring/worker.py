"""What the worker needs, which finishes any item."""

from functools import cached_property

from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.entry.wiring.instructions import InstructionDeps
from portone_payments.entry.wiring.webhooks import WebhookDeps
from portone_payments.flows.subscriptions.pricing import PriceTeller
from portone_payments.flows.timers.work import Worker


class Deps(InstructionDeps, WebhookDeps, ChargeDeps):
    """All dependencies about money; a function that needs less declares a smaller kind."""

    @cached_property
    def prices(self) -> PriceTeller:
        """Tells subscribers of a new price."""
        return PriceTeller(
            subscriptions=self.subscriptions,
            store=self.store,
            queue=self.queue,
            clock=self.clock,
            meter=self.meter,
            note=self.skips.note,
        )

    @cached_property
    def worker(self) -> Worker:
        """Finishes what the sweep leased and what handlers left unfinished."""
        return Worker(
            reader=self.reader,
            sender=self.sender,
            approvals=self.approvals,
            charges=self.charges,
            wallets=self.wallets,
            receipts=self.receipts,
            closer=self.closer,
            unmatched=self.unmatched,
            prices=self.prices,
            store=self.store,
            clock=self.clock,
            meter=self.meter,
            ids=self.ids,
            note=self.skips.note,
        )
