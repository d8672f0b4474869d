"""Rules: what a customer does with a subscription or an order in parts that runs, until it ends."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.shop import USER, checkout
from portone_local.actors.subscribers import ask
from portone_local.gateway.messages import Response
from portone_local.portone import Refused
from portone_payments.domain.shared.calendar import kst_day, kst_midnight
from tests.support.machine.not_yet import LEFT_OUT, playable
from tests.support.machine.renting import Renting, subscribed
from tests.support.machine.stage import picks
from tests.support.machine.starting import ACCEPTED, OK, OVER
from tests.support.money_model import MoneyModel

_windows = precondition(lambda self: bool(self.windows))
ENDED = frozenset(each.value for each in OVER)


class Living(Renting):
    """`windows` are what `requestPayment` was given for invoices, the oldest first."""

    windows: list[dict[str, object]]

    @subscribed
    @rule(pick=picks, own=st.booleans())
    def change_method(self, pick: int, own: bool) -> None:  # noqa: FBT001 - a drawn value
        """One of its own, or whatever is the default."""
        chosen = self.issues[-1] if own and self.issues else None
        id_ = self.subscription(pick)
        model = self.rented[id_]
        model.asked |= self.waiting(id_)
        if self.use_method(id_, chosen).status == OK:
            model.said_at = self.stack.clock.now()
            model.given_up.clear()

    def use_method(self, id_: str, chosen: str | None) -> Response:
        """Charge it with this method, None: with the default."""
        return self.stack.app(USER).put(f"/subscriptions/{id_}/billing-key", {"billingKeyId": chosen})

    @subscribed
    @rule(pick=picks, days=st.sampled_from([0, 3, 20]))
    def pause(self, pick: int, days: int) -> None:
        """For good, or until a day."""
        id_, now = self.subscription(pick), self.stack.clock.now()
        until = kst_day(now) + timedelta(days=days)
        answered = ask(self.stack, id_, "pause", {"until": until.isoformat()} if days else None)
        if answered.status == OK:
            self.rented[id_].paused = (now, kst_midnight(until) if days else float("inf"))

    @subscribed
    @rule(pick=picks)
    def resume(self, pick: int) -> None:
        id_ = self.subscription(pick)
        model = self.rented[id_]
        before, model.paused = model.paused, None
        spoken, model.said_at = model.said_at, self.stack.clock.now()
        with self.acting(id_):
            if ask(self.stack, id_, "resume").status not in {OK, ACCEPTED}:
                model.paused, model.said_at = before, spoken

    @subscribed
    @rule(pick=picks, at_end=st.booleans(), pay_open=st.booleans())
    def cancel(self, pick: int, at_end: bool, pay_open: bool) -> None:  # noqa: FBT001 - drawn values
        id_ = self.subscription(pick)
        body = {"atPeriodEnd": at_end} | ({} if "keep" in LEFT_OUT else {"payOpen": pay_open})
        waits = self.waiting(id_)
        self.ends(id_, ask(self.stack, id_, "cancel", body), left_open=waits if pay_open else set())

    def ends(
        self, id_: str, answered: Response, *, left_open: set[str] | frozenset[str] = frozenset()
    ) -> None:
        """Whoever ended it was answered."""
        if answered.status != OK:
            return
        told, model = answered.json(), self.rented[id_]
        model.over = told["status"] in ENDED
        if told["status"] == "ENDING" and model.ending is None:
            model.ending = self.stack.clock.now()
            model.wanted |= left_open

    @playable("keep")
    @subscribed
    @rule(pick=picks)
    def keep(self, pick: int) -> None:
        """Taken back before it ended: all is as it was."""
        id_ = self.subscription(pick)
        model = self.rented[id_]
        waits, ending = self.waiting(id_), model.ending
        with self.acting(id_):
            # what was voided is open again, and may be tried before the answer is heard
            model.ending = None
            kept = ask(self.stack, id_, "keep").status in {OK, ACCEPTED}
            model.ending = None if kept else ending
        if kept:
            model.asked |= self.waiting(id_) - waits

    @subscribed
    @rule(pick=picks)
    def decline_part(self, pick: int) -> None:
        """The customer does not want the balance: it stays outstanding, and nobody charges it."""
        id_ = self.subscription(pick)
        if self.stack.app(USER).post(f"/subscriptions/{id_}/parts/2/cancel").status == OK:
            self.rented[id_].given_up.add("2")
            self.rented[id_].wanted.discard("2")

    @playable("pay")
    @subscribed
    @rule(pick=picks, which=picks, own=st.booleans())
    def pay_invoice(self, pick: int, which: int, own: bool) -> None:  # noqa: FBT001 - a drawn value
        """One that waits or was given up, with a method chosen for it or whatever would pay it."""
        id_ = self.subscription(pick)
        owed = sorted(self.waiting(id_), key=int)
        if not owed:
            return
        number = owed[-1 - which % len(owed)]
        model, before = self.rented[id_], self.rented[id_].given_up.copy()
        said_at = model.said_at
        model.asks_for(number, self.stack.clock.now())
        body = {"billingKeyId": self.issues[-1]} if own and self.issues else {}
        answered = ask(self.stack, id_, f"invoices/{number}/pay", body)
        if answered.status not in {OK, ACCEPTED, 402, 503}:
            model.given_up, model.said_at = before, said_at

    @playable("pay")
    @subscribed
    @rule(pick=picks, which=picks)
    def open_window(self, pick: int, which: int) -> None:
        """The same by a window, whose payment is another than the saved method's."""
        id_ = self.subscription(pick)
        owed = sorted(self.waiting(id_), key=int)
        if not owed:
            return
        number = owed[-1 - which % len(owed)]
        answered = ask(self.stack, id_, f"invoices/{number}/pay", {"window": {"platform": "web"}})
        if answered.status == OK and "paymentId" in answered.json():
            window = answered.json()
            self.windows.append(window)
            self.models.setdefault(window["paymentId"], MoneyModel(asked=window["totalAmount"]))
            self.rented[id_].windows[number] = self.stack.clock.now()
            self.rented[id_].wanted.add(number)

    @_windows
    @rule(pick=picks, declined=st.booleans())
    def pay_in_window(self, pick: int, declined: bool) -> None:  # noqa: FBT001 - a drawn value
        """The buyer goes through it, now or long after it was opened; the webhook says so."""
        window = self.windows[-1 - pick % len(self.windows)]
        with suppress(Refused):
            buyer = self.stack.portone.buyer
            (buyer.decline if declined else buyer.pay)(str(window["paymentId"]), checkout(window))
