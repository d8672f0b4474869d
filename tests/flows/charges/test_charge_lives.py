"""Whatever a customer, a card and time do: hours, days and consents are kept; the oracle finds nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from portone_local.actors.subscribers import (
    CHARGE,
    PRICE,
    ask,
    cancel,
    change,
    days_pass,
    held,
    key_chosen,
    key_saved,
    plan_stored,
    subscribed,
    to_hour,
)
from portone_local.oracle import ObservedStack, assert_clean
from portone_local.portone import Fault
from portone_local.stories.world import USER
from portone_payments.domain.records.subscriptions import InvoiceKind, InvoiceState
from portone_payments.domain.shared.calendar import HOUR, kst_day, kst_seconds
from portone_payments.domain.subscriptions.consent import CONSENT_DAYS

DEAR, CHEAP = 25_000, 4_000
# a customer who asks is answered inline or within these seconds
AT_ONCE = 15 * 60
DAY = 24 * HOUR
LIFE = {
    "decline": 5,
    "decline thrice": 2,
    "approve late": 2,
    "lose an answer": 3,
    "new method": 3,
    "upgrade": 2,
    "downgrade": 2,
    "dearer from the next period": 2,
    "cheaper from the next period": 2,
    "shop raises the price": 2,
    "consent": 3,
    "pause": 2,
    "pause for ten days": 2,
    "resume": 3,
    "end with the period": 1,
    "wait": 6,
}
acts = st.sampled_from([act for act, weight in LIFE.items() for _ in range(weight)])
lives = st.lists(st.tuples(acts, st.floats(0.01, 20)), min_size=3, max_size=9)


@dataclass(slots=True)
class Life:
    """One customer; `asked` is when they requested something that may be charged at once.

    `words`: each price they consented to or chose, and when.
    """

    stack: ObservedStack
    subscription_id: str = ""
    asked: list[float] = field(default_factory=list)
    words: list[tuple[int, float]] = field(default_factory=list)
    keys: int = 0

    def live(self, act: str) -> None:
        """Something happens."""
        card = self.stack.portone.pg
        done: dict[str, Callable[[], object]] = {
            "decline": card.decline,
            "decline thrice": lambda: card.decline(times=3),
            "approve late": lambda: card.decline(approves_after=26 * HOUR),
            "lose an answer": lambda: self.stack.portone.inject(
                operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT
            ),
            "new method": self.new_method,
            "upgrade": lambda: self.asking(lambda: self.choose("dear")),
            "downgrade": lambda: self.asking(lambda: self.choose("cheap")),
            "dearer from the next period": lambda: self.choose("dear", when="period_end"),
            "cheaper from the next period": lambda: self.choose("cheap", when="period_end"),
            "shop raises the price": self.raise_price,
            "consent": self.consent,
            "pause": lambda: ask(self.stack, self.subscription_id, "pause"),
            "pause for ten days": self.pause_for_ten_days,
            "resume": lambda: self.asking(lambda: ask(self.stack, self.subscription_id, "resume")),
            "end with the period": lambda: cancel(self.stack, self.subscription_id, at_period_end=True),
            "wait": lambda: None,
        }
        done[act]()

    def asking(self, act: Callable[[], object]) -> None:
        """The customer requests what may be charged now."""
        self.asked.append(self.stack.clock.now())
        act()

    def choose(self, plan_id: str, **changes: Any) -> None:
        """The customer takes another plan: a word for its price."""
        at = self.stack.clock.now()
        if change(self.stack, self.subscription_id, plan_id, **changes).status < HTTPStatus.BAD_REQUEST:
            self.words.append(({"dear": DEAR, "cheap": CHEAP}[plan_id], at))

    def consent(self) -> None:
        """The customer consents to the dear price."""
        at = self.stack.clock.now()
        answer = ask(self.stack, self.subscription_id, "consent", {"amount": DEAR})
        if answer.status < HTTPStatus.BAD_REQUEST:
            self.words.append((DEAR, at))

    def new_method(self) -> None:
        """The customer saves another card and makes it the default."""
        self.keys += 1
        if self.keys < 15:
            billing_key_id = key_saved(self.stack, card=f"card-{self.keys}")
            self.asking(lambda: key_chosen(self.stack, billing_key_id))

    def raise_price(self) -> None:
        """The shop's backend moves the subscription to a dearer plan, from its next period on."""
        body = {"planId": "dear", "when": "period_end"}
        self.stack.shop.put(f"/ops/subscriptions/{self.subscription_id}/plan", body)

    def pause_for_ten_days(self) -> None:
        """It goes on by itself, at a midnight."""
        until = kst_day(self.stack.clock.now() + 10 * DAY).isoformat()
        ask(self.stack, self.subscription_id, "pause", {"until": until})

    def tries(self) -> list[tuple[float, str]]:
        """When each attempt was first sent, and of which payment."""
        first: dict[str, tuple[float, str]] = {}
        for call in self.stack.portone.calls():
            if call.operation == CHARGE:
                first.setdefault(str(call.idempotency_key), (call.at, call.path.split("/")[2]))
        return sorted(first.values())

    def by_itself(self) -> list[tuple[float, str]]:
        """Attempts that no customer had just requested."""
        return [each for each in self.tries() if not any(0 <= each[0] - at < AT_ONCE for at in self.asked)]


@given(lives, st.sampled_from([0.5, 8, 12, 20.98, 23]), st.booleans())
@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])  # shrinking takes minutes
@example([("decline", 31), ("pause", 0.1), ("resume", 5)], 12, False)
@example([("decline thrice", 31), ("new method", 20), ("new method", 1)], 12, False)
@example([("pause for ten days", 40)], 12, False)
@example([("shop raises the price", 40), ("consent", 3)], 12, False)
@example([("wait", 40), ("consent", 3)], 12, True)
@example([("consent", 10), ("cheaper from the next period", 3)], 12, True)
@example([("wait", 35.9), ("consent", 3)], 8, True)
def test_hours_days_and_consents_are_kept_in_any_history(
    acts: list[tuple[str, float]],
    hour: float,
    trial: bool,  # noqa: FBT001 - an example's part
) -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        life = born(stack, hour, trial=trial)
        for act, days in acts:
            life.live(act)
            days_pass(stack, days)
        stack.portone.clear_faults()
        stack.portone.pg.accept()
        days_pass(stack, 2)

        assert_kept_hours(life)
        assert_one_a_day(life)
        assert_consented(life)
        assert_clean(stack, answers=stack.answers)


def born(stack: ObservedStack, hour: float, *, trial: bool) -> Life:
    """A subscription that began at this hour."""
    to_hour(stack, hour)
    plan_stored(stack, trialDays=7 if trial else 0)
    plan_stored(stack, "dear", DEAR)
    plan_stored(stack, "cheap", CHEAP)
    life = Life(stack)
    life.asked.append(stack.clock.now())
    life.subscription_id = subscribed(stack)
    return life


def assert_kept_hours(life: Life) -> None:
    """Nothing by itself outside 10 to 21 KST."""
    assert [at for at, _ in life.by_itself() if not 10 * HOUR <= kst_seconds(at) < 21 * HOUR] == []


def assert_one_a_day(life: Life) -> None:
    """At most one automatic attempt a day."""
    counted = Counter(kst_day(at) for at, _ in life.by_itself())
    assert {day: times for day, times in counted.items() if times > 1} == {}


def assert_consented(life: Life) -> None:
    """A period above the agreed price, and the first after a trial, was first attempted with a consent."""
    subscription = held(life.stack, life.subscription_id)
    first: dict[str, float] = {}
    for at, payment_id in life.tries():
        first.setdefault(payment_id, at)
    agreed = None if subscription.trial_ends else PRICE
    for invoice in sorted(subscription.invoices.values(), key=lambda each: int(each.id)):
        if invoice.kind is InvoiceKind.PRORATION and invoice.state is InvoiceState.PAID:
            agreed = DEAR
        price = invoice.amount + invoice.balance
        if invoice.kind is not InvoiceKind.PERIOD or invoice.payment_id not in first:
            continue
        at = first[invoice.payment_id]
        asks = agreed is None or price > agreed
        assert not asks or covered(life, price, invoice.starts, at)
        if invoice.state is InvoiceState.PAID:
            # who pays the rest of a period agrees to the whole price of its plan
            agreed = max(agreed or 0, min(each for each in (CHEAP, PRICE, DEAR) if each >= price))


def covered(life: Life, price: int, starts: float, at: float) -> bool:
    """Whether a word of the 30 days before covers a charge of a period, and no cheaper choice withdrew it.

    What is chosen once the period has begun is about the next one.
    """
    lower = [said for amount, said in life.words if amount < price and said < starts]
    return any(
        amount >= price
        and at - CONSENT_DAYS * DAY <= said <= at
        and not any(said < withdrawn for withdrawn in lower)
        for amount, said in life.words
    )


def test_the_history_above_makes_charges() -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        life = born(stack, 12, trial=False)
        days_pass(stack, 65)

        assert (len(life.tries()), len(life.by_itself())) == (3, 2)
        assert held(stack, life.subscription_id).user_id == USER
