"""How a wallet is changed, whoever asks for it: read, decide, save under its version."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portone_payments.domain.bounds import as_saved
from portone_payments.domain.errors import Busy
from portone_payments.domain.facts import Moment
from portone_payments.domain.kept import Record
from portone_payments.domain.wallet import next_due
from portone_payments.domain.wallet_records import Wallet
from portone_payments.ports import Clock, Meter, Metric
from portone_payments.ports_store import Conflict, Store

ATTEMPTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletBook:
    """What is done with a wallet without a word to PortOne."""

    store: Store
    clock: Clock
    meter: Meter

    def change(self, user_id: str, changed: Callable[[Wallet], tuple[Wallet, *tuple[Record, ...]]]) -> Wallet:
        """The wallet as `changed` makes it, saved together with what goes with it. Raises `Busy`."""
        for _ in range(ATTEMPTS):
            held = self.store.wallet(user_id) or Wallet(user_id=user_id)
            after, *others = changed(held)
            if after is held:
                return held
            after = replace(after, due_at=next_due(after, self.clock.now()), tries=0)
            try:
                self.store.save(after, *others)
            except Conflict:
                self.meter.count(Metric.CONFLICT)
                continue
            return as_saved(after)
        raise Busy

    def moment(self, by: str) -> Moment:
        """Now, for somebody."""
        return Moment(now=self.clock.now(), by=by)
