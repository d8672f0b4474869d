"""The default payment method, and the subscriptions that wait for one (rule 8.6)."""

from contextlib import suppress
from dataclasses import dataclass, replace

from portone_payments.domain.billing_keys.wallet import make_default
from portone_payments.domain.errors.common import Busy
from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.allowances import CHOICES, spend
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.reopening import woken
from portone_payments.flows.billing_keys.change import WalletBook
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.store import Conflict

PAGE = 50


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
        """The wallet after subscriptions that wait for a default were woken; a lost race leaves it due."""
        wallet = self._held(user_id)
        if not wallet.waking:
            return wallet
        with suppress(Busy, Conflict):
            self.wake(user_id, self.moment("app"))
        return self._held(user_id)

    def wake(self, user_id: str, moment: Moment) -> None:
        """Make subscriptions that wait for a payment method due at once (rule 8.6). Raises `Conflict`."""
        skips = Skips(self.meter, self.note)
        cursor: str | None = None
        while True:
            page = self.store.subscriptions(user_id, cursor=cursor, limit=PAGE)
            skips.add(page.skipped)
            for subscription in page.items:
                self._by_itself(subscription, moment, skips)
            cursor = page.cursor
            if cursor is None:
                break
        self.change(user_id, lambda held: (replace(held, waking=False) if held.waking else held,), fact=False)

    def _by_itself(self, subscription: Subscription, moment: Moment, skips: Skips) -> None:
        """Wake one; one that cannot be woken does not stop the others. Raises `Conflict`."""
        try:
            self._wake(subscription, moment)
        except Conflict:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            skips.skip("subscription", subscription.subscription_id, error)

    def _held(self, user_id: str) -> Wallet:
        return self.store.wallet(user_id) or Wallet(user_id=user_id)

    def _wake(self, subscription: Subscription, moment: Moment) -> None:
        after = woken(subscription, moment)
        if after is subscription:
            return
        after = replace(after, due_at=next_due(after, moment.now, self.billing), tries=0)
        # a conflict ends this round: the wallet stays due, and the next round reads what changed meanwhile
        self.store.save(after)
