"""Virtual time: a clock that is put where each event of a simulation happens."""


class VirtualClock:
    """A clock for one thread at a time. Epoch seconds, UTC; it may be put back, for events overlap."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._now = start

    def now(self) -> float:
        """Epoch seconds, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self._now - self._start

    def put(self, at: float) -> None:
        """Stand at this epoch second."""
        self._now = at

    def advance(self, seconds: float) -> None:
        """Let seconds pass."""
        self._now += seconds
