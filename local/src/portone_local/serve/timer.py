"""Time while serving: a clock that runs and can be moved on, the sweep, and the clock's own routes."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from portone_local.clock import MovableClock
from portone_local.gateway.messages import App, Request, Response, answer
from portone_local.stack import Stack
from portone_local.testing.stories import let_pass

SWEEP_SECONDS = 60
QUARTER_SECONDS = 15 * 60
LOOK_SECONDS = 0.5
DAY = 24 * 60 * 60
MOST_SECONDS = 400 * DAY


class RunningClock(MovableClock):
    """Real time, moved on by hand as well."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def now(self) -> float:
        """Epoch seconds, UTC, ahead of real time by what it was advanced."""
        return time.time() + super().now()

    def monotonic(self) -> float:
        """Seconds that never go back, advances included."""
        return time.monotonic() + super().monotonic()


@dataclass(slots=True)
class Timer:
    """EventBridge Scheduler's part: a tick each minute, of skipped ones where something is due."""

    stack: Stack
    _busy: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _next: float = 0.0
    _next_of_persons: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Tick in a thread of its own while open; a tick under way is finished."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            thread.join()

    def advance(self, seconds: float) -> None:
        """Move the clock on, with a tick at every minute of it in which something is due."""
        with self._busy:
            let_pass(self.stack, seconds)

    def beat(self) -> None:
        """Fire what is due by the clock: a tick each minute, the sweep of persons each quarter of an hour."""
        with self._busy:
            now = self.stack.clock.now()
            if now >= self._next:
                self._next = now + SWEEP_SECONDS
                self.stack.tick()
            if now >= self._next_of_persons:
                self._next_of_persons = now + QUARTER_SECONDS
                with suppress(Exception):
                    self.stack.functions.invoke("IdentitySweep", {})

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            self.beat()


@dataclass(frozen=True, slots=True)
class ClockRoutes:
    """`GET /__clock` and `POST /__clock/advance {"seconds": n}`; everything else goes to `otherwise`."""

    timer: Timer
    otherwise: App

    def handle(self, request: Request) -> Response:
        """Answer a request."""
        if not request.path.startswith("/__clock"):
            return self.otherwise(request)
        if (request.method, request.path) == ("POST", "/__clock/advance"):
            seconds = _seconds(request.body)
            if seconds is None:
                return answer(400, {"message": f'send {{"seconds": n}}, at most {MOST_SECONDS}'})
            self.timer.advance(seconds)
        elif (request.method, request.path) != ("GET", "/__clock"):
            return answer(404, {"message": "Not Found"})
        return answer(200, {"now": self.timer.stack.clock.now()})


def _seconds(body: bytes) -> float | None:
    try:
        match json.loads(body):
            case {"seconds": int() | float() as seconds} if 0 < seconds <= MOST_SECONDS:
                return float(seconds)
    except ValueError:
        return None
    return None
