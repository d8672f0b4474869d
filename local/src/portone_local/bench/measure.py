"""What a run is judged by, each bound with its number."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portone_local.portone import FakePortOne
from portone_local.portone.records import Status
from portone_local.twins.request_units import CallLog

CHARGE = "pay_with_billing_key"


@dataclass(frozen=True, slots=True)
class Check:
    """A bound and what was measured; `held` says whether the bound was kept."""

    name: str
    measured: str
    bound: str
    held: bool


def at_most(name: str, measured: float, bound: float, unit: str = "") -> Check:
    """A check that a number does not exceed its bound."""
    return Check(name, f"{measured:,.3g}{unit}", f"at most {bound:g}{unit}", measured <= bound)


def none_of(name: str, count: int) -> Check:
    """A check that something never happened."""
    return Check(name, str(count), "0", count == 0)


def same(name: str, measured: "Spent", wanted: "Spent") -> Check:
    """A check that a charge costs what it cost before."""
    return Check(name, str(measured), str(wanted), measured == wanted)


def busiest_second(times: Iterable[float]) -> int:
    """The most calls in any window of one second, wherever it begins."""
    ordered = sorted(times)
    return max((bisect_left(ordered, at + 1) - index for index, at in enumerate(ordered)), default=0)


def span(times: Sequence[float]) -> float:
    """Seconds from the first to the last, and the second the last one takes of the rate."""
    return max(times) - min(times) if times else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of `count` subscriptions at PortOne: charged twice, not charged at all."""

    double: int
    lost: int


def outcome(portone: FakePortOne, count: int) -> Outcome:
    """Each customer has one card and owes one period: more than one success is one too many."""
    paid = Counter(
        charge.billing_key for charge in portone.billing_books().charges if charge.status is Status.PAID
    )
    double = sum(1 for times in paid.values() if times > 1)
    return Outcome(double, count - len(paid))


@dataclass(frozen=True, slots=True)
class Spent:
    """What one charge takes on average: calls of PortOne, read and write request units."""

    portone: float
    reads: float
    writes: float

    @classmethod
    def of(cls, log: CallLog, portone: int, count: int, *, since: int = 0) -> "Spent":
        """The average over `count` charges of what was logged from call `since` on."""
        calls = log.calls[since:]
        reads, writes = sum(call.reads for call in calls), sum(call.writes for call in calls)
        return cls(portone / count, reads / count, writes / count)

    def __str__(self) -> str:
        return f"{self.portone:g} calls, {self.reads:g} RRU, {self.writes:g} WRU"
