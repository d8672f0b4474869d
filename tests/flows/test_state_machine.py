"""Whatever happens in whatever order, crashes and lost messages included: the money is where a model says."""

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from portone_local.oracle import ObservedStack, assert_clean, converge, gather
from portone_local.oracle.course import history_has_no_gap, status_never_regresses
from portone_local.oracle.published import every_fact_is_published
from portone_local.oracle.refunds import never_more_than_paid
from portone_local.portone import CancellationStatus, Fault, Refused, Unknowns
from portone_local.testing.boundaries import Boundaries, Crash, Crossing, Side, crash
from portone_local.testing.money_model import MoneyModel
from portone_local.testing.shopping import USER, checkout, prepare, verify
from portone_local.testing.stories import surviving_crashes
from portone_payments.domain.records import Payment, RefundState
from portone_payments.entry.failure import JobFailed

# it takes minutes to hours, so make prove runs it
pytestmark = pytest.mark.machine
RUNS = int(os.environ.get("STATE_MACHINE_RUNS", "100"))
STEPS = 50
WITHIN = 15 * 60
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
TOTAL, TAMPERED = 12_000, 1_000
ACCOUNT = {"bank": "SHINHAN", "number": "110123456789", "holderName": "홍길동"}
AT_ANY_STEP = (never_more_than_paid, history_has_no_gap, status_never_regresses, every_fact_is_published)
READS = (Fault.LAGGING, Fault.STALE, Fault.HTML_502, Fault.TIMEOUT_BEFORE_COMMIT, Fault.NOT_FOUND)
CANCELS = (
    Fault.TIMEOUT_BEFORE_COMMIT,
    Fault.TIMEOUT_AFTER_COMMIT,
    Fault.RESET_AFTER_COMMIT,
    Fault.LATE_COMMIT,
    Fault.HTML_502,
    Fault.HTML_504,
    Fault.OUTSTANDING,
)
orders = st.sampled_from(["order-1", "order-2"])
picks = st.sampled_from([0, 0, 0, 1, 2])
waits = st.sampled_from([0, 30, 180, 600])
amounts = st.sampled_from([1, 100, 100, 3_000, 12_000])

holding = precondition(lambda self: any(model.left > 0 for model in self.models.values()))

type Act = Callable[[], object]


class Money(RuleBasedStateMachine):
    """Shop, app, buyer, staff, console, issuer, PortOne and AWS, each doing whatever it can."""

    @initialize(
        unknowns=st.sampled_from(["defaults", "all_turned"]), begun=st.sampled_from(["paid", "paid", ""])
    )
    def open(self, unknowns: str, begun: str) -> None:
        self.opened, self.boundaries, self.ids = ExitStack(), Boundaries(), count(1)
        switches = Unknowns.all_settings()[unknowns]
        stack = ObservedStack.in_memory(
            seed=1, unknowns=switches, tap=self.boundaries.tap, owner_refund_days="60"
        )
        self.stack = self.opened.enter_context(stack)
        self.boundaries.follow(self.stack)
        surviving_crashes(self.stack)
        self.prepared: dict[str, dict[str, Any]] = {}
        self.models: dict[str, MoneyModel] = {}
        self.prepare("order-1")
        if begun:
            self.pay(0)
            self.stack.deliver()

    # the app

    @rule(order=orders)
    def prepare(self, order: str) -> None:
        with suppress(AssertionError):  # refused, or PortOne did not answer: the app has nothing to show
            self._know(prepare(self.stack, order))

    @rule(pick=picks)
    def verify(self, pick: int) -> None:
        verify(self.stack, self._payment(pick))

    # the buyer

    @rule(pick=picks)
    def pay(self, pick: int) -> None:
        self._charge(pick)

    @rule(pick=picks)
    def pay_tampered(self, pick: int) -> None:
        self._charge(pick, amount=TAMPERED, tampered=True)

    @rule(pick=picks)
    def decline(self, pick: int) -> None:
        with suppress(Refused):
            self.stack.portone.buyer.decline(self._payment(pick)["paymentId"])

    @rule(pick=picks)
    def get_account(self, pick: int) -> None:
        prepared = self._payment(pick)
        with suppress(Refused):
            window = checkout(prepared, method="VIRTUAL_ACCOUNT")
            self.stack.portone.buyer.pay(prepared["paymentId"], window)

    @rule(pick=picks)
    def deposit(self, pick: int) -> None:
        payment_id = self._payment(pick)["paymentId"]
        with suppress(Refused):
            self.stack.portone.buyer.deposit(payment_id)
            self.models[payment_id].charged(TOTAL)

    # refunds

    @holding
    @rule(pick=picks, amount=amounts)
    def refund_part(self, pick: int, amount: int) -> None:
        self._refund(pick, f"refund-{next(self.ids)}", amount=amount)

    @holding
    @rule(pick=picks)
    def refund_all(self, pick: int) -> None:
        self._refund(pick, f"refund-{next(self.ids)}", full=True)

    @holding
    @rule(pick=picks, amount=amounts)
    def click_twice(self, pick: int, amount: int) -> None:
        refund_id = f"refund-{next(self.ids)}"
        for _ in range(2):
            self._refund(pick, refund_id, amount=amount)

    @holding
    @rule(pick=picks, amount=amounts, fault=st.sampled_from(CANCELS), after=waits)
    def refund_unanswered(self, pick: int, amount: int, fault: Fault, after: int) -> None:
        """PortOne's answer is lost, or even the request, and readings are for a while too."""
        self.stack.portone.inject(operation="cancel_payment", fault=fault)
        self.stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=3)
        self._refund(pick, f"refund-{next(self.ids)}", amount=amount)
        self.stack.run_for(after)

    @holding
    @rule(pick=picks, amount=amounts, times=st.sampled_from([1, 2, None]))
    def refund_beside_the_console(self, pick: int, amount: int, times: int | None) -> None:
        """The request is lost, and somebody else gives the same back meanwhile."""
        lost = Fault.TIMEOUT_BEFORE_COMMIT
        self.stack.portone.inject(operation="cancel_payment", fault=lost, times=times)
        self._refund(pick, f"refund-{next(self.ids)}", amount=amount)
        self._elsewhere(self._worth_refunding(pick), self.stack.portone.console.cancel, amount)
        self.stack.run_for(3 * MINUTE)

    @holding
    @rule(pick=picks, amount=amounts)
    def refund_lagging(self, pick: int, amount: int) -> None:
        """What we read after the answer is from before it."""
        self.stack.portone.inject(operation="get_payment", fault=Fault.LAGGING, times=2)
        for _ in range(2):
            self._refund(pick, f"refund-{next(self.ids)}", amount=amount)

    @rule(status=st.sampled_from([CancellationStatus.REQUESTED, CancellationStatus.FAILED]))
    def next_refund_ends(self, status: CancellationStatus) -> None:
        self.stack.portone.console.end_next_cancel(status)

    @rule(pick=picks, succeeded=st.booleans())
    def bank_decides(self, pick: int, succeeded: bool) -> None:  # noqa: FBT001 - a drawn value
        self._settle_requested(self._payment(pick)["paymentId"], succeeded=succeeded)

    @rule(pick=picks)
    def name_an_account(self, pick: int) -> None:
        payment_id = self._payment(pick)["paymentId"]
        for shown in ("mismatch", "surplus"):
            self.stack.app(USER).put(f"/payments/{payment_id}/refunds/{shown}/account", ACCOUNT)

    # PortOne's console and the issuer

    @holding
    @rule(pick=picks, amount=amounts)
    def console_cancel(self, pick: int, amount: int) -> None:
        self._elsewhere(self._worth_refunding(pick), self.stack.portone.console.cancel, amount)

    @holding
    @rule(pick=picks, amount=amounts)
    def chargeback(self, pick: int, amount: int) -> None:
        self._elsewhere(self._worth_refunding(pick), self.stack.portone.console.chargeback, amount)

    # messages, readings, answers

    @rule()
    def deliver(self) -> None:
        self.stack.deliver()

    @rule(copies=st.integers(min_value=1, max_value=3))
    def duplicate(self, copies: int) -> None:
        self.stack.portone.webhooks.duplicate(copies=copies)

    @precondition(lambda self: all(self._held(each).due_at is not None for each in self.models))
    @rule()
    def lose(self) -> None:
        """What nobody looks at any more is found by its webhook, or by the audit of the day."""
        self.stack.portone.webhooks.lose()

    @rule(fault=st.sampled_from(READS), times=st.integers(min_value=1, max_value=3))
    def misread(self, fault: Fault, times: int) -> None:
        self.stack.portone.inject(operation="get_payment", fault=fault, times=times)

    @rule(fault=st.sampled_from(CANCELS))
    def lose_an_answer(self, fault: Fault) -> None:
        self.stack.portone.inject(operation="cancel_payment", fault=fault)

    # time and crashes

    @rule()
    def a_minute(self) -> None:
        self.stack.run_for(MINUTE)

    @rule(hours=st.sampled_from([1, 3, 4, 30]))
    def hours(self, hours: int) -> None:
        self.stack.run_for(hours * HOUR, step=hours * HOUR / 6)

    @rule(days=st.sampled_from([2, 4, 40]))
    def days(self, days: int) -> None:
        """Nobody sweeps for up to five days; by then PortOne's readings are honest again."""
        self.stack.portone.clear_faults()
        self.stack.run_for(days * DAY, step=days * DAY / 8)

    @holding
    @rule(pick=picks, nth=st.integers(min_value=1, max_value=8), side=st.sampled_from(Side))
    def die_refunding(self, pick: int, nth: int, side: Side) -> None:
        self._die(lambda: self._refund(pick, f"refund-{next(self.ids)}", amount=100), nth, side)

    @rule(nth=st.integers(min_value=1, max_value=12), side=st.sampled_from(Side))
    def die_delivering(self, nth: int, side: Side) -> None:
        self._die(self.stack.deliver, nth, side)

    @rule(nth=st.integers(min_value=33, max_value=48), side=st.sampled_from(Side))
    def die_sweeping(self, nth: int, side: Side) -> None:
        self._die(self.stack.tick, nth, side)

    @rule()
    def settle(self) -> None:
        """Everything works again and time passes: now all of it has to be right."""
        self._converge()
        self._judge()

    def check_invariants(self, *arguments: Any, **named: Any) -> None:
        """What holds at every step, also in the middle of things."""
        super().check_invariants(*arguments, **named)
        if hasattr(self, "stack"):
            evidence = gather(self.stack)
            assert [each for invariant in AT_ANY_STEP for each in invariant(evidence)] == []

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        try:
            self._converge()
            self._judge()
        finally:
            self.opened.close()

    def _judge(self) -> None:
        stack = self.stack
        assert_clean(stack, answers=stack.answers, hurt=True)
        books = stack.portone.books()
        for payment_id, model in self.models.items():
            cancelled = books[payment_id].cancelled if payment_id in books else 0
            held = self._held(payment_id)
            assert (payment_id, model.wrongs(held, cancelled)) == (payment_id, [])

    def _converge(self) -> None:
        self.stack.portone.clear_faults()
        for _ in range(3):
            for payment_id in self.models:
                self._settle_requested(payment_id, succeeded=True)
            self.stack.run_for(30 * MINUTE, step=2 * MINUTE)
            self._decide_what_is_ambiguous()
            if not any(self._undecided(payment_id) for payment_id in self.models):
                break
            self.stack.run_for(8 * HOUR, step=20 * MINUTE)
        if converge(self.stack) >= WITHIN:  # paid after its offer had ended: found within a day (I4)
            self.stack.run_for(DAY, step=10 * MINUTE)

    def _undecided(self, payment_id: str) -> bool:
        waiting = {RefundState.RESERVED, RefundState.REQUESTED, RefundState.AMBIGUOUS}
        return any(refund.state in waiting for refund in self._held(payment_id).refunds.values())

    def _decide_what_is_ambiguous(self) -> None:
        for payment_id in self.models:
            for refund in self._held(payment_id).refunds.values():
                if refund.state is RefundState.AMBIGUOUS:
                    done = any(
                        each.reason.startswith(refund.token)
                        for each in self.stack.portone.books()[payment_id].cancellations
                    )
                    decision = "refunded" if done else "not_refunded"
                    body = {"reason": "looked at both records", "decision": decision}
                    self.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body)

    def _settle_requested(self, payment_id: str, *, succeeded: bool) -> None:
        book = self.stack.portone.books().get(payment_id)
        for each in book.cancellations if book else ():
            if each.status is CancellationStatus.REQUESTED:
                self.stack.portone.console.settle_cancellation(payment_id, each.id, succeeded=succeeded)

    def _charge(self, pick: int, **changes: Any) -> None:
        prepared = self._payment(pick)
        with suppress(Refused):
            self.stack.portone.buyer.pay(prepared["paymentId"], checkout(prepared, **changes))
            self.models[prepared["paymentId"]].charged(changes.get("amount", TOTAL))

    def _elsewhere(self, payment_id: str, take: Callable[[str, int], object], amount: int) -> None:
        with suppress(Refused):
            take(payment_id, amount)
            self.models[payment_id].elsewhere += amount

    def _refund(self, pick: int, refund_id: str, **body: Any) -> None:
        payment_id = self._worth_refunding(pick)
        wanted = {"refundId": refund_id, "reason": "단순 변심"} | self._with_account(payment_id, body)
        answered = self.stack.app(USER).post(f"/payments/{payment_id}/cancel", wanted)
        if answered.status == 200:
            self.models[payment_id].promised[f"owner:{refund_id}"] = answered.json()["amount"]

    def _worth_refunding(self, pick: int) -> str:
        """Mostly one that holds money: refusing the others is soon seen."""
        holding = [payment_id for payment_id, model in self.models.items() if model.left > 0]
        known = holding or list(self.models)
        return known[-1 - pick % len(known)]

    def _with_account(self, payment_id: str, body: dict[str, Any]) -> dict[str, Any]:
        seen = self._held(payment_id).seen
        deposited = seen is not None and seen.method is not None and seen.method.virtual_account is not None
        return body | {"refundAccount": ACCOUNT} if deposited else body

    def _die(self, act: Act, nth: int, side: Side) -> None:
        """Do something, in which the process dies at the nth call that leaves it."""
        left = count(1)

        def breaks(_crossing: Crossing) -> Any:
            return crash(side) if next(left) == nth else None

        with self.boundaries.watch(breaks), suppress(Crash, JobFailed):
            act()

    def _know(self, prepared: dict[str, Any]) -> None:
        self.prepared[prepared["paymentId"]] = prepared
        self.models.setdefault(prepared["paymentId"], MoneyModel(asked=TOTAL))

    def _payment(self, pick: int) -> dict[str, Any]:
        """The newest payments first."""
        known = list(self.prepared.values())
        return known[-1 - pick % len(known)]

    def _held(self, payment_id: str) -> Payment:
        held: Payment = self.stack.ports["store"].payment(payment_id)
        return held


TestMoney = pytest.mark.timeout(3600)(Money.TestCase)
TestMoney.settings = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def test_what_the_issuer_takes_back_beside_a_requested_refund_is_not_our_fault() -> None:
    state = Money()
    state.open(unknowns="all_turned", begun="paid")
    state.next_refund_ends(status=CancellationStatus.REQUESTED)
    state.refund_all(pick=0)
    state.chargeback(amount=1, pick=0)
    state.check_invariants(settings())
    state.teardown()


def test_what_is_paid_two_days_after_its_offer_ended_is_found_within_a_day_without_a_webhook() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="")
    state.days(days=2)
    state.pay(pick=0)
    state.lose()
    state.teardown()


def test_who_dies_after_reserving_a_refund_is_followed_by_the_sweep() -> None:
    state = Money()
    state.open(unknowns="defaults", begun="paid")
    state.die_refunding(nth=3, pick=0, side=Side.BEFORE)
    state.teardown()
