"""Rules: what is agreed to, which plan a subscription is on, and what a method that was given may pay."""

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.shop import USER
from portone_local.actors.subscribers import (
    PRICE,
    ask,
)
from portone_payments.domain.records.subscriptions import (
    InvoiceKind,
    InvoiceState,
)
from portone_payments.domain.shared.calendar import Interval, Unit
from tests.support.machine.not_yet import LEFT_OUT
from tests.support.machine.stage import picks
from tests.support.machine.starting import OK, Starting
from tests.support.recurring_model import Word

_WAITING = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD, InvoiceState.UNPAID})
subscribed = precondition(lambda self: bool(self.rented))


class Renting(Starting):
    """Consents and plan changes."""

    @subscribed
    @rule(pick=picks)
    def consent(self, pick: int) -> None:
        id_ = self.subscription(pick)
        with self.acting(id_):
            ask(self.stack, id_, "consent", {"amount": PRICE})
            self.rented[id_].consents(Word(amount=PRICE, interval=None, at=self.stack.clock.now()))

    @subscribed
    @rule(
        pick=picks,
        plan=st.sampled_from(["weekly", "dear", "dear", "monthly"]),
        when=st.sampled_from(["now", "period_end"]),
    )
    def change_plan(self, pick: int, plan: str, when: str) -> None:
        """What the preview shows is what is charged."""
        id_ = self.subscription(pick)
        shown = ask(self.stack, id_, "preview", {"planId": plan})
        due = {"due": shown.json()["due"]} if when == "now" and shown.status == OK else {}
        with self.acting(id_) as first:
            word = self.word(plan)
            self.rented[id_].consents(word)
            changed = self.stack.app(USER).put(
                f"/subscriptions/{id_}/plan", {"planId": plan, "when": when} | due
            )
            if changed.status == OK:
                self.rented[id_].chose(word, at_once=when == "now")
                self.judge_seat(plan, set(), changed)
        invoiced = self.held_subscription(id_).invoices.get(str(first))
        if due and invoiced is not None and invoiced.kind is InvoiceKind.PRORATION:
            self.rented[id_].shown[invoiced.id] = due["due"]

    @subscribed
    @rule(pick=picks, by=st.sampled_from(["shop", "staff"]))
    def change_by_shop(self, pick: int, by: str) -> None:
        """A price rise from the next period on, without a consent."""
        id_ = self.subscription(pick)
        if by == "staff" and "staff" not in LEFT_OUT:
            body = {"planId": "dear", "when": "period_end"}
            self.stack.staff_app.put(f"/staff/subscriptions/{id_}/plan", body)
        else:
            self.stack.shop.put(f"/ops/subscriptions/{id_}/plan", {"planId": "dear", "when": "period_end"})

    def word(self, plan: str) -> Word:
        """What a customer agrees to by choosing a plan now."""
        now = self.stack.clock.now()
        interval = Interval(Unit.MONTH, 1) if plan == "monthly" else Interval(Unit.WEEK, 1)
        return Word(amount=self.price(plan, now), interval=interval, at=now)

    def methods_given(self) -> None:
        """The customer gave a method, or its app died while it did: what waits may be charged at once.

        What was given up in an earlier period does not come back by that.
        """
        self.given_at = now = self.stack.clock.now()
        for id_, model in self.rented.items():
            invoices = self.held_subscription(id_).invoices.values()
            long_ago = {each.id for each in invoices if _was_given_up(each.state, each.kind, each.ends, now)}
            model.given_up |= set() if "owed" in LEFT_OUT else long_ago - model.wanted
            model.asked |= self.waiting(id_) - long_ago

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

    def subscription(self, pick: int) -> str:
        """One of the subscriptions, the newest first."""
        known = list(self.rented)
        return known[-1 - pick % len(known)]


def _was_given_up(state: InvoiceState, kind: InvoiceKind, ends: float, now: float) -> bool:
    return state is InvoiceState.UNPAID and kind is InvoiceKind.PERIOD and ends <= now
