"""The state machine of persons: one person has one account, and nothing of anybody is kept too long."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from tests.support.machine.persons_hostile import PersonsHostile
from tests.support.machine.persons_operating import PersonsOperating
from tests.support.machine.persons_rules import PersonsRules
from tests.support.machine.persons_stage import SWITCHES


class Persons(PersonsRules, PersonsOperating, PersonsHostile, RuleBasedStateMachine):
    """Everybody does whatever they can; the oracle judges after each step, and newcomers at the end."""

    @initialize(unknowns=st.sampled_from([*SWITCHES]), policy=st.sampled_from(["on", "off"]))
    def open(self, unknowns: str, policy: str) -> None:
        self.set_up(unknowns, policy)

    @invariant()
    def nothing_is_wrong(self) -> None:
        if hasattr(self, "stack"):
            self.judge()
            self.phones_are_left_alone()

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        try:
            self.set_right()
            self.judge()
            self.shown_is_so()
            self.newcomers()
            self.judge(aloud=True)
            self._nobody_died()
        finally:
            self.opened.close()

    def _nobody_died(self) -> None:
        died = [
            f"{name}: {error!r}" for name, error in self.stack.failures if type(error).__name__ != "Crash"
        ]
        if died:
            raise AssertionError("\n".join(died))
