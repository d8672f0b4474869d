"""How every caller changes a wallet: read, decide, save under its version."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portone_payments.domain.billing_keys.wallet import key_of_issue, next_due, with_key
from portone_payments.domain.records.billing_keys import SavedKey, Wallet
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.shared.allowances import Allowance, with_one
from portone_payments.flows.shared import optimistic
from portone_payments.ports.store import Store
from portone_payments.ports.world import Clock, Meter

type Change = Callable[[Wallet], tuple[Wallet, *tuple[AnyRecord, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletBook:
    """Changes of a wallet that send PortOne nothing."""

    store: Store
    clock: Clock
    meter: Meter

    def change(self, user_id: str, changed: Change, *, fact: bool = True) -> Wallet:
        """The wallet as `changed` makes it, saved together with what goes with it. Raises `Busy`.

        `fact` False: for an intermediate step, a lease or a mark, which its history does not record.
        """

        def read() -> Wallet:
            return self.store.wallet(user_id) or Wallet(user_id=user_id)

        def decide(held: Wallet) -> tuple[Wallet, *tuple[AnyRecord, ...]]:
            after, *others = changed(held)
            if after is held:
                return (held,)
            return replace(after, due_at=next_due(after, self.clock.now()), tries=0), *others

        wallet, _ = optimistic.change(read, decide, store=self.store, meter=self.meter, fact=fact)
        return wallet

    def key(self, user_id: str, billing_key_id: str) -> SavedKey:
        """A key of a user, also one that has left the wallet. Raises `BillingKeyNotFound`."""
        return key_of_issue(
            self.recalled(self.store.wallet(user_id), user_id, billing_key_id), billing_key_id
        )

    def recalled(self, wallet: Wallet | None, user_id: str, billing_key_id: str) -> Wallet:
        """The wallet with one key that has left it; unchanged where it has the key, or none is known."""
        wallet = wallet or Wallet(user_id=user_id)
        left = None if billing_key_id in wallet.keys else self.store.settled_key(user_id, billing_key_id)
        return with_key(wallet, left.key) if left else wallet

    def spend(self, user_id: str, allowance: Allowance) -> None:
        """Count one more use of an allowance, with no other write. Raises `Busy`."""

        def one_more(held: Wallet) -> tuple[Wallet]:
            return (replace(held, spent=with_one(held.spent, allowance, now=self.clock.now())),)

        self.change(user_id, one_more)

    def moment(self, by: str) -> Moment:
        """Now, decided by this caller."""
        return Moment(now=self.clock.now(), by=by)
