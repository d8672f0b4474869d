"""Once a day: what has been kept long enough is deleted, each by itself, and never what is open (I17, I18).

A record is looked for by the day it last moved, for as long as that day may have been another: so a run that
failed, or a record that could not be treated, has its turn again the next day. Behind it DynamoDB deletes.
"""

from dataclasses import dataclass
from functools import cached_property

from portone_payments.domain.audit.days import days_between
from portone_payments.domain.records.billing_keys import SettledKey
from portone_payments.domain.records.payments import Order, Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.retention.rules import BEHIND, KEPT, LATELY, Ending, moved_at, settled
from portone_payments.domain.shared.times import DAY
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.store import Conflict, Filed, Store
from portone_payments.ports.world import Clock, Deadline, Meter, Metric

# how late a record may be found under its day, and for how long its deletion is attempted
REACH = LATELY + BEHIND + 5 * DAY


@dataclass(slots=True)
class Removed:
    """What a run did: records with all that was theirs, those still open, whether time ran out."""

    removed: int = 0
    put_off: int = 0
    left: bool = False


@dataclass(frozen=True, kw_only=True)
class Remover:
    """Deletes by what records themselves say; `note` is called with what is skipped."""

    store: Store
    clock: Clock
    meter: Meter
    note: Note = unnoted

    def remove(self, *, deadline: Deadline) -> Removed:
        """Go through the days, the oldest first, until time runs out; the next run continues."""
        done, until = Removed(), self.clock.now() - KEPT
        for day in days_between(max(until - REACH, self._began() - DAY), until):
            if done.left:
                break
            with self._skips.over("day", day):
                self._day(day, until, done, deadline)
        # what is open for lack of time needs staff, who can give the run more
        self.meter.count(Metric.END_PUT_OFF, done.put_off + done.left)
        self.meter.count(Metric.RECORD_ENDED, done.removed)
        return done

    @cached_property
    def _skips(self) -> Skips:
        return Skips(self.meter, self.note)

    def _began(self) -> float:
        """Before when there is nothing: a stack younger than five years reads nothing."""
        with self._skips.over("audit", "list"):
            mark = self.store.audit_mark()
            return mark.began if mark else 0.0
        return 0.0

    def _day(self, day: str, until: float, done: Removed, deadline: Deadline) -> None:
        for each in self.store.filed(day):
            if deadline.remaining() <= 0:
                done.left = True
                return
            # what left a wallet is logged by its own id: the wallet's id is its user's
            with self._skips.over(each.kind, each.part or each.id):
                self._one(each, until, done)

    def _one(self, filed: Filed, until: float, done: Removed) -> None:
        record = self._held(filed)
        if record is None or moved_at(record) > until:
            return
        if not settled(record):
            done.put_off += 1
            return
        try:
            self.store.remove(record, *self._order_with(record, until))
        except Conflict:
            return  # it moved just now, or another run had it
        done.removed += 1

    def _held(self, filed: Filed) -> Ending | None:
        match filed.kind:
            case "payment":
                return self.store.payment(filed.id)
            case "subscription":
                return self.store.subscription(filed.id)
            case "wallet":
                return self.store.wallet(filed.id)
            case "saved-key":
                return self._left_key(filed.id, filed.part)
            case _:
                raise ValueError(filed.kind)

    def _left_key(self, user_id: str, billing_key_id: str) -> SettledKey | None:
        """A payment method that left its wallet, unless it is back in it."""
        wallet = self.store.wallet(user_id)
        back = wallet is not None and billing_key_id in wallet.keys
        return None if back else self.store.settled_key(user_id, billing_key_id)

    def _order_with(self, record: Ending, until: float) -> tuple[Order, ...]:
        """The order of a record that was the last of it."""
        if isinstance(record, Payment | Subscription) and record.order_id is not None:
            order = self.store.order(record.order_id)
            if order is not None and moved_at(order) <= until and self._is_last(order, record):
                return (order,)
        return ()

    def _is_last(self, order: Order, record: Payment | Subscription) -> bool:
        if order.subscription_id is not None:
            # the parts of an order are its schedule's: it goes with that
            return isinstance(record, Subscription) and order.subscription_id == record.subscription_id
        payments = {order.payment_id, order.settled_by, *order.earlier, *order.quarantined}
        others = payments - {None, record.payment_id if isinstance(record, Payment) else None}
        return not self.store.payments(each for each in others if each is not None)
