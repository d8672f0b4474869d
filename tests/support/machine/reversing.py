"""Rules: the PG reverses a refund it had carried out, and staff decides what became of the money."""

from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.portone import CancellationBook, CancellationStatus
from portone_payments.domain.records.booked import booked
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.payments import AttentionKind
from tests.support.machine.elsewhere import Elsewhere
from tests.support.machine.not_yet import LEFT_OUT
from tests.support.machine.stage import picks
from tests.support.money_model import ELSEWHERE

OK = 200
WORDS = ("refunded", "not_refunded")


class Reversing(Elsewhere):
    """`words` is what staff will say of each payment's reversals, once they are called.

    `undone`: the cancellation of each, by payment and name.
    """

    words: dict[str, str]
    undone: dict[tuple[str, str], str]

    @precondition(lambda self: "reverse" not in LEFT_OUT and any(self.reversible()))
    @rule(pick=picks, listed=st.booleans(), word=st.sampled_from(WORDS))
    def reverse(self, pick: int, listed: bool, word: str) -> None:  # noqa: FBT001 - a drawn value
        """SUCCEEDED becomes FAILED, or is no longer listed; no webhook is sent."""
        found = list(self.reversible())
        payment_id, done = found[-1 - pick % len(found)]
        name = self.name_of(payment_id, done)
        self.undone = {**getattr(self, "undone", {}), (payment_id, name): done.id}
        self.words = {**getattr(self, "words", {}), payment_id: word}
        heard = self.taken_for_done(payment_id, name)
        self.stack.portone.console.reverse_cancellation(payment_id, done.id, listed=listed)
        self.models[payment_id].comes_back(name, done.amount, heard=heard)

    def reversible(self) -> Iterator[tuple[str, CancellationBook]]:
        """Refunded amounts, unless a chargeback took them."""
        for payment_id in self.models:
            book = self.stack.portone.books().get(payment_id)
            for each in book.cancellations if book else ():
                if each.status is CancellationStatus.SUCCEEDED and each.trigger != "CHARGEBACK":
                    yield payment_id, each

    def name_of(self, payment_id: str, done: CancellationBook) -> str:
        """Our refund, or a foreign cancellation."""
        refunds = self.held(payment_id).refunds.values()
        ours = (each.id for each in refunds if done.reason.startswith(each.token))
        return next(ours, f"{ELSEWHERE}{done.id}")

    def decide_what_came_back(self) -> None:
        """Staff catches the payment up; with an attention open it asks the PG and records the answer."""
        for payment_id, model in self.models.items():
            for name in self._unheard_of(payment_id):
                model.never_came_back(name)
            if model.came_back:
                self.stack.staff.post(f"/ops/payments/{payment_id}/catch-up")
        for payment_id, model in self.models.items():
            called = [each.kind for each in self.held(payment_id).attentions]
            if model.came_back and AttentionKind.LAGGING in called:
                word = self.words[payment_id]
                body = {"reason": "asked the PG", "decision": word, "kind": "lagging"}
                answered = self.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body)
                if answered.status == OK:
                    model.decided(by_hand=word == "refunded")

    def taken_for_done(self, payment_id: str, name: str) -> bool:
        """Whether we record this as refunded: a refund of ours, or a foreign one a reading showed."""
        held = self.held(payment_id)
        refund = held.refunds.get(name)
        if refund is not None and refund.state is RefundState.SUCCEEDED:
            return True
        return booked(held.seen, self.undone[payment_id, name]) == CancellationStatus.SUCCEEDED

    def _unheard_of(self, payment_id: str) -> list[str]:
        """What was reversed before we had read that it was done, and was not read from an old node since."""
        model = self.models[payment_id]
        model.heard.update(name for name in model.came_back if self.taken_for_done(payment_id, name))
        return [name for name in model.came_back if name not in model.heard]
