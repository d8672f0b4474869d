"""Misbehaviour on command: which faults there are, what each does, and to which call it happens."""

import threading
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

ANY_OPERATION = "*"


class Fault(StrEnum):
    """What may happen to one call. `seconds` of an injection means what the comment says."""

    LATENCY = "latency"  # the answer takes `seconds`
    DRIP = "drip"  # the body arrives in twenty pieces, `seconds` apart
    TIMEOUT_BEFORE_COMMIT = "timeout_before_commit"
    TIMEOUT_AFTER_COMMIT = "timeout_after_commit"
    RESET_BEFORE_COMMIT = "reset_before_commit"
    RESET_AFTER_COMMIT = "reset_after_commit"
    LATE_COMMIT = "late_commit"  # no answer, and the effect comes `seconds` later
    HTML_500 = "html_500"
    HTML_502 = "html_502"
    HTML_504 = "html_504"  # the effect took place, an intermediary did not wait for it
    TRUNCATED_JSON = "truncated_json"
    OUTSTANDING = "outstanding"  # 409 IDEMPOTENCY_OUTSTANDING_REQUEST, mutations only
    UNAUTHORIZED = "unauthorized"
    STALE = "stale"  # GET only: answered as of `seconds` ago
    LAGGING = "lagging"  # GET only: answered one state behind
    NOT_FOUND = "not_found"  # GET of one thing only


class Commit(Enum):
    """Whether and when the call takes effect."""

    NOW = auto()
    NEVER = auto()
    LATER = auto()


class Wire(Enum):
    """What the caller sees on the connection."""

    ANSWER = auto()
    DRIP = auto()
    RESET = auto()
    SILENCE = auto()


@dataclass(frozen=True)
class Plan:
    """How a fault is played: effect, connection, the error instead of the answer, how a GET reads.

    `missing` is the error that the operation has for what is not there.
    """

    commit: Commit = Commit.NOW
    wire: Wire = Wire.ANSWER
    status: int | None = None
    error: str | None = None
    missing: bool = False
    seconds: float = 0.0
    truncated: bool = False
    stale: bool = False
    lag: int = 0


PLANS = {
    Fault.LATENCY: Plan(seconds=5.0),
    Fault.DRIP: Plan(wire=Wire.DRIP, seconds=2.0),
    Fault.TIMEOUT_BEFORE_COMMIT: Plan(commit=Commit.NEVER, wire=Wire.SILENCE),
    Fault.TIMEOUT_AFTER_COMMIT: Plan(wire=Wire.SILENCE),
    Fault.RESET_BEFORE_COMMIT: Plan(commit=Commit.NEVER, wire=Wire.RESET),
    Fault.RESET_AFTER_COMMIT: Plan(wire=Wire.RESET),
    Fault.LATE_COMMIT: Plan(commit=Commit.LATER, wire=Wire.SILENCE, seconds=60.0),
    Fault.HTML_500: Plan(commit=Commit.NEVER, status=500),
    Fault.HTML_502: Plan(commit=Commit.NEVER, status=502),
    Fault.HTML_504: Plan(status=504),
    Fault.TRUNCATED_JSON: Plan(truncated=True),
    Fault.OUTSTANDING: Plan(commit=Commit.NEVER, error="IDEMPOTENCY_OUTSTANDING_REQUEST"),
    Fault.UNAUTHORIZED: Plan(commit=Commit.NEVER, error="UNAUTHORIZED"),
    Fault.STALE: Plan(stale=True, seconds=60.0),
    Fault.LAGGING: Plan(lag=1),
    Fault.NOT_FOUND: Plan(commit=Commit.NEVER, missing=True),
}

READS_ONLY = frozenset({Fault.STALE, Fault.LAGGING, Fault.NOT_FOUND})
MUTATIONS_ONLY = frozenset({Fault.OUTSTANDING, Fault.LATE_COMMIT})


@dataclass(frozen=True)
class Injection:
    """A fault awaiting its call: the `nth` of the operation from now, `times` in a row (None: for good)."""

    operation: str
    fault: Fault
    nth: int = 1
    seconds: float | None = None
    times: int | None = 1

    @property
    def plan(self) -> Plan:
        """The fault's plan with this injection's seconds."""
        plan = PLANS[self.fault]
        return plan if self.seconds is None else replace(plan, seconds=self.seconds)


class FaultBook:
    """Injections not yet spent. Each counts the calls of its operation from the moment it was injected."""

    def __init__(self) -> None:
        self._waiting: list[Injection] = []
        self._lock = threading.Lock()

    def add(self, injection: Injection) -> None:
        """Wait for the call that `injection` addresses; ValueError when `nth` is below 1."""
        if injection.nth < 1:
            raise ValueError("calls are counted from 1")
        with self._lock:
            self._waiting.append(injection)

    def clear(self) -> None:
        """Forget every injection."""
        with self._lock:
            self._waiting.clear()

    def take(self, operation: str) -> Injection | None:
        """Count a call of `operation`; the oldest injection that addresses it, if any."""
        with self._lock:
            taken, kept = None, []
            for injection in self._waiting:
                if injection.operation not in (operation, ANY_OPERATION):
                    kept.append(injection)
                elif injection.nth > 1:
                    kept.append(replace(injection, nth=injection.nth - 1))
                elif taken is not None:
                    kept.append(injection)
                else:
                    taken = injection
                    kept += _after_use(injection)
            self._waiting = kept
            return taken


def _after_use(injection: Injection) -> list[Injection]:
    if injection.times is None:
        return [injection]
    return [replace(injection, times=injection.times - 1)] if injection.times > 1 else []
