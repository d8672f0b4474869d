"""Time while serving: a clock that runs and can be moved on, the template's schedules, the clock's routes."""

import json
import logging
import math
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from portone_local.gateway.messages import App, Request, Response, answer
from portone_local.gateway.schedules import Schedule, schedules_of
from portone_local.stack.ministack import MiniStackGone
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_local.twins.clock import MovableClock

MINUTE = 60
OFTEN_SECONDS = 15 * 60
LOOK_SECONDS = 0.5
DAY = 24 * 60 * 60
MOST_SECONDS = 400 * DAY
logger = logging.getLogger(__name__)


class RunningClock(MovableClock):
    """Real time, moved on by hand as well."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def now(self) -> float:
        """Epoch seconds, UTC, ahead of real time by what it was advanced."""
        return time.time() + super().now()

    def monotonic(self) -> float:
        """Seconds that never decrease, advances included."""
        return time.monotonic() + super().monotonic()


@dataclass(slots=True)
class Timer:
    """EventBridge Scheduler's part: each schedule of the template at its times, also of time that is skipped.

    Of skipped minutes only those are played in which something is due or a rare schedule has its time.
    """

    stack: Stack
    schedules: tuple[Schedule, ...] = ()
    _busy: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _next: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        now = self.stack.clock.now()
        self.schedules = schedules_of(self.stack.template)
        for each in self.schedules:  # what comes every minute begins at once
            self._next[each.name] = now if each.when.every else each.when.after(now)

    @property
    def alive(self) -> bool:
        """Whether the clock's thread is alive."""
        return self._thread is not None and self._thread.is_alive()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Beat in a thread of its own while open; what is under way is finished."""
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            self._thread.join()

    def advance(self, seconds: float) -> None:
        """Move the clock on, with every schedule that would have had something to do on the way."""
        with self._busy:
            clock = clock_of(self.stack)
            end = clock.now() + seconds
            while True:
                now, due = clock.now(), self._due()
                minute = now + MINUTE * max(1, math.ceil((due - now) / MINUTE))
                moment = min([minute, *(self._next[each.name] for each in self.schedules if _is_rare(each))])
                if moment > end:
                    break
                clock.advance(max(0.0, moment - clock.now()))
                self.stack.deliver()
                self._fire(self.schedules if due <= moment else tuple(filter(_is_rare, self.schedules)))
            clock.advance(max(0.0, end - clock.now()))
            self._fire(self.schedules)
            self.stack.forget_expired()

    def beat(self) -> None:
        """Fire what is due by the clock, and hand on what waits in queues and stream."""
        with self._busy:
            self._fire(self.schedules)

    def _fire(self, schedules: Iterable[Schedule]) -> None:
        now = self.stack.clock.now()
        for each in schedules:
            if self._next[each.name] <= now:
                self._next[each.name] = each.when.after(now)
                with suppress(Exception):  # it is among the stack's failures, and in the logs
                    self.stack.functions.invoke(each.function, each.event)
        self.stack.work()
        self.stack.publish()

    def _due(self) -> float:
        """When something is due: in our tables or at PortOne; a year from now where nothing is."""
        items = [*self.stack.dump(), *self.stack.identity_dump()]
        ours = (float(item["due_at"]["N"]) for item in items if "due_shard" in item)
        portone = self.stack.portone
        theirs = (*(each.due for each in portone.pending()), *portone.happens_at())
        return min([self.stack.clock.now() + MOST_SECONDS, *ours, *theirs])

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self.beat()
            except MiniStackGone:
                return  # set by whoever watches the stack's parts
            except Exception:
                logger.exception("the local timer had an error, and goes on")


def _is_rare(schedule: Schedule) -> bool:
    """Whether its times are played although nothing is due."""
    return schedule.when.every is None or schedule.when.every > OFTEN_SECONDS


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
