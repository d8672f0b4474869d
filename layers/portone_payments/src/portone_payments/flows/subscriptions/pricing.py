"""A new price reaches every subscriber of its plan, page by page (rule 11.11).

The plan's own record says how far it came: a worker that dies is followed by another, and nobody is told
twice.
"""

from dataclasses import dataclass, replace

from portone_payments.domain.errors.billing import PlanNotFound, SubscriptionNotFound
from portone_payments.domain.errors.common import InvalidRequest, StorageUnavailable
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.subscriptions import Plan, PriceForAll, Subscription
from portone_payments.domain.shared.calendar import DAY, kst_day, kst_midnight
from portone_payments.domain.shared.money import checked_amount, checked_tax_free
from portone_payments.domain.subscriptions.pricing import Reach, due, onward, reach, with_price
from portone_payments.flows.shared.optimistic import retried
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.flows.subscriptions.manage import Subscriptions
from portone_payments.ports.store import Due, Kind, Queue, Store
from portone_payments.ports.world import Clock, Deadline, Meter

PAGE = 25
# a page is begun only while this many seconds are left, and saved as leased for the next one
SECONDS_LEFT = 4.0
LEASE = 180
FARTHEST = 366 * DAY
_OF_AN_ITEM = frozenset({"unreadable", "schema_too_new", "item_too_large"})


def ask_price(plan_id: str, asked: PriceForAll, *, tax_free: int | None, store: Store, meter: Meter) -> Plan:
    """The plan at its new price, which a worker takes to its subscribers; the same again changes nothing.

    `tax_free` None: as much of the new price as of the one so far (minor units). Raises `PlanNotFound`,
    `InvalidRequest`, `Busy`.
    """

    def write() -> Plan:
        held = store.plan(plan_id)
        if held is None:
            raise PlanNotFound
        wanted = replace(asked, tax_free=_share(held, asked.amount) if tax_free is None else tax_free)
        _check(held, wanted)
        if held.price is not None and _same(held.price, wanted) and not _left_out(held.price):
            return held
        after = replace(
            held,
            amount=wanted.amount,
            tax_free=wanted.tax_free,
            price=wanted,
            due_at=int(wanted.asked_at),
            tries=0,
        )
        store.save(after)
        return after

    return retried(write, meter=meter)


def _share(plan: Plan, amount: int) -> int:
    return plan.tax_free * amount // plan.amount if plan.amount else 0


def _check(plan: Plan, wanted: PriceForAll) -> None:
    checked_amount(wanted.amount, plan.currency, field="amount", least=0)
    checked_tax_free(wanted.tax_free, wanted.amount, plan.currency, field="taxFreeAmount")
    today = kst_midnight(kst_day(wanted.asked_at))
    if wanted.starts is not None and not today <= wanted.starts <= today + FARTHEST:
        raise InvalidRequest(field="from", reason="out_of_range")


def _same(held: PriceForAll, wanted: PriceForAll) -> bool:
    return (held.amount, held.tax_free, held.starts) == (wanted.amount, wanted.tax_free, wanted.starts)


def _left_out(price: PriceForAll) -> bool:
    """Whether some could not be told: the same call again goes through all once more."""
    return price.done_at is not None and price.skipped > 0


def _of_the_table(error: Exception) -> bool:
    """Whether the table does not answer, rather than one item being at fault: the page is repeated then."""
    return isinstance(error, StorageUnavailable) and error.data.get("reason") not in _OF_AN_ITEM


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTeller:
    """Tells subscribers of a new price, as far as time allows; the next worker goes on from there."""

    subscriptions: Subscriptions
    store: Store
    queue: Queue
    clock: Clock
    meter: Meter
    note: Note = unnoted

    def work(self, held: Plan, *, deadline: Deadline) -> None:
        """Pages of subscribers until time runs out. Raises `Conflict`, `StorageUnavailable`."""
        plan, due_at = held, due(held.price, self.clock.now())
        while due_at is not None and due_at <= self.clock.now() and deadline.remaining() > SECONDS_LEFT:
            plan = self._page(plan)
            due_at = due(plan.price, self.clock.now())
        if plan is held:
            self.store.save(replace(held, due_at=due_at, tries=0))
        elif plan.due_at is not None and due_at is not None and due_at <= self.clock.now():
            self.queue.send((Due(kind=Kind.PLAN, id=plan.plan_id, due_at=plan.due_at),))

    def _page(self, plan: Plan) -> Plan:
        price = plan.price
        if price is None:
            return plan
        page = self.store.subscribers(plan.plan_id, price.shard, cursor=price.after, limit=PAGE)
        reached = [self._told(each, plan, price) for each in page.items]
        now = self.clock.now()
        onwards = onward(price, reached, page.cursor, now)
        due_at = due(onwards, now)
        if due_at is not None and due_at <= now:
            due_at = int(now) + LEASE
        after = replace(plan, price=onwards, due_at=due_at, tries=0)
        self.store.save(after)
        return replace(after, version=after.version + 1)

    def _told(self, subscription_id: str, plan: Plan, price: PriceForAll) -> Reach | None:
        """How the price reached one; None where it could not be told, which is counted."""
        found: list[Reach] = []

        def told(held: Subscription, moment: Moment) -> Subscription:
            found.append(reach(held, plan, price))
            return with_price(held, plan, price, moment)

        try:
            self.subscriptions.change(subscription_id, told, by=price.by)
        except SubscriptionNotFound:
            return Reach.OUTSIDE
        except Exception as error:  # the boundary: the others are told
            if _of_the_table(error):
                raise
            Skips(self.meter, self.note).skip(Kind.SUBSCRIPTION, subscription_id, error)
            return None
        return found[-1]
