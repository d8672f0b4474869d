"""The machine itself: all rules together."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from tests.support.machine.ending import Ending
from tests.support.machine.operating import Operating
from tests.support.machine.poisoning import Poisoning
from tests.support.machine.repeating import Repeating
from tests.support.machine.watch import Watch


class Money(Ending, Operating, Repeating, Poisoning, RuleBasedStateMachine):
    """Shop, app, buyer, staff, console, issuer, PortOne and AWS, each doing whatever it can."""

    @initialize(
        unknowns=st.sampled_from(["defaults", "all_turned"]), begun=st.sampled_from(["paid", "paid", ""])
    )
    def open(self, unknowns: str, begun: str) -> None:
        self.set_up(unknowns)
        self.watch = Watch(self.stack)
        self.prepare("order-1")
        if begun:
            self.pay(0)
            self.stack.deliver()

    @invariant()
    def nothing_is_wrong(self) -> None:
        """Cheap: only what the step touched is read. The whole oracle judges at the end."""
        self.catch_up_with_charges()
        found = self.watch.wrongs(self.models)
        if found:
            raise AssertionError("\n".join(found))

    def teardown(self) -> None:
        """Let it converge and judge, then close the stack."""
        if not hasattr(self, "watch"):
            return
        try:
            self.converge()
            self.judge()
        finally:
            self.opened.close()
