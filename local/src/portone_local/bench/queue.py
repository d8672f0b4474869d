"""A queue in virtual time, as unreliable about its length as SQS."""

import heapq
import itertools
import random
from itertools import batched

from portone_local.bench.clock import VirtualClock
from portone_payments.adapters.aws.queue import BATCH, write_due
from portone_payments.ports.store import Due

# seconds until a poller of SQS has what became visible
RECEIVE = (0.0, 0.1)


class VirtualQueue:
    """`Queue`: messages sent together become visible together. `sent` counts them."""

    def __init__(self, clock: VirtualClock, seeded: random.Random) -> None:
        self.sent = 0
        self._clock = clock
        self._random = seeded
        self._waiting: list[tuple[float, int, str]] = []
        self._numbers = itertools.count()
        self._told = 0

    def send(self, work: tuple[Due, ...], *, delay: int = 0) -> None:
        """Send hints; `delay` in seconds."""
        for some in batched(work, BATCH, strict=False):
            visible = self._clock.now() + delay + self._random.uniform(*RECEIVE)
            for due in some:
                self.put_back(write_due(due), visible)
        self.sent += len(work)

    def put_back(self, body: str, visible: float) -> None:
        """Have a message seen from this epoch second on."""
        heapq.heappush(self._waiting, (visible, next(self._numbers), body))

    def backlog(self) -> int:
        """The number at the call before: SQS says this "approximately"."""
        told, self._told = self._told, len(self._waiting)
        return told

    def next_at(self) -> float | None:
        """When the next message is visible (epoch seconds UTC); None without any."""
        return self._waiting[0][0] if self._waiting else None

    def take(self, at: float, limit: int) -> list[str]:
        """Receive what is visible then, oldest first."""
        taken: list[str] = []
        while self._waiting and self._waiting[0][0] <= at and len(taken) < limit:
            taken.append(heapq.heappop(self._waiting)[2])
        return taken
