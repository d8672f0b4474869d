"""What functions need that bring saved payment methods on."""

from functools import cached_property

from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.billing_keys.delete import KeyRemover
from portone_payments.flows.billing_keys.issue import BillingKeys
from portone_payments.flows.billing_keys.register import Registrar
from portone_payments.flows.billing_keys.work import WalletKeeper


class KeyDeps(SubscriptionDeps):
    """Billing keys, from their windows to their deletion."""

    @cached_property
    def keys(self) -> BillingKeys:
        """Saved payment methods."""
        return BillingKeys(
            store=self.store,
            portone=self.portone,
            secrets=self.secrets,
            vault=self.vault,
            queue=self.queue,
            clock=self.clock,
            ids=self.ids,
            meter=self.meter,
            customers=self.customers,
            policy=self.settings.check,
            gate=self.gate,
        )

    @cached_property
    def registrar(self) -> Registrar:
        """Registers billing keys."""
        return Registrar(
            billing_keys=self.keys,
            store=self.store,
            vault=self.vault,
            ids=self.ids,
            meter=self.meter,
            test=not self.settings.live,
        )

    @cached_property
    def remover(self) -> KeyRemover:
        """Deletes billing keys."""
        return KeyRemover(
            billing_keys=self.keys, store=self.store, clock=self.clock, ids=self.ids, meter=self.meter
        )

    @cached_property
    def wallets(self) -> WalletKeeper:
        """Finishes what is unfinished about billing keys."""
        return WalletKeeper(
            billing_keys=self.keys,
            store=self.store,
            portone=self.portone,
            meter=self.meter,
            registrar=self.registrar,
            remover=self.remover,
            default=self.default_key,
            note=self.skips.note,
        )
