"""Rules: what PortOne's console, issuer and bank do without us."""

from collections.abc import Callable
from contextlib import suppress

from hypothesis import strategies as st
from hypothesis.stateful import rule

from portone_local.portone import CancellationStatus, Fault, Refused
from tests.support.machine.messages import Messages
from tests.support.machine.refunding import Refunding, rich
from tests.support.machine.stage import MINUTE, amounts, picks


class Elsewhere(Refunding, Messages):
    """Console, issuer and bank."""

    @rich
    @rule(pick=picks, amount=amounts)
    def console_cancel(self, pick: int, amount: int) -> None:
        self.take_back(pick, self.stack.portone.console.cancel, amount)

    @rich
    @rule(pick=picks, amount=amounts)
    def chargeback(self, pick: int, amount: int) -> None:
        self.take_back(pick, self.stack.portone.console.chargeback, amount)

    @rich
    @rule(pick=picks, amount=amounts, times=st.sampled_from([1, 2, None]))
    def refund_beside_the_console(self, pick: int, amount: int, times: int | None) -> None:
        """The request is lost, and the same amount is refunded elsewhere meanwhile."""
        lost = Fault.TIMEOUT_BEFORE_COMMIT
        self.stack.portone.inject(operation="cancel_payment", fault=lost, times=times)
        self.refund(pick, amount=amount)
        self.take_back(pick, self.stack.portone.console.cancel, amount)
        self.pass_time(3 * MINUTE)

    @rule(pick=picks, succeeded=st.booleans())
    def bank_decides(self, pick: int, succeeded: bool) -> None:  # noqa: FBT001 - a drawn value
        self.settle_requested(self.payment(pick)["paymentId"], succeeded=succeeded)

    def take_back(self, pick: int, take: Callable[[str, int], object], amount: int) -> None:
        """Somebody else gives `amount` back, in won."""
        payment_id = self.holding(pick)
        with suppress(Refused):
            take(payment_id, amount)
            self.models[payment_id].elsewhere += amount

    def settle_requested(self, payment_id: str, *, succeeded: bool) -> None:
        """The bank's result of each asynchronous cancel of a payment."""
        book = self.stack.portone.books().get(payment_id)
        for each in book.cancellations if book else ():
            if each.status is CancellationStatus.REQUESTED:
                self.stack.portone.console.settle_cancellation(payment_id, each.id, succeeded=succeeded)
