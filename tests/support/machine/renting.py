"""Rules: a customer's subscriptions and orders in parts, from the start to the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.shop import USER
from portone_local.actors.subscribers import (
    PRICE,
    ask,
    held,
    order_in_parts,
    plan_stored,
    schedule,
    subscribe,
)
from portone_local.gateway.messages import Response
from portone_local.stories.subscription_scenes import stamp
from portone_payments.domain.records.subscriptions import InvoiceKind, InvoiceState, Subscription
from portone_payments.domain.shared.calendar import kst_day, kst_midnight
from tests.support.machine.saving import Saving
from tests.support.machine.stage import DAY, picks
from tests.support.recurring_model import RecurringModel

WEEK = {"unit": "WEEK", "count": 1}
DEAR = 4 * PRICE
# what each plan costs
PLANS = {"weekly": PRICE, "dear": DEAR, "trial": PRICE, "monthly": 2 * PRICE}
SOFA = (5_000, 7_000)
OK, ACCEPTED = 200, 202
_WAITING = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD, InvoiceState.UNPAID})
_subscribed = precondition(lambda self: bool(self.rented))


class Renting(Saving):
    """`rented` are the models, by subscriptionId; `requests` counts what the app asked for.

    `priced` is what each plan cost since when, in order; `given_at` when a method was given last.
    """

    rented: dict[str, RecurringModel]
    priced: list[tuple[float, str, int]]
    requests: Iterator[int]
    given_at: float

    def sell(self) -> None:
        """The shop stores its plans."""
        plan_stored(self.stack, "weekly", interval=WEEK)
        plan_stored(self.stack, "dear", DEAR, interval=WEEK)
        plan_stored(self.stack, "trial", interval=WEEK, trialDays=7)
        plan_stored(self.stack, "monthly", 2 * PRICE, anchorDay=31)
        self.priced = [(0.0, plan, amount) for plan, amount in PLANS.items()]

    @rule(plan=st.sampled_from(["weekly", "dear"]), digit=st.sampled_from(["more", "less", "right"]))
    def misprice(self, plan: str, digit: str) -> None:
        """Staff types a digit too many or too few, and puts it right some time."""
        amount = {"more": PLANS[plan] * 10, "less": PLANS[plan] // 10, "right": PLANS[plan]}[digit]
        if plan_stored(self.stack, plan, amount, interval=WEEK).status == OK:
            self.priced.append((self.stack.clock.now(), plan, amount))

    def price(self, plan: str, at: float) -> int:
        """What a plan cost then; an order in parts costs what its dearest part does."""
        known = [amount for since, name, amount in self.priced if name == plan and since <= at]
        return known[-1] if known else max(SOFA)

    @rule(plan=st.sampled_from(sorted(PLANS)), consents=st.booleans(), twice=st.booleans())
    def subscribe(self, plan: str, consents: bool, twice: bool) -> None:  # noqa: FBT001 - drawn values
        request = f"request-{next(self.requests)}"
        for _ in range(2 if twice else 1):
            answered = subscribe(self.stack, request=request, planId=plan, consent=consents)
            self.begun(answered, consents=consents)

    @rule(later=st.sampled_from([1, 8, 40]))
    def buy_in_parts(self, later: int) -> None:
        """A deposit now, the balance some days later."""
        order_id = f"sofa-{next(self.requests)}"
        deposit, balance = SOFA
        due = stamp(int(self.stack.clock.now() + later * DAY))
        order_in_parts(self.stack, order_id, [{"amount": deposit}, {"amount": balance, "dueAt": due}])
        self.begun(schedule(self.stack, order_id, request=order_id))

    @_subscribed
    @rule(pick=picks)
    def consent(self, pick: int) -> None:
        id_ = self.subscription(pick)
        with self.acting(id_):
            ask(self.stack, id_, "consent", {"amount": PRICE})
            self.rented[id_].consents.append(self.stack.clock.now())

    @_subscribed
    @rule(pick=picks, plan=st.sampled_from(["weekly", "dear"]), when=st.sampled_from(["now", "period_end"]))
    def change_plan(self, pick: int, plan: str, when: str) -> None:
        """What the preview shows is what is charged."""
        id_ = self.subscription(pick)
        shown = ask(self.stack, id_, "preview", {"planId": plan})
        due = {"due": shown.json()["due"]} if when == "now" and shown.status == OK else {}
        with self.acting(id_) as first:
            now = self.stack.clock.now()
            self.rented[id_].agrees_to(self.price(plan, now), now)
            self.stack.app(USER).put(f"/subscriptions/{id_}/plan", {"planId": plan, "when": when} | due)
        invoiced = self.held_subscription(id_).invoices.get(str(first))
        if due and invoiced is not None and invoiced.kind is InvoiceKind.PRORATION:
            self.rented[id_].shown[invoiced.id] = due["due"]

    @_subscribed
    @rule(pick=picks)
    def change_by_shop(self, pick: int) -> None:
        """A price rise from the next period on, without a consent."""
        id_ = self.subscription(pick)
        self.stack.shop.put(f"/ops/subscriptions/{id_}/plan", {"planId": "dear", "when": "period_end"})

    @_subscribed
    @rule(pick=picks, own=st.booleans())
    def change_method(self, pick: int, own: bool) -> None:  # noqa: FBT001 - a drawn value
        """One of its own, or whatever is the default."""
        chosen = self.issues[-1] if own and self.issues else None
        id_ = self.subscription(pick)
        self.rented[id_].asked |= self.waiting(id_)
        self.stack.app(USER).put(f"/subscriptions/{id_}/billing-key", {"billingKeyId": chosen})

    @_subscribed
    @rule(pick=picks, days=st.sampled_from([0, 3, 20]))
    def pause(self, pick: int, days: int) -> None:
        """For good, or until a day."""
        id_, now = self.subscription(pick), self.stack.clock.now()
        until = kst_day(now) + timedelta(days=days)
        answered = ask(self.stack, id_, "pause", {"until": until.isoformat()} if days else None)
        if answered.status == OK:
            self.rented[id_].paused = (now, kst_midnight(until) if days else float("inf"))

    @_subscribed
    @rule(pick=picks)
    def resume(self, pick: int) -> None:
        id_ = self.subscription(pick)
        model = self.rented[id_]
        before, model.paused = model.paused, None
        with self.acting(id_):
            if ask(self.stack, id_, "resume").status not in {OK, ACCEPTED}:
                model.paused = before

    @_subscribed
    @rule(pick=picks, at_end=st.booleans())
    def cancel(self, pick: int, at_end: bool) -> None:  # noqa: FBT001 - a drawn value
        id_ = self.subscription(pick)
        answered = ask(self.stack, id_, "cancel", {"atPeriodEnd": at_end})
        if answered.status == OK:
            told, model = answered.json(), self.rented[id_]
            model.over = told["status"] in {"ENDED", "COMPLETED"}
            model.ends_at = told["endsAt"] and datetime.fromisoformat(told["endsAt"]).timestamp()

    @_subscribed
    @rule(pick=picks)
    def cancel_part(self, pick: int) -> None:
        self.stack.app(USER).post(f"/subscriptions/{self.subscription(pick)}/parts/2/cancel")

    def begun(self, answered: Response, *, consents: bool = False) -> None:
        """The app was answered; what it cannot know after a crash is known once it is charged for."""
        told = answered.json()
        if "subscriptionId" in told:
            self.know_subscription(self.held_subscription(told["subscriptionId"]))
        if "subscriptionId" in told and consents:
            self.rented[told["subscriptionId"]].consents.append(self.stack.clock.now())

    def know_subscription(self, held: Subscription, consents: tuple[float, ...] = ()) -> None:
        """A model of it, once; its first invoice of today is charged because its customer asked.

        So is what it has when a method was given meanwhile, where the app died before it knew of it.
        """
        first: set[str] = set() if held.trial_ends else {"1"}
        if self.given_at >= held.created_at:
            first |= set(held.invoices)
        self.rented.setdefault(
            held.subscription_id,
            RecurringModel(
                agreed=self.price(held.plan_id, held.created_at),
                asked=first,
                trial_ends=held.trial_ends,
                consents=list(consents),
            ),
        )

    def methods_given(self) -> None:
        """The customer gave a method, or its app died while it did: what waits may be charged at once."""
        self.given_at = self.stack.clock.now()
        for id_, model in self.rented.items():
            model.asked |= self.waiting(id_)

    @contextmanager
    def acting(self, id_: str) -> Iterator[int]:
        """The customer does something, perhaps in vain: what it invoiced may be charged at once."""
        first = self.held_subscription(id_).next_invoice
        try:
            yield first
        finally:
            numbers = range(first, self.held_subscription(id_).next_invoice)
            self.rented[id_].asked |= set(map(str, numbers))

    def waiting(self, id_: str) -> set[str]:
        """Invoices a new payment method would be charged for."""
        return {each.id for each in self.held_subscription(id_).invoices.values() if each.state in _WAITING}

    def held_subscription(self, id_: str) -> Subscription:
        """What we hold."""
        return held(self.stack, id_)

    def subscription(self, pick: int) -> str:
        """One of the subscriptions, the newest first."""
        known = list(self.rented)
        return known[-1 - pick % len(known)]
