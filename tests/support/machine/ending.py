"""How a run ends: PortOne works again, people decide what is theirs to decide, time passes, all is judged."""

from hypothesis.stateful import rule

from portone_local.oracle import assert_clean, converge
from portone_local.portone import CancellationStatus
from portone_local.stack.passing import let_pass
from portone_payments.domain.records.instructions import RefundState
from tests.support.machine.crashing import Crashing
from tests.support.machine.reversing import Reversing
from tests.support.machine.stage import DAY, HOUR, MINUTE

WITHIN = 15 * MINUTE
_WAITING = frozenset({RefundState.RESERVED, RefundState.REQUESTED, RefundState.AMBIGUOUS})


class Ending(Crashing, Reversing):
    """Everything works again, and now all of it has to be right."""

    @rule()
    def settle(self) -> None:
        self.converge()
        self.judge()

    def converge(self) -> None:
        """Until we agree with PortOne; what only the audit can find, it finds within a day (I4)."""
        self.set_right()
        self.hook.out = self.hook.silent = False
        for _ in range(3):
            self.people_decide()
            let_pass(self.stack, 30 * MINUTE)
            if not any(self.undecided(payment_id) for payment_id in self.models):
                break
            let_pass(self.stack, 8 * HOUR)
        self.audit()
        if converge(self.stack) >= WITHIN:  # paid after its offer had ended: found within a day
            let_pass(self.stack, DAY)
            self.audit()

    def judge(self) -> None:
        """The whole oracle, and the model of each payment."""
        self.catch_up_with_charges()
        assert_clean(self.stack, answers=self.stack.answers, hurt=True)
        books = self.stack.portone.books()
        for payment_id, model in self.models.items():
            cancelled = books[payment_id].cancelled if payment_id in books else 0
            wrongs = model.wrongs(self.held(payment_id), cancelled)
            if wrongs:
                raise AssertionError(f"{payment_id}: {wrongs}")

    def undecided(self, payment_id: str) -> bool:
        """Whether PortOne or staff still owes a refund its outcome."""
        if self.models[payment_id].came_back:
            return True
        return any(refund.state in _WAITING for refund in self.held(payment_id).refunds.values())

    def people_decide(self) -> None:
        """The bank decides its requests, a second person large refunds, staff ambiguous ones."""
        self.decide_what_waits(agreed=True)
        self.decide_what_came_back()
        for payment_id in self.models:
            self.settle_requested(payment_id, succeeded=True)
            for refund in self.held(payment_id).refunds.values():
                if refund.state is RefundState.AMBIGUOUS:
                    self._resolve(payment_id, refund.token)

    def _resolve(self, payment_id: str, token: str) -> None:
        """Staff looks at both records."""
        cancellations = self.stack.portone.books()[payment_id].cancellations
        ours = [each.status for each in cancellations if each.reason.startswith(token)]
        done = CancellationStatus.SUCCEEDED in ours
        body = {"reason": "looked at both records", "decision": "refunded" if done else "not_refunded"}
        self.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body)
