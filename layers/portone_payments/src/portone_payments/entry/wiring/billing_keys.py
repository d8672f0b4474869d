"""What functions need that register and delete saved payment methods."""

from functools import cached_property

from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.billing_keys.close import UserCloser
from portone_payments.flows.billing_keys.issue import BillingKeys
from portone_payments.flows.billing_keys.work import WalletKeeper


class KeyDeps(SubscriptionDeps):
    """Billing keys, from their windows to their deletion."""

    @cached_property
    def billing_keys(self) -> BillingKeys:
        """Saved payment methods, from their windows to their deletion."""
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
            test=not self.settings.live,
        )

    @cached_property
    def user_closer(self) -> UserCloser:
        """Closes accounts of users."""
        return UserCloser(
            deletion=self.billing_keys,
            store=self.store,
            clock=self.clock,
            meter=self.meter,
            billing=self.settings.billing,
        )

    @cached_property
    def wallets(self) -> WalletKeeper:
        """Finishes unfinished issues and deletions of billing keys."""
        return WalletKeeper(
            billing_keys=self.billing_keys,
            store=self.store,
            clock=self.clock,
            meter=self.meter,
            default=self.default_key,
            closer=self.user_closer,
            note=self.skips.note,
        )
