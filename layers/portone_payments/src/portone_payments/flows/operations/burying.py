"""An item that twelve workers did not finish: due once a day from now on, staff called (rules 4.3, 10.8)."""

from contextlib import suppress
from dataclasses import dataclass

from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.history import Fact, Moment, has_attention, raise_attention, record
from portone_payments.domain.records.payments import AttentionKind, Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.times import DAY, POISON
from portone_payments.flows.shared.skipping import Skips
from portone_payments.ports.store import Conflict, Due, Kind, Store
from portone_payments.ports.world import Clock, Meter, Metric


@dataclass(frozen=True, slots=True)
class Burier:
    """The mark is written alone, so that an item is put off whatever it contains."""

    store: Store
    clock: Clock
    meter: Meter
    skips: Skips

    def bury(self, due: Due) -> None:
        """Put an item off for a day; then record it in the history of the item, where it can be saved."""
        now = self.clock.now()
        self.meter.count(Metric.DEAD_LETTERED)
        with self.skips.over(due.kind, due.id):
            if self.store.bury(due, until=int(now) + DAY, tries=POISON - 1):
                self._tell(due, Moment(now=now, by="sweep"))

    def _tell(self, due: Due, moment: Moment) -> None:
        held = self._held(due)
        if held is None:
            return
        with suppress(Conflict):
            self.store.save(_called(held, moment))

    def _held(self, due: Due) -> Payment | Wallet | Subscription | None:
        """The record, where it has a history; the row of an unmatched webhook has none."""
        match due.kind:
            case Kind.PAYMENT | Kind.CHARGE:
                return self.store.payment(due.id)
            case Kind.WALLET:
                return self.store.wallet(due.id)
            case Kind.SUBSCRIPTION:
                return self.store.subscription(due.id)
            case _:
                return None


def _called(held: Payment | Wallet | Subscription, moment: Moment) -> Payment | Wallet | Subscription:
    """Staff is called to a payment once; the call stands until staff closes it."""
    match held:
        case Payment():
            if has_attention(held, AttentionKind.DEAD_LETTERED):
                return held
            told = record(held, Fact.DEAD_LETTERED, moment)
            return raise_attention(told, AttentionKind.DEAD_LETTERED, at=moment.now)
        case Wallet():
            return record(held, Fact.DEAD_LETTERED, moment)
        case Subscription():
            return record(held, Fact.DEAD_LETTERED, moment)
