"""What may be charged for a subscription or for an order in parts, from what its customer did: no stack.

Days are KST. The judge hears every try at PortOne's own door.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from portone_payments.domain.records.subscriptions import InvoiceKind
from portone_payments.domain.shared.calendar import DAY, HOUR, kst_day, kst_seconds

OPENS, CLOSES = 10 * HOUR, 21 * HOUR
CONSENT_HOLDS = 30 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt at an invoice. Epoch seconds UTC, won.

    `at` is when it was claimed, at PortOne it may be heard later; `starts` is the first day of what it pays,
    `number` the invoice's.
    """

    key: str
    at: float
    number: str
    kind: InvoiceKind
    amount: int
    starts: float


@dataclass(slots=True)
class RecurringModel:
    """One subscription, or the parts of one order.

    `agreed` is the most its customer ever agreed to pay at once, `asked` are invoices whose next try the
    customer asked for just now; `trial_ends` the end of a free trial, `consents` when it was agreed to;
    `shown` is what a preview said an invoice would ask, `days` on which day each try was,
    `at_once` the invoice of each try that was asked for.
    """

    agreed: int
    asked: set[str] = field(default_factory=set)
    trial_ends: float | None = None
    consents: list[float] = field(default_factory=list)
    over: bool = False
    ends_at: float | None = None
    paused: tuple[float, float] | None = None
    shown: dict[str, int] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    at_once: dict[str, str] = field(default_factory=dict)

    def agrees_to(self, amount: int, now: float) -> None:
        """Its customer chose a price."""
        self.agreed = max(self.agreed, amount)
        self.consents.append(now)

    def spent(self, key: str) -> None:
        """PortOne called no PG under this key: it was no attempt."""
        self.days.pop(key, None)
        self.asked |= {self.at_once.pop(key)} if key in self.at_once else set()

    def wrongs(self, tried: Try) -> Iterator[str]:
        """What is wrong with an attempt, in sentences."""
        if self.over:
            yield "was charged after its end had been answered 200"
        if self.ends_at is not None and tried.kind is InvoiceKind.PERIOD and tried.starts >= self.ends_at:
            yield "was charged for a period after its end"
        if self.paused is not None and self.paused[0] <= tried.at < self.paused[1]:
            yield "was charged while it was paused"
        if tried.amount > self.agreed:
            yield f"was charged {tried.amount}, and its customer never agreed to more than {self.agreed}"
        if self.trial_ends == tried.starts and not self._consented(tried.at):
            yield "was charged at the end of its trial without a consent"
        if self.shown.get(tried.number, tried.amount) != tried.amount:
            yield f"was charged {tried.amount} where the preview had said {self.shown[tried.number]}"
        yield from self._untimely(tried)

    def _consented(self, at: float) -> bool:
        """In the 30 days before, or before an attempt that failed since."""
        tried_before = bool(self.days)
        return tried_before or any(at - CONSENT_HOLDS <= given <= at for given in self.consents)

    def _untimely(self, tried: Try) -> Iterator[str]:
        """At most one attempt a day, in the allowed hours; not where its customer requested it just now."""
        day, same_day = kst_day(tried.at), set(self.days.values())
        self.days[tried.key] = day
        if tried.number in self.asked:
            self.asked.discard(tried.number)
            self.at_once[tried.key] = tried.number
            return
        if day in same_day:
            yield f"invoice {tried.number} was tried on {day}, a day that had its try"
        if not OPENS <= kst_seconds(tried.at) < CLOSES:
            yield f"invoice {tried.number} was tried outside the allowed hours"
