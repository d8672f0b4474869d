"""What may be charged for a subscription or for an order in parts, from what its customer did: no stack.

Days are KST. The judge hears every try at PortOne's own door.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from portone_payments.domain.records.subscriptions import InvoiceKind
from portone_payments.domain.shared.calendar import DAY, HOUR, Interval, kst_day, kst_seconds

OPENS, CLOSES = 10 * HOUR, 21 * HOUR
CONSENT_HOLDS = 30 * DAY
WINDOW_HOLDS = 30 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt at an invoice. Epoch seconds UTC, won.

    `at` is when it was claimed, at PortOne it may be heard later; `starts` is the first day of what it pays,
    `number` the invoice's; `price` is what a whole period costs before discount and balance, `interval` how
    long that is. `stopped`: when dunning ended last without money; `blocked`: an earlier part is unpaid.
    """

    key: str
    at: float
    number: str
    kind: InvoiceKind
    amount: int
    starts: float
    price: int
    interval: Interval | None
    stopped: float | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A customer's word: so much (won) for each such interval, given then; None: for whatever comes next."""

    amount: int
    interval: Interval | None
    at: float

    def covers(self, tried: Try) -> bool:
        """Whether it is about as much for as long."""
        return tried.price <= self.amount and self.interval in {None, tried.interval}


@dataclass(slots=True)
class RecurringModel:
    """One subscription, or the parts of one order.

    `agreed` is what its customer agreed to by starting, then by the newest invoice that was paid; `asked`
    are invoices whose next try may be at any hour, since a customer just spoke, `wanted` those asked for by
    name; `words` what was agreed to since, `covered` the invoices whose first try one of them covered;
    `begins` when its first period does, `trial_ends` the end of a free trial; `shown` is what a preview said
    an invoice would ask, `days` on which day each try was, `at_once` the invoice of each try at any hour.
    `over`: its end was answered 200; `ending`: since when it was to end with what is paid; `said_at`: when
    its customer last said to go on; `given_up`: invoices that are charged only if wanted; `waived`: never.
    `windows`: when the last window of an invoice was opened.
    """

    agreed: Word
    asked: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)
    words: list[Word] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)
    begins: float | None = None
    trial_ends: float | None = None
    over: bool = False
    ending: float | None = None
    said_at: float = float("-inf")
    paused: tuple[float, float] | None = None
    given_up: set[str] = field(default_factory=set)
    waived: set[str] = field(default_factory=set)
    windows: dict[str, float] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    days: dict[str, date] = field(default_factory=dict)
    at_once: dict[str, str] = field(default_factory=dict)
    paid_from: float = float("-inf")
    free: set[str] = field(default_factory=set)

    def consents(self, word: Word) -> None:
        """Its customer agreed to a price, in vain or not."""
        self.words.append(word)

    def chose(self, word: Word, *, at_once: bool) -> None:
        """Its customer's choice took effect: a word once given for more is withdrawn by it."""
        self.words = [each for each in self.words if each.amount <= word.amount]
        self.words.append(word)
        lower = word.interval == self.agreed.interval and word.amount < self.agreed.amount
        if at_once or lower:
            self.agreed, self.paid_from = word, word.at

    def asks_for(self, number: str, now: float) -> None:
        """Its customer asked for just this invoice to be charged."""
        self.given_up.discard(number)
        self.asked.add(number)
        self.wanted.add(number)
        self.said_at = now

    def was_paid(self, kind: InvoiceKind, word: Word, starts: float, ends: float) -> None:
        """An invoice was paid; who pays for the running period goes on."""
        if ends > word.at:
            self.said_at = max(self.said_at, word.at)
        if kind is not InvoiceKind.PART and starts >= self.paid_from:
            self.paid_from, self.agreed = starts, word

    def settled_itself(self, tried: Try, ends: float) -> Iterator[str]:
        """The balance paid all of it: what is wrong with that."""
        if tried.number not in self.free:
            self.free.add(tried.number)
            yield from self._unagreed(tried)
            self.was_paid(
                tried.kind, Word(amount=tried.price, interval=tried.interval, at=tried.at), tried.starts, ends
            )

    def spent(self, key: str) -> None:
        """PortOne called no PG under this key: it was no attempt."""
        self.days.pop(key, None)
        self.asked |= {self.at_once.pop(key)} if key in self.at_once else set()

    def wrongs(self, tried: Try) -> Iterator[str]:
        """What is wrong with an attempt, in sentences."""
        ending = self.ending is not None and tried.at >= self.ending
        found = {
            "after its end had been answered 200": self.over,
            "before it began": self.begins is not None and tried.at < self.begins,
            "though it was to end with what is paid": ending and tried.number not in self.wanted,
            "while it was paused": self.paused is not None and self.paused[0] <= tried.at < self.paused[1],
            f"for invoice {tried.number}, which was waived": tried.number in self.waived,
            f"for invoice {tried.number}, given up long before": tried.number in self.given_up,
            "for a part while an earlier one is unpaid": tried.blocked,
            "for a period nobody asked for after dunning had ended": self._went_on(tried),
            "beside a window that was open": self._beside(tried),
        }
        yield from (f"was charged {what}" for what, wrong in found.items() if wrong)
        yield from self._unagreed(tried)
        if self.shown.get(tried.number, tried.amount) != tried.amount:
            yield f"was charged {tried.amount} where the preview had said {self.shown[tried.number]}"
        yield from self._untimely(tried)

    def _went_on(self, tried: Try) -> bool:
        period = tried.kind is InvoiceKind.PERIOD
        return period and tried.stopped is not None and self.said_at < tried.stopped <= tried.starts

    def _beside(self, tried: Try) -> bool:
        opened = self.windows.get(tried.number)
        return opened is not None and opened <= tried.at < opened + WINDOW_HOLDS

    def _unagreed(self, tried: Try) -> Iterator[str]:
        """A word from the 30 days before the first try; what was covered then stays so while it is dunned."""
        if tried.kind is not InvoiceKind.PERIOD or tried.number in self.covered:
            return
        fresh = any(each.covers(tried) and 0 <= tried.at - each.at <= CONSENT_HOLDS for each in self.words)
        if self.trial_ends == tried.starts and not fresh:
            yield "was charged at the end of its trial without a consent"
        elif not fresh and not self.agreed.covers(tried):
            yield f"was charged {tried.amount} of {tried.price}, and its customer agreed to {self.agreed}"
        else:
            self.covered.add(tried.number)

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
