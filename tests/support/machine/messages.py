"""Rules: what becomes of webhooks, of our own messages and of readings."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.portone import Fault
from tests.support.machine.stage import Stage

READS = (Fault.LAGGING, Fault.STALE, Fault.HTML_502, Fault.TIMEOUT_BEFORE_COMMIT, Fault.NOT_FOUND)

# beyond that, doubling shows nothing but a machine at work
MANY = 6


class Messages(Stage):
    """Lost, doubled, late, out of order; readings that are wrong."""

    @rule()
    def deliver(self) -> None:
        self.stack.deliver()

    @precondition(lambda self: len(self.stack.portone.webhooks.pending()) <= MANY)
    @rule(copies=st.integers(min_value=1, max_value=3))
    def duplicate(self, copies: int) -> None:
        self.stack.portone.webhooks.duplicate(copies=copies)

    @rule(seconds=st.sampled_from([90, 700]))
    def delay(self, seconds: int) -> None:
        self.stack.portone.webhooks.delay(seconds)

    @rule()
    def reorder(self) -> None:
        waiting = [each.webhook_id for each in self.stack.portone.webhooks.pending()]
        self.stack.portone.webhooks.reorder(*waiting[::-1])

    @rule()
    def lose(self) -> None:
        """A payment no longer due is then found by the audit of the day."""
        self.stack.portone.webhooks.lose()

    @rule()
    def lose_messages(self) -> None:
        """Of our own queue."""
        self.stack.ports["queue"].lose_all()

    @rule(fault=st.sampled_from(READS), times=st.integers(min_value=1, max_value=3))
    def misread(self, fault: Fault, times: int) -> None:
        self.stack.portone.inject(operation="get_payment", fault=fault, times=times)
