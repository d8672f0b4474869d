"""Rules: any stored item is in trouble for a while; a bystander's payment or renewal goes on (I18)."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portone_local.actors.shop import pay, put_order
from portone_local.actors.subscribers import key_saved, plan_stored, subscribe
from portone_local.stack.passing import clock_of
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.domain.shared.calendar import kst_day, kst_midnight
from portone_payments.flows.shared.settled_invoices import called_back
from tests.support.machine.not_yet import ready
from tests.support.machine.stage import DAY, HOUR, MINUTE, Stage
from tests.support.poisoned_table import Poison

BYSTANDER = "user-of-another-item"
# read by everybody: no neighbour of anything
SHARED = frozenset({"pace", "audit", "plan", "stop", "stops"})
PATIENCE = 16 * MINUTE
DAILY = {"unit": "DAY", "count": 1}
# charges are sent from ten o'clock on
OPENS = 10


class Poisoning(Stage):
    """One item at a time; it is repaired before the rule ends."""

    @rule(poison=st.sampled_from(ready(tuple(Poison))), pick=st.integers(0, 50), due=st.booleans())
    def poison(self, poison: Poison, pick: int, due: bool) -> None:  # noqa: FBT001 - a drawn value
        items = self.victims(due=due)
        if not items:
            return
        self.set_right()
        victim = items[-1 - pick % len(items)]
        with self.poisons.poisoned(victim, poison):
            self.bystander_goes_on(f"while {victim['sk']['S']} was {poison.value}")

    @rule(poison=st.sampled_from(ready(tuple(Poison))), pick=st.integers(0, 50), due=st.booleans())
    def poison_overnight(self, poison: Poison, pick: int, due: bool) -> None:  # noqa: FBT001 - a drawn value
        """Until another user's subscription has been renewed."""
        self.set_right()
        subscription_id = self.bystander_subscribes()
        items = self.victims(due=due, but=BYSTANDER)
        if items:
            victim = items[-1 - pick % len(items)]
            with self.poisons.poisoned(victim, poison):
                when = f"while {victim['sk']['S']} was {poison.value}"
                self.bystander_is_renewed(subscription_id, when)
        self.stack.app(BYSTANDER).post(f"/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})

    def victims(self, *, due: bool, but: str | None = None) -> list[Item]:
        """Items to be spoilt: those the sweep will look at, or any, the newest first, none naming `but`."""
        items = [item for item in self.stack.dump() if item["sk"]["S"] not in SHARED and "version" in item]
        items = [item for item in items if but is None or not _names(item, but)]
        waiting = [item for item in items if "due_shard" in item]
        return waiting if due and waiting else items

    def bystander_subscribes(self) -> str:
        """Somebody else's subscription by the day, paid for today; after whatever outage there was."""
        store, number = self.stack.ports["store"], next(self.ids)
        self.pass_time(PATIENCE, MINUTE)
        wallet = store.wallet(BYSTANDER)
        if wallet is None or wallet.default is None:
            key_saved(self.stack, BYSTANDER, card="card-of-another")
        plan_stored(self.stack, "daily", 100, interval=DAILY)
        answered = subscribe(self.stack, BYSTANDER, request=f"bystander-{number:06}", planId="daily")
        self.pass_time(PATIENCE, MINUTE)
        told = answered.json()
        if "subscriptionId" not in told or self.invoices_paid(told["subscriptionId"]) != 1:
            raise AssertionError(f"I17: nobody else could subscribe: {answered.body!r}")
        return str(told["subscriptionId"])

    def bystander_is_renewed(self, subscription_id: str, when: str) -> None:
        """The next morning, within a quarter of an hour of the time charges are sent from."""
        begun = self.stack.ports["store"].subscription(subscription_id).created_at
        opens = kst_midnight(kst_day(begun)) + DAY + OPENS * HOUR
        self.pass_time(HOUR, 5 * MINUTE)
        clock_of(self.stack).advance(max(0.0, opens - self.stack.clock.now()))
        self.pass_time(PATIENCE, MINUTE)
        paid = self.invoices_paid(subscription_id)
        if paid != 2:
            raise AssertionError(f"I18: another's subscription was not renewed {when}: {paid} paid")

    def invoices_paid(self, subscription_id: str) -> int:
        """How many of its invoices are paid at PortOne."""
        store, books = self.stack.ports["store"], self.stack.portone.books()
        held = store.subscription(subscription_id)
        for number in range(1, held.next_invoice):
            held = called_back(held, str(number), store=store)
        paid = (books.get(each.payment_id or "") for each in held.invoices.values())
        return sum(book.times_paid for book in paid if book is not None)

    def bystander_goes_on(self, when: str) -> None:
        """Somebody else pays, and every webhook is lost: the sweep finds it."""
        order_id = f"bystander-{next(self.ids)}"
        put_order(self.stack, order_id, userId=BYSTANDER)
        answered = self.stack.app(BYSTANDER).post("/payments", {"orderId": order_id, "platform": "web"})
        if (
            b"provider_refused" in answered.body
        ):  # the wrong key of before: one probe in ten minutes finds out
            self.pass_time(PATIENCE, MINUTE)
            answered = self.stack.app(BYSTANDER).post("/payments", {"orderId": order_id, "platform": "web"})
        if answered.status != 200:
            raise AssertionError(f"I18: nobody else could prepare {when}: {answered.body!r}")
        prepared = answered.json()
        pay(self.stack, prepared)
        self.stack.portone.webhooks.lose()
        self.pass_time(PATIENCE, MINUTE)
        held = self.held(prepared["paymentId"])
        if held.status.value != "PAID":
            raise AssertionError(f"I18: another's payment was {held.status} after 16 minutes {when}")


def _names(item: Item, user_id: str) -> bool:
    """Whether it is one that this user's own renewal may need."""
    return any(user_id in str(value) for value in item.values())
