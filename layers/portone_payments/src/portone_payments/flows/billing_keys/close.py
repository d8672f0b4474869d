"""Close a user's account: end what is charged, delete what is charged with (rule 11.13).

Each step is stored by itself and repeated without effect; the wallet stays due until all of it is done.
"""

from dataclasses import dataclass, replace

from portone_payments.domain.billing_keys.closing import Waits, asked_to_close, closed, methods_left
from portone_payments.domain.errors.common import Busy
from portone_payments.domain.records.billing_keys import KeyState, Wallet, settled
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import EndReason, Subscription
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.ending import end_now
from portone_payments.domain.subscriptions.life import OVER
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.flows.billing_keys.change import WalletBook
from portone_payments.flows.billing_keys.delete import KeyDeletion
from portone_payments.flows.billing_keys.pages import every_page
from portone_payments.flows.shared import optimistic
from portone_payments.ports.world import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCloser(WalletBook):
    """Ends subscriptions and deletes saved methods; payments are kept for as long as the law asks."""

    deletion: KeyDeletion
    billing: BillingPolicy

    def close(self, user_id: str, *, by: str, deadline: Deadline) -> tuple[Wallet, tuple[Waits, ...]]:
        """The wallet, and what is still waited for. Raises `Busy`."""
        moment = self.moment(by)
        self.change(user_id, lambda held: (asked_to_close(held, moment),))
        return self.go_on(user_id, deadline=deadline)

    def go_on(self, user_id: str, *, deadline: Deadline) -> tuple[Wallet, tuple[Waits, ...]]:
        """Take a closing as far as it goes. Raises `Busy`."""
        wallet = self._held(user_id)
        if wallet.closing_at is None:
            return wallet, ()
        moment = self.moment(wallet.closing_by)
        waits = {Waits.CHARGE} if self._ended_all(user_id, moment) else set[Waits]()
        for key in wallet.keys.values():
            if not settled(key) and key.state is not KeyState.DELETING:
                self.deletion.delete(user_id, key.id, deadline, pays=False, by=moment.by)
        wallet = self._held(user_id)
        if methods_left(wallet):
            waits.add(Waits.METHOD)
        if not waits:
            wallet = self.change(user_id, lambda held: (closed(held, moment),), fact=False)
        return wallet, tuple(sorted(waits))

    def _ended_all(self, user_id: str, moment: Moment) -> bool:
        """Whether one of them waits for a charge under way."""
        every = (each for page in every_page(self.store, user_id) for each in page.items)
        left = [self._ended(each, moment) for each in every if each.status not in OVER]
        return any(each.status not in OVER for each in left)

    def _ended(self, subscription: Subscription, moment: Moment) -> Subscription:
        def read() -> Subscription:
            held = self.store.subscription(subscription.subscription_id)
            if held is None:
                raise Busy
            return held

        def decide(held: Subscription) -> tuple[Subscription]:
            if held.status in OVER or held.end_asked_at is not None:
                return (held,)
            after = end_now(held, moment, EndReason.ACCOUNT_CLOSED)
            return (replace(after, due_at=next_due(after, moment.now, self.billing), tries=0),)

        after, _ = optimistic.change(read, decide, store=self.store, meter=self.meter)
        return after

    def _held(self, user_id: str) -> Wallet:
        return self.store.wallet(user_id) or Wallet(user_id=user_id)
