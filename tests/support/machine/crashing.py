"""Rules: time passes, processes die at any call that leaves them, and come back with empty caches."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.stories.boundaries import Side
from tests.support.machine.buying import Buying
from tests.support.machine.elsewhere import Elsewhere
from tests.support.machine.refunding import rich
from tests.support.machine.stage import DAY, HOUR, MINUTE, picks

sides = st.sampled_from(Side)
calls = st.integers(min_value=1, max_value=10)


class Crashing(Buying, Elsewhere):
    """Clock jumps of up to forty days, and a crash before or after every call."""

    @rule()
    def a_minute(self) -> None:
        self.pass_time(MINUTE)

    @rule(hours=st.sampled_from([1, 3, 4, 30]))
    def hours(self, hours: int) -> None:
        self.pass_time(hours * HOUR, hours * HOUR / 6)

    @rule(days=st.sampled_from([2, 4, 40]))
    def days(self, days: int) -> None:
        """Nobody sweeps for up to five days; by then PortOne's readings are honest again."""
        self.set_right()
        self.pass_time(days * DAY, days * DAY / 8)

    @rule(order=st.sampled_from(["order-1", "order-2"]), nth=calls, side=sides)
    def die_preparing(self, order: str, nth: int, side: Side) -> None:
        self.die(lambda: self.prepare(order), nth, side)

    @rich
    @rule(pick=picks, nth=calls, side=sides)
    def die_refunding(self, pick: int, nth: int, side: Side) -> None:
        self.die(lambda: self.refund(pick, amount=100), nth, side)

    @precondition(lambda self: any(model.tokens for model in self.models.values()))
    @rule(pick=picks, nth=calls, side=sides)
    def die_confirming(self, pick: int, nth: int, side: Side) -> None:
        self.die(lambda: self.confirm(pick, again=False), nth, side)

    @rule(nth=st.integers(min_value=1, max_value=12), side=sides)
    def die_delivering(self, nth: int, side: Side) -> None:
        self.die(self.stack.deliver, nth, side)

    @rule(nth=st.integers(min_value=1, max_value=16), side=sides)
    def die_sweeping(self, nth: int, side: Side) -> None:
        self.die(self.stack.tick, nth, side)

    @rule(nth=calls, side=sides)
    def die_auditing(self, nth: int, side: Side) -> None:
        self.die(self.audit, nth, side)
