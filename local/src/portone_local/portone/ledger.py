"""The fake PortOne's books: payments, their attempts and cancellations, every state they were in."""

import heapq
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portone_local.clock import Clock
from portone_local.portone.checkout import Checkout


class Status(StrEnum):
    """The seven payment states (PortOne facts 3.1)."""

    READY = "READY"
    PAY_PENDING = "PAY_PENDING"
    VIRTUAL_ACCOUNT_ISSUED = "VIRTUAL_ACCOUNT_ISSUED"
    PAID = "PAID"
    FAILED = "FAILED"
    PARTIAL_CANCELLED = "PARTIAL_CANCELLED"
    CANCELLED = "CANCELLED"


class CancellationStatus(StrEnum):
    """The three cancellation states (PortOne facts 5.3)."""

    REQUESTED = "REQUESTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Refused(Exception):
    """What was asked of the buyer's or the console's side cannot happen; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class PreRegistration:
    """What `pre-register` was told; None where it was told nothing. Minor units."""

    total: int | None = None
    tax_free: int | None = None
    currency: str | None = None


@dataclass
class Attempt:
    """One try at paying a paymentId, with a transactionId of its own. Times in epoch seconds, UTC."""

    transaction_id: str
    checkout: Checkout
    requested_at: float
    changed_at: float
    status: Status = Status.READY
    method: dict[str, Any] | None = None
    paid_at: float | None = None
    failure: dict[str, str] = field(default_factory=dict)
    readable: bool = True
    window_open: bool = True
    placeholder: bool = False


@dataclass
class Cancellation:
    """One refund as PortOne lists it. Minor units, epoch seconds."""

    id: str
    amount: int
    tax_free: int
    reason: str
    trigger: str
    requested_at: float
    status: CancellationStatus
    cancelled_at: float | None = None


@dataclass
class PaymentRecord:
    """All that happened under one paymentId; `history` holds each answer GET gave, with its time."""

    payment_id: str
    pre_registered: PreRegistration | None = None
    attempts: list[Attempt] = field(default_factory=list)
    cancellations: list[Cancellation] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    shown_status: str | None = None
    times_paid: int = 0
    history: list[tuple[float, dict[str, Any] | None]] = field(default_factory=list)

    @property
    def paid_attempt(self) -> Attempt | None:
        """The one attempt that succeeded, refunded since or not."""
        return next((attempt for attempt in self.attempts if attempt.status is Status.PAID), None)

    def cancelled(self) -> tuple[int, int]:
        """Sum and tax-free sum of the cancellations that succeeded, minor units."""
        done = [entry for entry in self.cancellations if entry.status is CancellationStatus.SUCCEEDED]
        return sum(entry.amount for entry in done), sum(entry.tax_free for entry in done)

    def shown_attempt(self, *, reopened_window_shows_ready: bool) -> Attempt | None:
        """The attempt that GET answers with: the paid one, else the newest readable one."""
        if self.paid_attempt:
            return self.paid_attempt
        readable = [attempt for attempt in self.attempts if attempt.readable]
        if not reopened_window_shows_ready:
            readable = [attempt for attempt in readable if attempt.status is not Status.READY] or readable
        return readable[-1] if readable else None

    def status_of(self, attempt: Attempt) -> Status:
        """The payment's state when `attempt` is shown."""
        cancelled, _ = self.cancelled()
        if attempt.status is not Status.PAID or not cancelled:
            return attempt.status
        return Status.CANCELLED if cancelled >= (attempt.checkout.amount or 0) else Status.PARTIAL_CANCELLED


type Render = Callable[[PaymentRecord, float], dict[str, Any] | None]


class Ledger:
    """Payments by id under one lock, with what is due later; `render` makes the answer of a payment."""

    def __init__(self, *, clock: Clock, seed: int, render: Render) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.payments: dict[str, PaymentRecord] = {}
        self._ids = random.Random(f"{seed}:ids")
        self._render = render
        self._due: list[tuple[float, int, Callable[[float], None]]] = []
        self._scheduled = 0

    def new_id(self) -> str:
        """A seeded id in the form of a UUID."""
        return str(uuid.UUID(int=self._ids.getrandbits(128), version=4))

    @contextmanager
    def changing(self, payment_id: str, at: float | None = None) -> Iterator[tuple[PaymentRecord, float]]:
        """The payment's record (made when absent) and the time; how it then reads enters its history."""
        with self.lock:
            if at is None:
                self.run_due()
            moment = self.clock.now() if at is None else at
            record = self.payments.get(payment_id) or PaymentRecord(payment_id)
            yield record, moment
            self.payments[payment_id] = record
            answer = self._render(record, moment)
            if not record.history or _differs(answer, record.history[-1][1]):
                record.history.append((moment, answer))

    def later(self, due: float, action: Callable[[float], None]) -> None:
        """Run `action(due)` once the clock has come to `due`, epoch seconds."""
        with self.lock:
            self._scheduled += 1
            heapq.heappush(self._due, (due, self._scheduled, action))

    def run_due(self) -> None:
        """Run what came due, oldest first; something refused by then simply does not happen."""
        with self.lock:
            while self._due and self._due[0][0] <= self.clock.now():
                due, _, action = heapq.heappop(self._due)
                try:
                    action(due)
                except Refused:
                    continue

    def answer(self, payment_id: str, *, as_of: float | None = None, lag: int = 0) -> dict[str, Any] | None:
        """What GET says: now, at epoch second `as_of`, or `lag` states ago; None where there is nothing."""
        with self.lock:
            record = self.payments.get(payment_id)
            history = record.history if record else []
            seen = [entry for moment, entry in history if as_of is None or moment <= as_of]
            return seen[-1 - lag] if len(seen) > lag else None


def _differs(answer: dict[str, Any] | None, before: dict[str, Any] | None) -> bool:
    """Whether a reader would see more than another `updatedAt`."""
    if answer is None or before is None:
        return answer is not before
    return {**answer, "updatedAt": ""} != {**before, "updatedAt": ""}
