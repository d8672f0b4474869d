"""Rules: owner and staff give money back, in every way there is."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.actors.shop import USER
from portone_local.portone import CancellationStatus, Fault
from portone_payments.domain.records.instructions import RefundState
from tests.support.machine.stage import ACCOUNT, SEND_FAULTS, Stage, amounts, picks

waits = st.sampled_from([0, 30, 180, 600])
rich = precondition(lambda self: self.rich())


class Refunding(Stage):
    """In full, in part, twice, without an answer, by staff, to an account."""

    @rich
    @rule(pick=picks, amount=amounts)
    def refund_part(self, pick: int, amount: int) -> None:
        self.refund(pick, amount=amount)

    @rich
    @rule(pick=picks)
    def refund_all(self, pick: int) -> None:
        self.refund(pick, full=True)

    @rich
    @rule(pick=picks, amount=amounts)
    def click_twice(self, pick: int, amount: int) -> None:
        refund_id = self.new_refund_id()
        for _ in range(2):
            self.refund(pick, refund_id, amount=amount)

    @rich
    @rule(
        pick=picks,
        amount=amounts,
        fault=st.sampled_from(SEND_FAULTS),
        after=st.sampled_from([0, 30, 180, 600]),
    )
    def refund_unanswered(self, pick: int, amount: int, fault: Fault, after: int) -> None:
        """PortOne's answer is lost, or even the request, and readings are for a while too."""
        self.stack.portone.inject(operation="cancel_payment", fault=fault)
        self.stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=3)
        self.refund(pick, amount=amount)
        self.pass_time(after)

    @rich
    @rule(pick=picks, amount=amounts)
    def refund_lagging(self, pick: int, amount: int) -> None:
        """What we read after the answer is from before it."""
        self.stack.portone.inject(operation="get_payment", fault=Fault.LAGGING, times=2)
        for _ in range(2):
            self.refund(pick, amount=amount)

    @rich
    @rule(pick=picks, amount=amounts)
    def refund_by_staff(self, pick: int, amount: int) -> None:
        """Above a limit it waits for a second person."""
        self.refund(pick, amount=amount, staff=True)

    @rule(agreed=st.booleans())
    def second_person(self, agreed: bool) -> None:  # noqa: FBT001 - a drawn value
        self.decide_what_waits(agreed=agreed)

    @rule(status=st.sampled_from([CancellationStatus.REQUESTED, CancellationStatus.FAILED]))
    def next_refund_ends(self, status: CancellationStatus) -> None:
        """With HTTP 200 all the same."""
        self.stack.portone.console.end_next_cancel(status)

    @rule(fault=st.sampled_from(SEND_FAULTS))
    def lose_an_answer(self, fault: Fault) -> None:
        self.stack.portone.inject(operation="cancel_payment", fault=fault)

    @rule(pick=picks)
    def name_an_account(self, pick: int) -> None:
        payment_id = self.payment(pick)["paymentId"]
        for shown in ("mismatch", "surplus"):
            self.stack.app(USER).put(f"/payments/{payment_id}/refunds/{shown}/account", ACCOUNT)

    def new_refund_id(self) -> str:
        """An unused id."""
        return f"refund-{next(self.ids)}"

    def refund(self, pick: int, refund_id: str = "", *, staff: bool = False, **body: Any) -> None:
        """Ask for a refund; who is answered 200 was promised its money back."""
        payment_id, wanted_id = self.holding(pick), refund_id or self.new_refund_id()
        wanted = {"refundId": wanted_id, "reason": "단순 변심"} | self._with_account(payment_id, body)
        requester, prefix = (self.stack.staff_app, "/staff") if staff else (self.stack.app(USER), "")
        answered = requester.post(f"{prefix}/payments/{payment_id}/cancel", wanted)
        if answered.status == 200:
            name = f"{'staff' if staff else 'owner'}:{wanted_id}"
            self.models[payment_id].promised[name] = answered.json()["amount"]
        if staff and answered.status in {200, 202} and answered.json()["state"] != "AWAITING_APPROVAL":
            self.refunded_alone(payment_id, answered.json()["amount"])

    def refunded_alone(self, payment_id: str, amount: int) -> None:
        """Limits hold for the sum of a payment's refunds."""
        model = self.models[payment_id]
        model.by_one_person += amount
        if self.judges_sums and model.by_one_person > self.alone:
            raise AssertionError(f"{payment_id}: one person refunded {model.by_one_person} alone")

    def decide_what_waits(self, *, agreed: bool) -> None:
        """A second person agrees to each large refund of staff's, or does not."""
        for payment_id in self.models:
            for refund in self.held(payment_id).refunds.values():
                if refund.state is RefundState.AWAITING_APPROVAL:
                    path = f"/staff/payments/{payment_id}/refunds/{refund.id.partition(':')[2]}/approve"
                    answered = self.stack.second_staff_app.post(path, {"approve": agreed})
                    if answered.status == 200 and agreed:
                        self.models[payment_id].promised[refund.id] = answered.json()["amount"]

    def _with_account(self, payment_id: str, body: dict[str, Any]) -> dict[str, Any]:
        seen = self.held(payment_id).seen
        deposited = seen is not None and seen.method is not None and seen.method.virtual_account is not None
        return body | {"refundAccount": ACCOUNT} if deposited else body
