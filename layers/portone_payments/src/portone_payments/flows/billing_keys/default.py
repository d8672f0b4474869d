"""The default payment method, the subscriptions that wait for one, and those it pays (rules 8.6, 11.10)."""

from contextlib import suppress
from dataclasses import dataclass, replace

from portone_payments.domain.billing_keys.payer import gives_way, now_paid_by, payer
from portone_payments.domain.billing_keys.wallet import make_default, usable
from portone_payments.domain.errors.common import Busy
from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.allowances import CHOICES, spend
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.reopening import woken
from portone_payments.flows.billing_keys.change import WalletBook
from portone_payments.flows.billing_keys.pages import every_page
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.store import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultKey(WalletBook):
    """Chosen by its owner and stored here only; PortOne knows no default."""

    billing: BillingPolicy
    note: Note = unnoted

    def choose(self, user_id: str, billing_key_id: str) -> Wallet:
        """The wallet with another default; charges that wait for a method are attempted at once.

        Raises `BillingKeyNotFound`, `BillingKeyGone`, `TooManyRequests`, `Busy`.
        """

        def chosen(held: Wallet) -> tuple[Wallet]:
            moment = self.moment("app")
            after = make_default(held, billing_key_id, moment)
            if after is held:
                return (held,)
            return (replace(after, spent=spend(held.spent, CHOICES, now=moment.now)),)

        return self.change(user_id, chosen)

    def heard(self, user_id: str) -> Wallet:
        """The wallet after its subscriptions heard what pays them; a lost race leaves it due."""
        wallet = self._held(user_id)
        if not (wallet.waking or wallet.telling):
            return wallet
        with suppress(Busy, Conflict):
            self.wake(user_id, self.moment("app"))
        return self._held(user_id)

    def wake(self, user_id: str, moment: Moment) -> None:
        """Have a user's subscriptions record which method pays them; those that wait for one are due at once.

        Raises `Conflict`.
        """
        wallet = self._held(user_id)
        skips = Skips(self.meter, self.note)
        for page in every_page(self.store, user_id):
            skips.add(page.skipped)
            for subscription in page.items:
                self._by_itself(subscription, wallet, moment, skips)

        def heard(held: Wallet) -> tuple[Wallet]:
            # another choice or deletion meanwhile is heard in a round of its own
            done = (held.waking or held.telling) and usable(held) == usable(wallet)
            return (replace(held, waking=False, telling=False) if done else held,)

        self.change(user_id, heard, fact=False)

    def _by_itself(self, subscription: Subscription, wallet: Wallet, moment: Moment, skips: Skips) -> None:
        """Treat one; one that cannot be treated does not stop the others. Raises `Conflict`."""
        try:
            self._wake(subscription, wallet, moment)
        except Conflict:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            skips.skip("subscription", subscription.subscription_id, error)

    def _held(self, user_id: str) -> Wallet:
        return self.store.wallet(user_id) or Wallet(user_id=user_id)

    def _wake(self, subscription: Subscription, wallet: Wallet, moment: Moment) -> None:
        after = subscription
        if wallet.waking:
            after = gives_way(after, wallet) if self.billing.method_fallback else after
            chosen = payer(wallet, after, fallback=self.billing.method_fallback)
            # another default says nothing about a method of its own
            after = woken(after, moment) if chosen and chosen.id == wallet.default else subscription
        after = now_paid_by(after, wallet, moment, self.billing)
        if after is subscription:
            return
        after = replace(after, due_at=next_due(after, moment.now, self.billing), tries=0)
        # a conflict ends this round: the wallet stays due, and the next round reads what changed meanwhile
        self.store.save(after)
