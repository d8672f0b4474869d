"""What every rule of the machine stands on: the stack, the models, how to pick a payment, how time passes."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from itertools import count
from typing import Any

from hypothesis import strategies as st

from portone_local.actors.approver import HOOK
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault, Unknowns
from portone_local.portone.unknowns import BillingUnknowns
from portone_local.stories.boundaries import Boundaries, Crash, Crossing, Side, crash
from portone_local.stories.world import surviving_crashes
from portone_payments.domain.records.payments import Payment
from portone_payments.entry.failure import JobFailed
from tests.support.machine.not_yet import LEFT_OUT
from tests.support.money_model import MoneyModel
from tests.support.poisoned_table import PoisonedTable
from tests.support.whole import whole

TOTAL, TAMPERED = 12_000, 1_000
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
ACCOUNT = {"bank": "SHINHAN", "number": "110123456789", "holderName": "홍길동"}
# a sweep asks dozens of indexes; between the first and the last there is nothing to lose
_ASKING = "dynamodb.query"
SETTINGS = {"owner_refund_days": "60", "staff_refund_limit": "5000", **HOOK}
# after which nobody knows at once whether PortOne did what it was asked
SEND_FAULTS = (
    Fault.TIMEOUT_BEFORE_COMMIT,
    Fault.TIMEOUT_AFTER_COMMIT,
    Fault.RESET_AFTER_COMMIT,
    Fault.LATE_COMMIT,
    Fault.HTML_502,
    Fault.HTML_504,
    Fault.OUTSTANDING,
)
# 0 is the newest
picks = st.sampled_from([0, 0, 0, 1, 2])
amounts = st.sampled_from([1, 100, 100, 3_000, 12_000])

type Act = Callable[[], object]


class Stage:
    """A shop with two orders of 12,000 won. `prepared` is what the app was answered, by paymentId.

    `alone`: the most one member of staff was ever allowed to refund without a second.
    """

    stack: ObservedStack
    alone: float
    judges_sums: bool

    def set_up(self, unknowns: str, **settings: str) -> None:
        """Open the stack under one setting of PortOne's open questions; the audit begins today.

        `routed`: saved methods are charged over channels that are on nobody's list (facts 3.2, 6.2).
        """
        self.settings = SETTINGS | settings
        self.opened, self.boundaries, self.ids = ExitStack(), Boundaries(), count(1)
        self.poisons: Any = None
        self.judges_sums = "small_steps" not in LEFT_OUT
        self.alone = float(self.settings["staff_refund_limit"])
        self.prepared: dict[str, dict[str, Any]] = {}
        self.models: dict[str, MoneyModel] = {}
        routed = Unknowns(billing=BillingUnknowns(charges_are_routed=True))
        switches = (Unknowns.all_settings(without=LEFT_OUT) | {"routed": routed})[unknowns]
        opening = ObservedStack.in_memory(seed=1, unknowns=switches, tap=self._tap, **SETTINGS | settings)
        self.stack = self.opened.enter_context(opening)
        self.boundaries.follow(self.stack)
        self.set_up_operators()
        surviving_crashes(self.stack)
        self.audit()

    def set_up_operators(self) -> None:
        """What the rules of operators remember."""

    def set_right(self) -> None:
        """PortOne answers honestly again, and nothing of ours is broken any more."""
        self.stack.portone.clear_faults()

    def know(self, prepared: dict[str, Any]) -> None:
        """The app was handed a payment."""
        self.prepared[prepared["paymentId"]] = prepared
        self.models.setdefault(prepared["paymentId"], MoneyModel(asked=TOTAL))

    def payment(self, pick: int) -> dict[str, Any]:
        """One of the payments, the newest first."""
        known = list(self.prepared.values())
        return known[-1 - pick % len(known)]

    def holding(self, pick: int) -> str:
        """Mostly a paid one: the answers of the others soon repeat."""
        rich = [payment_id for payment_id, model in self.models.items() if model.left > 0]
        known = rich or list(self.models)
        return known[-1 - pick % len(known)]

    def rich(self) -> bool:
        """Whether some payment holds money without a promised refund."""
        return any(model.left > 0 for model in self.models.values())

    def held(self, payment_id: str) -> Payment:
        """What we hold."""
        store = self.stack.ports["store"]
        return whole(store.payment(payment_id), store.table.get)

    def restart(self) -> None:
        """New containers for every function, with empty caches."""
        self.stack.functions.restart()

    def audit(self) -> None:
        """The audit of the day; one that fails goes on another day."""
        self.audited_at = self.stack.clock.now()
        with suppress(JobFailed):
            self.stack.functions.invoke("Audit", {})

    def die(self, act: Act, nth: int, side: Side) -> None:
        """Do something, in which the process dies at the nth call that leaves it; then there are new ones."""
        left = count(1)

        def breaks(crossing: Crossing) -> Any:
            return crash(side) if crossing.call != _ASKING and next(left) == nth else None

        with self.boundaries.watch(breaks), suppress(Crash, JobFailed):
            act()
        self.restart()

    def pass_time(self, seconds: float, step: float = 60) -> None:
        """Time passes, with webhooks and a sweep at each step, and with the audit once a day."""
        end = self.stack.clock.now() + seconds
        while self.stack.clock.now() < end:
            self.stack.run_for(min(step, end - self.stack.clock.now()), step)
            if self.stack.clock.now() - self.audited_at >= DAY:
                self.audit()

    def catch_up_with_charges(self) -> None:
        """A manual approval is charged at a moment unknown to the model."""
        for payment_id, book in self.stack.portone.books().items():
            model = self.models.get(payment_id)
            if model is not None and model.tokens and book.times_paid and not model.taken:
                stocked = any(held_for == payment_id for held_for, _ in self.hook.reserved)
                model.approved(book.total, stocked=stocked)

    def _tap(self, service: str, client: Any) -> Any:
        if service == "stock":
            self.hook = client
        if service == "dynamodb" and self.poisons is None:
            client = self.poisons = PoisonedTable(client)
        tapped = self.boundaries.tap(service, client)
        if service == "portone":
            self.transport = tapped
        return tapped
