"""Orders for the rehearsal of a restore: what each buyer does, step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portone_local.actors.shop import USER, ask_to_prepare, pay, put_order, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import CancellationStatus, Fault, Refused

ACCOUNT = {"bank": "SHINHAN_BANK", "number": "110-123-456789", "holderName": "홍길동"}


@dataclass(slots=True)
class Life:
    """One order and what its buyer does with it, step by step. `asked`: refunds that were answered 2xx."""

    order_id: str
    steps: list[Callable[["Life", ObservedStack], object]]
    prepared: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def payment_id(self) -> str:
        """Its payment."""
        return str(self.prepared["paymentId"])

    def go_on(self, stack: ObservedStack) -> None:
        """Do the next step; PortOne may refuse it."""
        try:
            self.steps.pop(0)(self, stack)
        except Refused:
            self.steps.clear()

    def refund(self, stack: ObservedStack, body: dict[str, Any]) -> int:
        """Ask for a refund; the status of the answer."""
        status = stack.app(USER).post(f"/payments/{self.payment_id}/cancel", body).status
        if status in {200, 202} and body not in self.asked:
            self.asked.append(body)
        return status


type Step = Callable[[Life, ObservedStack], object]


def _prepare(life: Life, stack: ObservedStack) -> None:
    put_order(stack, life.order_id)
    life.prepared = ask_to_prepare(stack, life.order_id).json()


def _pay(**changes: Any) -> Step:
    def step(life: Life, stack: ObservedStack) -> None:
        pay(stack, life.prepared, **changes)
        stack.deliver()
        verify(stack, life.prepared)

    return step


def _refund(number: int, **body: Any) -> Step:
    wanted = {"refundId": f"refund-{number}", "reason": "단순 변심"} | (body or {"amount": 3_000})
    return lambda life, stack: life.refund(stack, wanted)


def _refund_with(fault: Fault, number: int) -> Step:
    def step(life: Life, stack: ObservedStack) -> None:
        stack.portone.inject(operation="cancel_payment", fault=fault)
        _refund(number)(life, stack)
        stack.portone.clear_faults()

    return step


def _refund_later(life: Life, stack: ObservedStack) -> None:
    stack.portone.console.end_next_cancel(CancellationStatus.REQUESTED)
    _refund(1)(life, stack)


def _settle(life: Life, stack: ObservedStack) -> None:
    for each in stack.portone.books()[life.payment_id].cancellations:
        if each.status is CancellationStatus.REQUESTED:
            stack.portone.console.settle_cancellation(life.payment_id, each.id)
    stack.deliver()


def _refused_refund(life: Life, stack: ObservedStack) -> None:
    stack.portone.console.refuse_next_cancel("MAX_CANCEL_COUNT_REACHED")
    _refund(1)(life, stack)


def _console(life: Life, stack: ObservedStack) -> None:
    stack.portone.console.cancel(life.payment_id, 1_000)
    stack.deliver()


def _deposit(life: Life, stack: ObservedStack) -> None:
    stack.portone.buyer.deposit(life.payment_id)
    stack.deliver()


def _decline(life: Life, stack: ObservedStack) -> None:
    stack.portone.buyer.decline(life.payment_id)
    stack.deliver()


LIVES: dict[str, list[Step]] = {
    "paid": [_prepare, _pay()],
    "declined-then-paid": [_prepare, _decline, _pay()],
    "two-equal-parts": [_prepare, _pay(), _refund(1), _refund(2)],
    "all-back": [_prepare, _pay(), _refund(1, full=True)],
    "answer-lost": [_prepare, _pay(), _refund_with(Fault.TIMEOUT_AFTER_COMMIT, 1), _refund(2)],
    "never-arrived": [_prepare, _pay(), _refund_with(Fault.RESET_BEFORE_COMMIT, 1), _refund(2)],
    "refused-then-another": [_prepare, _pay(), _refused_refund, _refund(2)],
    "asynchronous": [_prepare, _pay(), _refund_later, _settle],
    "console": [_prepare, _pay(), _refund(1), _console],
    "account": [
        _prepare,
        _pay(method="VIRTUAL_ACCOUNT"),
        _deposit,
        _refund(1, full=True, refundAccount=ACCOUNT),
    ],
    "tampered": [_prepare, _pay(amount=1_000, tampered=True)],
    "abandoned": [_prepare],
}
