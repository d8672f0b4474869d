"""Rules: what shop, staff and issuer decide about a customer's subscriptions, or about the customer."""

from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portone_local.actors.shop import USER
from portone_local.gateway.client import Client
from portone_payments.domain.records.payments import AttentionKind
from tests.support.machine.living import ENDED, Living
from tests.support.machine.not_yet import playable
from tests.support.machine.renting import subscribed
from tests.support.machine.stage import picks
from tests.support.machine.starting import ACCEPTED, OK, OVER

DOORS = st.sampled_from(["/ops", "/staff"])


class Deciding(Living):
    """Ended, paused, waived, voided by staff; taken back by the issuer; the account closed.

    `charged_back` are the payments whose money the issuer took.
    """

    charged_back: set[str]

    @playable("staff")
    @subscribed
    @rule(pick=picks, at_end=st.booleans(), by=DOORS)
    def staff_cancels(self, pick: int, at_end: bool, by: str) -> None:  # noqa: FBT001 - a drawn value
        id_ = self.subscription(pick)
        path = f"{by}/subscriptions/{id_}/cancel"
        self.ends(id_, self.behind(by).post(path, {"atPeriodEnd": at_end}))

    @playable("staff")
    @subscribed
    @rule(pick=picks)
    def staff_ends_and_refunds(self, pick: int) -> None:
        """Over at once, and what is not used of its payments goes back: never more than they hold."""
        id_ = self.subscription(pick)
        held = dict(self.taken_for(id_))
        body = {"atPeriodEnd": False, "refundRest": True}
        answered = self.stack.staff_app.post(f"/staff/subscriptions/{id_}/cancel", body)
        if answered.status not in {OK, ACCEPTED}:
            return
        told = answered.json()
        self.rented[id_].over |= told["status"] in ENDED
        for each in told["refunds"]:
            if each["amount"] > held.get(each["paymentId"], 0):
                raise AssertionError(f"{each} is to go back of {held}")
            if each["state"] == "SUCCEEDED":
                self.models[each["paymentId"]].promised[f"staff:{each['refundId']}"] = each["amount"]

    @playable("staff")
    @subscribed
    @rule(pick=picks)
    def staff_pauses(self, pick: int) -> None:
        id_, now = self.subscription(pick), self.stack.clock.now()
        if self.stack.staff_app.post(f"/staff/subscriptions/{id_}/pause", {}).status == OK:
            self.rented[id_].paused = (now, float("inf"))

    @playable("waive")
    @subscribed
    @rule(pick=picks, which=picks, by=DOORS)
    def waive(self, pick: int, which: int, by: str) -> None:
        """What is owed, or a part: nobody pays it any more."""
        id_ = self.subscription(pick)
        owed = sorted(self.waiting(id_), key=int)
        if owed:
            number = owed[-1 - which % len(owed)]
            path = f"{by}/subscriptions/{id_}/invoices/{number}/waive"
            if self.behind(by).post(path, {"reason": "goodwill"}).status == OK:
                self.rented[id_].waived.add(number)

    @playable("chargeback")
    @subscribed
    @rule(pick=picks)
    def charge_back(self, pick: int) -> None:
        """The issuer takes a paid invoice's money back: nothing is charged until staff decides."""
        found = list(self.taken_for(self.subscription(pick)))
        if found:
            payment_id, left = found[-1]
            self.stack.portone.console.chargeback(payment_id, left)
            self.models[payment_id].elsewhere += left
            self.charged_back.add(payment_id)

    @playable("chargeback")
    @rule(word=st.sampled_from(["go_on", "end"]))
    def decide_charge_backs(self, word: str) -> None:
        """Staff looked at it: what it stopped goes on, or ends."""
        for payment_id in sorted(self.charged_back):
            body = {"reason": "asked the buyer", "decision": word, "kind": "chargeback"}
            answered = self.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body)
            model = self.rented.get(self.held(payment_id).subscription_id or "")
            if word == "end" and answered.status == OK and model is not None:
                model.over = True

    @playable("close")
    @rule(really=st.sampled_from([False] * 7 + [True]), by=DOORS)
    def close_account(self, really: bool, by: str) -> None:  # noqa: FBT001 - a drawn value
        """The shop deletes the customer's account: one call ends all."""
        if not really:
            return
        answered = self.behind(by).post(f"{by}/users/{USER}/close")
        if answered.status != OK:
            return
        self.gone |= set(self.issues)
        for id_, model in self.rented.items():
            model.over = True
            if self.held_subscription(id_).status not in OVER:
                raise AssertionError(f"{id_} lives though its customer's account is closed")

    def behind(self, door: str) -> Client:
        """The shop's backend, or a member of staff with a token."""
        return self.stack.shop if door == "/ops" else self.stack.staff_app

    def taken_for(self, id_: str) -> Iterator[tuple[str, int]]:
        """The payments of a subscription that hold money at PortOne, with how much."""
        books = self.stack.portone.books()
        for payment_id in self.models:
            held, book = self.held(payment_id), books.get(payment_id)
            if held.subscription_id == id_ and book and book.times_paid and book.cancelled < book.total:
                yield payment_id, book.total - book.cancelled

    def stopped_by(self, id_: str, at: float) -> str | None:
        """The charge-back of its money that staff had been told of by then and has not decided."""
        for payment_id in self.charged_back:
            held = self.held(payment_id)
            kinds = {each.kind for each in held.attentions if each.at < at}
            if held.subscription_id == id_ and AttentionKind.CHARGEBACK in kinds:
                return payment_id
        return None
