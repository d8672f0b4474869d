"""The fake PortOne's books: payments by id, every state they were in, what is due later."""

import heapq
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from portone_local.portone.records import PaymentRecord, Refused
from portone_local.twins.clock import Clock

type History = list[tuple[float, dict[str, Any] | None]]
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
            remember(record.history, moment, self._render(record, moment))

    def later(self, due: float, action: Callable[[float], None]) -> None:
        """Run `action(due)` once the clock has come to `due`, epoch seconds."""
        with self.lock:
            self._scheduled += 1
            heapq.heappush(self._due, (due, self._scheduled, action))

    def happens_at(self) -> list[float]:
        """When what waits will run, epoch seconds, in no order."""
        with self.lock:
            return [due for due, _, _ in self._due]

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
            return seen(record.history if record else [], as_of=as_of, lag=lag)


def remember(history: History, at: float, answer: dict[str, Any] | None) -> None:
    """Add how something reads now, unless a reader would see no more than another `updatedAt`."""
    if not history or _differs(answer, history[-1][1]):
        history.append((at, answer))


def seen(history: History, *, as_of: float | None, lag: int) -> dict[str, Any] | None:
    """The answer of now, of epoch second `as_of`, or of `lag` states ago; None where there is none."""
    known = [entry for moment, entry in history if as_of is None or moment <= as_of]
    return known[-1 - lag] if len(known) > lag else None


def _differs(answer: dict[str, Any] | None, before: dict[str, Any] | None) -> bool:
    """Whether a reader would see more than another `updatedAt`."""
    if answer is None or before is None:
        return answer is not before
    return {**answer, "updatedAt": ""} != {**before, "updatedAt": ""}
