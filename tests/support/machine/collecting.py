"""Rules: what cards, PG and PortOne make of a charge, and what a customer pays at once with a method."""

from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.shop import USER, prepare
from portone_local.actors.subscribers import CHARGE
from portone_local.portone import Fault
from tests.support.machine.deciding import Deciding
from tests.support.machine.messages import Messages
from tests.support.machine.saving import CARDS
from tests.support.machine.stage import MINUTE, SEND_FAULTS, picks

# a card that is gone, by the shop's own list
HARD = "54"
_charged = precondition(lambda self: bool(self.models))


class Collecting(Deciding, Messages):
    """Declines that are soft, hard, readable or not, or approved in the end; answers that are lost.

    `told_paid` are payments of which the app was told that they are paid.
    """

    told_paid: set[str]

    @rule(
        card=st.sampled_from(CARDS),
        code=st.sampled_from(["51", "51", HARD]),
        times=st.sampled_from([1, 2, None]),
        readable=st.booleans(),
        silent=st.booleans(),
    )
    def cards_say_no(self, card: str, code: str, times: int | None, readable: bool, silent: bool) -> None:  # noqa: FBT001 - drawn values
        self.stack.portone.pg.decline(card, code=code, times=times, readable=readable, silent=silent)

    @rule(card=st.sampled_from(CARDS), minutes=st.sampled_from([1, 10, 200, 2_000]), readable=st.booleans())
    def cards_say_no_and_approve_later(self, card: str, minutes: int, readable: bool) -> None:  # noqa: FBT001 - drawn
        """FAILED now, approved ten minutes later."""
        self.stack.portone.pg.decline(card, readable=readable, approves_after=minutes * MINUTE)

    @rule()
    def cards_say_yes(self) -> None:
        self.stack.portone.pg.accept()

    @rule(fault=st.sampled_from(SEND_FAULTS), times=st.sampled_from([1, 1, 3]))
    def lose_a_charge(self, fault: Fault, times: int) -> None:
        self.stack.portone.inject(operation=CHARGE, fault=fault, times=times)

    @rule(order=st.sampled_from(["order-1", "order-2"]), again=st.booleans())
    def pay_an_order(self, order: str, again: bool) -> None:  # noqa: FBT001 - a drawn value
        """With the default, twice under one id or under two."""
        with suppress(AssertionError):  # refused: it is paid already
            payment_id = prepare(self.stack, order)["paymentId"]
            first, second = next(self.requests), next(self.requests)
            for number in (first, first if again else second):
                body = {"chargeId": f"try-{number}"}
                answered = self.stack.app(USER).post(f"/payments/{payment_id}/charge", body)
                self.told_paid |= {payment_id} if answered.status == 200 else set()

    @_charged
    @rule(pick=picks)
    def give_back(self, pick: int) -> None:
        """All that one charge took."""
        payment_id = list(self.models)[-1 - pick % len(self.models)]
        body = {"refundId": f"refund-{next(self.ids)}", "reason": "단순 변심", "full": True}
        answered = self.stack.app(USER).post(f"/payments/{payment_id}/cancel", body)
        if answered.status == 200:
            self.models[payment_id].promised[f"owner:{body['refundId']}"] = answered.json()["amount"]
