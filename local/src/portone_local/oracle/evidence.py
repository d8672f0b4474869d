"""What the oracle judges by: PortOne's books, our table, and everything that was said aloud."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from portone_local.oracle.alarms import Alarms
from portone_local.portone import PaymentBook, Sent
from portone_local.portone.billing.books import KeyBook
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.events import Event, Publishable, place_of
from portone_payments.domain.records.payments import ClientRequest, HistoryLine, Order, Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.records.webhooks import UnmatchedWebhook


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant, of one payment or of none, in a sentence to read."""

    invariant: str
    payment_id: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one caller was answered; `at` in epoch seconds UTC, where it was kept."""

    asked: str
    status: int
    body: str
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """An approval that PortOne was sent, under which key; `status` None where no answer left it."""

    payment_id: str
    key: str
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A charge that PortOne was sent `at` an epoch second UTC; `status` as in Confirm."""

    payment_id: str
    key: str
    at: float
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an operator did `at` an epoch second UTC, with PortOne's books and our payments as they were.

    `store` and `channels` (by key) are those of the shop until then.
    """

    name: str
    at: float
    books: Mapping[str, PaymentBook] = field(default_factory=dict)
    payments: Mapping[str, Payment] = field(default_factory=dict)
    store: str = ""
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A moment of a stack, frozen. `texts` are what was written, by where; `now` in epoch seconds UTC.

    `statuses` are the answers of our routes as logged, `answers` those that callers kept whole.
    `agreed` is what the stock hook said yes to, payment and try; None for a shop without one.
    `longest` is the longest item as text, `unreadable` are items this code cannot read.
    `readings` are when PortOne answered about each payment, undisturbed; `listed` are kind and subject of
    what stands on the list of calls for staff, by payment.
    `settings` are those of the function that subscribes, by their names there.
    `ended` are payments whose time was over here, and of which PortOne knows still.
    `hurt` says that a dependency failed in between, so that a 503 was the right answer.
    """

    now: float
    books: Mapping[str, PaymentBook] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    payments: Mapping[str, Payment] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    wallets: Mapping[str, Wallet] = field(default_factory=dict)
    requests: tuple[ClientRequest, ...] = ()
    unmatched: Mapping[str, UnmatchedWebhook] = field(default_factory=dict)
    spilled: Mapping[str, tuple[HistoryLine, ...]] = field(default_factory=dict)
    sent: tuple[Sent, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    dump: str = ""
    statuses: tuple[tuple[str, int], ...] = ()
    answers: tuple[Answered, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    published: tuple[Event, ...] = ()
    confirms: tuple[Confirm, ...] = ()
    charges: tuple[Charge, ...] = ()
    keys: tuple[KeyBook, ...] = ()
    agreed: frozenset[tuple[str, int]] | None = None
    store_id: str = ""
    live: bool = False
    hurt: bool = False
    longest: int = 0
    items: tuple[Item, ...] = ()
    unreadable: tuple[Item, ...] = ()
    readings: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    alarms: Alarms = field(default_factory=Alarms)
    operations: tuple[Operation, ...] = ()
    listed: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def told(self) -> tuple[Publishable, ...]:
        """Every record with a history."""
        return (*self.payments.values(), *self.subscriptions.values(), *self.wallets.values())

    def answered_at(self, method: str, path: str, word: str = "") -> float | None:
        """When a caller was first answered 200 to this, with this word in the body; None for never."""
        given = (each for each in self.answers if each.status == HTTPStatus.OK and word in each.body)
        return min((each.at for each in given if each.asked == f"{method} {path}"), default=None)

    def history(self, told: Publishable) -> tuple[HistoryLine, ...]:
        """All of a record's history, also what no longer stands in its item; in order, each once."""
        entries = (*self.spilled.get(key_of(*place_of(told)).pk, ()), *told.history)
        return tuple({entry.seq: entry for entry in sorted(entries, key=lambda entry: entry.seq)}.values())
