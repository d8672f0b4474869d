"""Rules: a hostile customer repeats commands with fresh ids; careless staff click without looking."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portone_local.actors.approver import confirm
from portone_local.actors.shop import USER, ask_to_prepare, verify
from portone_local.portone import CancellationStatus
from portone_payments.domain.records.instructions import RefundState
from tests.support.machine.not_yet import ready
from tests.support.machine.refunding import Refunding, rich
from tests.support.machine.stage import picks

OK = 200
BURSTS = st.sampled_from([3, 3, 8, 20])
REPEATED = ("prepare", "verify", "confirm", "cash_receipt", "account")
CARELESS = ("refund_twice", "resolve_blindly", "approve_own", "small_steps")


class Repeating(Refunding):
    """Bursts of a customer who means no good, and of staff in a hurry."""

    @rich
    @rule(pick=picks, times=BURSTS, refused=st.booleans())
    def hostile_refunds(self, pick: int, times: int, refused: bool) -> None:  # noqa: FBT001 - a drawn value
        """One won at a time, each under an id of its own; PortOne may refuse them all."""
        for _ in range(min(times, self.models[self.holding(pick)].left)):
            if refused:
                self.stack.portone.console.end_next_cancel(CancellationStatus.FAILED)
            self.refund(pick, amount=1)

    @rule(what=st.sampled_from(ready(REPEATED)), pick=picks, times=BURSTS)
    def hostile(self, what: str, pick: int, times: int) -> None:
        for _ in range(times):
            getattr(self, f"_repeat_{what}")(pick)

    @rich
    @rule(what=st.sampled_from(ready(CARELESS)), pick=picks)
    def careless(self, what: str, pick: int) -> None:
        getattr(self, f"_carelessly_{what}")(pick)

    def _fresh(self) -> str:
        return f"fresh-{next(self.ids)}"

    def _repeat_prepare(self, pick: int) -> None:
        ask_to_prepare(self.stack, f"order-{1 + pick % 2}", key=f"{self._fresh()}-{'x' * 16}")

    def _repeat_verify(self, pick: int) -> None:
        verify(self.stack, self.payment(pick))

    def _repeat_confirm(self, pick: int) -> None:
        """With a token that PortOne never made."""
        confirm(self.stack, self.payment(pick), f"invented-token-{self._fresh()}")
        self.catch_up_with_charges()

    def _repeat_cash_receipt(self, pick: int) -> None:
        path = f"/payments/{self.payment(pick)['paymentId']}/cash-receipt"
        self.stack.app(USER).post(path, {"type": "PERSONAL", "identity": f"0101234{next(self.ids):04d}"})

    def _repeat_account(self, pick: int) -> None:
        account = {"bank": "SHINHAN", "number": f"1101{next(self.ids):08d}", "holderName": "홍길동"}
        payment_id = self.payment(pick)["paymentId"]
        self.stack.app(USER).put(f"/payments/{payment_id}/refunds/mismatch/account", account)

    def _carelessly_refund_twice(self, pick: int) -> None:
        """Two people, each with an id of their own, the same sum at the same time."""
        for _ in range(2):
            self.refund(pick, staff=True, amount=1_000)

    def _carelessly_small_steps(self, pick: int) -> None:
        """One person, a large amount in small steps: refunds without approval stay within the limit."""
        self.judges_sums = True
        for _ in range(4):
            self.refund(pick, staff=True, amount=2_000)

    def _carelessly_resolve_blindly(self, pick: int) -> None:
        payment_id = self.payment(pick)["paymentId"]
        decision = ("close", "refunded", "not_refunded", "accept")[next(self.ids) % 4]
        waits = [
            each for each in self.held(payment_id).refunds.values() if each.state is RefundState.AMBIGUOUS
        ]
        body = {"reason": "did not look", "decision": decision}
        answered = self.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body)
        model = self.models[payment_id]
        judges = decision in {"refunded", "not_refunded"}
        if answered.status == OK and judges and model.came_back and not waits:
            model.decided(by_hand=decision == "refunded")
        elif answered.status == OK and (waits or decision == "accept"):
            model.misjudged = True

    def _carelessly_approve_own(self, pick: int) -> None:
        """The requester approves it too, through the same route or the other."""
        payment_id, refund_id = self.holding(pick), self.new_refund_id()
        body = {"refundId": refund_id, "reason": "단순 변심", "amount": 10_000}
        body = self._with_account(payment_id, body)
        by_ops = next(self.ids) % 2 == 0
        requester, door = (self.stack.staff, "/ops") if by_ops else (self.stack.staff_app, "/staff")
        asked = requester.post(f"{door}/payments/{payment_id}/cancel", body)
        if asked.status == 202 and asked.json()["state"] == "AWAITING_APPROVAL":
            path = f"/staff/payments/{payment_id}/refunds/{refund_id}/approve"
            if self.stack.staff_app.post(path, {"approve": True}).status in {OK, 202}:
                raise AssertionError(f"who asked for {refund_id} of {payment_id} may have approved it")
