"""Rules: a customer's subscriptions and orders in parts: begun, at prices the shop sets."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portone_local.actors.shop import USER
from portone_local.actors.subscribers import (
    PRICE,
    held,
    order_in_parts,
    plan_stored,
    schedule,
    subscribe,
)
from portone_local.gateway.messages import Response
from portone_local.stories.subscription_scenes import stamp
from portone_payments.domain.records.subscriptions import (
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import kst_day, kst_midnight
from tests.support.machine.not_yet import LEFT_OUT, playable
from tests.support.machine.saving import Saving
from tests.support.machine.stage import DAY
from tests.support.recurring_model import RecurringModel, Word

WEEK = {"unit": "WEEK", "count": 1}
DEAR = 4 * PRICE
# what each plan costs, and by what interval; weekly and dear are one group, any other is its own
PLANS = {"weekly": PRICE, "dear": DEAR, "trial": PRICE, "monthly": 2 * PRICE}
GROUPS = {"weekly": "club", "dear": "club"}
SOFA = (5_000, 7_000)
OK, ACCEPTED, CONFLICT = 200, 202, 409
OVER = frozenset({SubscriptionStatus.ENDED, SubscriptionStatus.COMPLETED})
# UNPAID stays what is owed, and stands in nobody's way
_GONE = OVER | {SubscriptionStatus.UNPAID}


class Starting(Saving):
    """`rented` are the models, by subscriptionId; `requests` counts what the app asked for.

    `priced` is what each plan cost since when, in order; `given_at` when a method was given last.
    """

    rented: dict[str, RecurringModel]
    priced: list[tuple[float, str, int]]
    requests: Iterator[int]
    given_at: float

    def sell(self) -> None:
        """The shop stores its plans."""
        for plan, amount in PLANS.items():
            self.store(plan, amount)
        self.priced = [(0.0, plan, amount) for plan, amount in PLANS.items()]

    def store(self, plan: str, amount: int) -> Response:
        """The shop stores one of its plans at a price."""
        body: dict[str, Any] = {"anchorDay": 31} if plan == "monthly" else {"interval": WEEK}
        body |= {"trialDays": 7} if plan == "trial" else {}
        body |= {} if "groups" in LEFT_OUT else {"group": GROUPS.get(plan, plan)}
        body |= {} if "start_ahead" in LEFT_OUT else {"startAheadDays": 30}
        return plan_stored(self.stack, plan, amount, **body)

    @rule(plan=st.sampled_from(["weekly", "dear"]), digit=st.sampled_from(["more", "less", "right"]))
    def misprice(self, plan: str, digit: str) -> None:
        """Staff types a digit too many or too few, and puts it right some time."""
        self.know_all()
        amount = {"more": PLANS[plan] * 10, "less": PLANS[plan] // 10, "right": PLANS[plan]}[digit]
        if self.store(plan, amount).status == OK:
            self.priced.append((self.stack.clock.now(), plan, amount))

    @playable("reprice")
    @rule(
        plan=st.sampled_from(["weekly", "dear"]),
        percent=st.sampled_from([80, 120, 150]),
        days=st.sampled_from([None, 3, 10]),
    )
    def reprice(self, plan: str, percent: int, days: int | None) -> None:
        """A new price for all who have the plan, from next periods on or a day; each is asked for consent."""
        self.know_all()
        amount = PLANS[plan] * percent // 100
        now = self.stack.clock.now()
        since = {} if days is None else {"from": kst_day(now + days * DAY).isoformat()}
        if self.stack.shop.post(f"/plans/{plan}/price", {"amount": amount} | since).status in {OK, ACCEPTED}:
            self.priced.append((now, plan, amount))

    def price(self, plan: str, at: float) -> int:
        """What a plan cost then; an order in parts costs what its dearest part does."""
        known = [amount for since, name, amount in self.priced if name == plan and since <= at]
        return known[-1] if known else max(SOFA)

    @rule(plan=st.sampled_from(sorted(PLANS)), consents=st.booleans(), twice=st.booleans())
    def subscribe(self, plan: str, consents: bool, twice: bool) -> None:  # noqa: FBT001 - drawn values
        self.start(plan, twice=twice, consent=consents)

    @playable("start_ahead")
    @rule(plan=st.sampled_from(sorted(PLANS)), days=st.sampled_from([1, 8, 29]))
    def start_ahead(self, plan: str, days: int) -> None:
        """Its first period, or its trial, begins some days later."""
        day = kst_day(self.stack.clock.now() + days * DAY)
        self.start(plan, twice=False, start=day.isoformat())

    def start(self, plan: str, *, twice: bool, **body: Any) -> None:
        """The app subscribes, under one key; a living subscription of the same group stands in the way."""
        request = f"request-{next(self.requests)}"
        for _ in range(2 if twice else 1):
            before = self.living(plan)
            answered = subscribe(self.stack, request=request, planId=plan, **body)
            self.begun(answered, consents=bool(body.get("consent")))
            self.judge_seat(plan, before, answered)

    def judge_seat(self, plan: str, before: set[str], answered: Response) -> None:
        """One living subscription to a group, which is named to whoever wants another."""
        after = self.living(plan)
        if len(after) > max(1, len(before)):
            raise AssertionError(f"{after} live beside each other in the group of {plan}")
        taken = answered.status == CONFLICT and answered.json()["error"]["code"] == "already_subscribed"
        coming = self.coming(plan)
        if taken and answered.json()["error"]["details"]["subscriptionId"] not in before | after | coming:
            raise AssertionError(f"{plan} was refused for {answered.body!r}, and nothing of it lives")

    def coming(self, plan: str) -> set[str]:
        """Those that were changed to the group of a plan and are not there yet."""
        every = self.stack.ports["store"].subscriptions(USER, cursor=None, limit=50).items
        group = GROUPS.get(plan, plan)
        return {
            each.subscription_id
            for each in every
            if each.status not in _GONE
            for change in (each.change, each.set_aside, each.ending and each.ending.change)
            if change is not None and GROUPS.get(change.plan_id, change.plan_id) == group
        }

    def living(self, plan: str) -> set[str]:
        """The subscriptions of this customer to the group of a plan that have not ended."""
        if "groups" in LEFT_OUT:
            return set()
        every = self.stack.ports["store"].subscriptions(USER, cursor=None, limit=50).items
        group = GROUPS.get(plan, plan)
        return {
            each.subscription_id
            for each in every
            if each.order_id is None and each.status not in _GONE
            if GROUPS.get(each.plan_id, each.plan_id) == group
        }

    @playable("staff")
    @rule(
        plan=st.sampled_from(sorted(PLANS)),
        trial=st.sampled_from([None, 0, 3, 40]),
        discount=st.sampled_from([None, {"percent": 50, "periods": 2}, {"amount": 1_500, "periods": 1}]),
        days=st.sampled_from([0, 0, 8]),
    )
    def shop_subscribes(
        self, plan: str, trial: int | None, discount: dict[str, int] | None, days: int
    ) -> None:
        """No offer binds the shop; the seat and the one trial of its user do."""
        before, number = self.living(plan), next(self.requests)
        day = kst_day(self.stack.clock.now() + days * DAY).isoformat()
        body = {"userId": USER, "planId": plan, "trialDays": trial, "discount": discount, "start": day}
        answered = self.stack.shop.post(
            "/ops/subscriptions",
            {name: said for name, said in body.items() if said is not None},
            headers={"idempotency-key": f"request-{number}"},
        )
        self.begun(answered)
        self.judge_seat(plan, before, answered)

    @rule(later=st.sampled_from([1, 8, 40]))
    def buy_in_parts(self, later: int) -> None:
        """A deposit now, the balance some days later."""
        order_id = f"sofa-{next(self.requests)}"
        deposit, balance = SOFA
        due = stamp(int(self.stack.clock.now() + later * DAY))
        order_in_parts(self.stack, order_id, [{"amount": deposit}, {"amount": balance, "dueAt": due}])
        self.begun(schedule(self.stack, order_id, request=order_id))

    def begun(self, answered: Response, *, consents: bool = False) -> None:
        """The app was answered; what it cannot know after a crash is known once it is charged for."""
        told = answered.json()
        if "subscriptionId" not in told:
            return
        id_, now = told["subscriptionId"], self.stack.clock.now()
        self.know_subscription(self.held_subscription(id_))
        if consents:
            self.rented[id_].consents(Word(amount=self.rented[id_].agreed.amount, interval=None, at=now))

    def know_all(self) -> None:
        """Those too whose app died before it was answered: they began at the price of then."""
        for each in self.stack.ports["store"].subscriptions(USER, cursor=None, limit=50).items:
            self.know_subscription(each, consented=True)

    def know_subscription(self, held: Subscription, *, consented: bool = False) -> None:
        """A model of it, once; its first invoice of today is charged because its customer asked.

        So is what it has when a method was given meanwhile, where the app died before it knew of it.
        """
        if held.subscription_id in self.rented:
            return
        now = held.created_at
        first: set[str] = set() if held.trial_ends or self.begins(held) > now else {"1"}
        if self.given_at >= now:
            first |= set(held.invoices)
        price = Word(amount=self.price(held.plan_id, now), interval=held.interval, at=now)
        model = RecurringModel(
            agreed=price, asked=first, trial_ends=held.trial_ends, begins=self.begins(held)
        )
        self.rented[held.subscription_id] = model
        if consented:
            model.consents(price)

    def begins(self, held: Subscription) -> float:
        """When what it charges may begin first."""
        if held.order_id is not None:
            return held.created_at
        return max(held.created_at, kst_midnight(date.fromisoformat(held.start)))

    def held_subscription(self, id_: str) -> Subscription:
        """What we hold."""
        return held(self.stack, id_)
