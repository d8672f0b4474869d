"""Time as the local stack sees it: one clock, shared by tests, demo and fake PortOne, moved by hand."""

import threading
from typing import Protocol


class Clock(Protocol):
    """What every clock here can do, moved by hand or not."""

    def now(self) -> float:
        """Epoch seconds, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never decreasing."""
        ...


class MovableClock:
    """A clock that stands still until it is advanced. Safe to share between threads."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._passed = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Epoch seconds, UTC."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self._passed

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; ValueError for a negative number."""
        if seconds < 0:
            raise ValueError("a clock is never moved back")
        with self._lock:
            self._passed += seconds
