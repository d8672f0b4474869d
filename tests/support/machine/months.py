"""Rules: the scheduler fires or does not, months pass, processes die at any call that leaves them."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from portone_local.stack.passing import clock_of, let_pass
from portone_local.stories.boundaries import Side
from tests.support.machine.collecting import Collecting
from tests.support.machine.stage import DAY, HOUR, MINUTE, picks

sides = st.sampled_from(Side)
calls = st.integers(min_value=1, max_value=12)


class Months(Collecting):
    """Clock jumps of up to four hundred days, and a crash before or after every call."""

    @rule(times=st.sampled_from([0, 1, 3]))
    def a_minute(self, times: int) -> None:
        """The scheduler fires not at all, once, or three times."""
        clock_of(self.stack).advance(MINUTE)
        self.stack.deliver()
        for _ in range(times):
            self.stack.tick()

    @rule(hours=st.sampled_from([1, 3, 12, 24]))
    def hours(self, hours: int) -> None:
        self.pass_time(hours * HOUR, hours * HOUR / 6)

    @rule(days=st.sampled_from([1, 3, 8]))
    def days(self, days: int) -> None:
        """Swept every minute; PortOne's readings are honest again."""
        self.set_right()
        for _ in range(days):
            let_pass(self.stack, DAY)
            self.audit()

    @rule(days=st.sampled_from([1, 1, 1, 5, 5, 5, 5, 5, 40, 40, 40, 400]))
    def nobody_sweeps(self, days: int) -> None:
        """An outage of ours; cards and PortOne go on."""
        clock_of(self.stack).advance(days * DAY)
        self.stack.deliver()
        self.stack.tick()
        self.audit()

    @rule(plan=st.sampled_from(["weekly", "trial"]), nth=calls, side=sides)
    def die_subscribing(self, plan: str, nth: int, side: Side) -> None:
        self.die(lambda: self.subscribe(plan, consents=True, twice=False), nth, side)

    @rule(nth=calls, side=sides)
    def die_buying_in_parts(self, nth: int, side: Side) -> None:
        self.die(lambda: self.buy_in_parts(1), nth, side)

    @rule(nth=calls, side=sides)
    def die_saving(self, nth: int, side: Side) -> None:
        self.die(lambda: self.save("card-1", manual=True), nth, side)
        self.methods_given()

    @precondition(lambda self: bool(self.issues))
    @rule(pick=picks, nth=calls, side=sides)
    def die_deleting(self, pick: int, nth: int, side: Side) -> None:
        self.die(lambda: self.delete(pick), nth, side)

    @precondition(lambda self: bool(self.rented))
    @rule(pick=picks, nth=calls, side=sides)
    def die_changing(self, pick: int, nth: int, side: Side) -> None:
        self.die(lambda: self.change_plan(pick, "dear", "now"), nth, side)

    @rule(nth=calls, side=sides)
    def die_paying(self, nth: int, side: Side) -> None:
        self.die(lambda: self.pay_an_order("order-1", again=True), nth, side)

    @rule(nth=calls, side=sides)
    def die_delivering(self, nth: int, side: Side) -> None:
        self.die(self.stack.deliver, nth, side)

    @rule(nth=st.integers(min_value=1, max_value=20), side=sides)
    def die_sweeping(self, nth: int, side: Side) -> None:
        self.die(self.stack.tick, nth, side)
