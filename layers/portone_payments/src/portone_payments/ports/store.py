"""Where records are kept, and where work and facts go: the table, the queues and the event bus."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from portone_payments.domain.records.audit import AuditMark, Discrepancy, DiscrepancyState
from portone_payments.domain.records.billing_keys import KeyRef, SettledKey, Wallet
from portone_payments.domain.records.events import Event
from portone_payments.domain.records.kept import Written
from portone_payments.domain.records.payments import (
    AttentionKind,
    ClientRequest,
    HistoryLine,
    Order,
    Payment,
    SettledRefund,
)
from portone_payments.domain.records.stops import Stops
from portone_payments.domain.records.subscriptions import Pace, Plan, Seat, SettledInvoice, Subscription
from portone_payments.domain.records.webhooks import UnmatchedWebhook
from portone_payments.domain.retention.rules import Ending


class Kind(StrEnum):
    """Kinds of due work; each has its shards in the due index, CHARGE those of SUBSCRIPTION.

    CHARGE: a payment whose recurring charge may have to be sent again, within the PG's rate limit.
    ORDER: a buyer whose order no payment took over in time; PLAN: a new price that not all subscribers know.
    Both are few, and in the shards of STRAY.
    STOPS: the one record of what is stopped, in the first shard of PAYMENT, so that a sweep finds it.
    """

    PAYMENT = "payment"
    STRAY = "unmatched"
    WALLET = "wallet"
    SUBSCRIPTION = "subscription"
    CHARGE = "charge"
    ORDER = "order"
    PLAN = "plan"
    STOPS = "stops"


# charges have a queue and workers of their own: a million of them never delay a refund (rule 4.7)
CHARGES = frozenset({Kind.SUBSCRIPTION})


WORK = frozenset({Kind.PAYMENT, Kind.STRAY, Kind.WALLET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A hint that a record is due since `due_at` (epoch seconds UTC). The table is the truth.

    `slot`: when the charge may be sent (epoch seconds UTC); None at once. `place`: where it lies and
    its mark, of a kind that this version does not know. `stops`: something is or was stopped; read it before
    sending.
    """

    kind: Kind
    id: str
    due_at: int
    slot: float | None = None
    stops: bool = False
    place: tuple[str, str, str] | None = None

    def still(self, held: int | None, now: float) -> bool:
        """Whether a record is due, or leased for this very hint: any save since then has moved the mark."""
        return held is not None and (held <= now or held == self.due_at)


@dataclass(frozen=True, slots=True)
class Filed:
    """What is filed under a day: a record, or a part of one that has an item of its own."""

    kind: str
    id: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """One item, by our kind and id, that could not be treated because of `error`."""

    kind: str
    id: str
    error: Exception


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Some items and the cursor of the next page, None at the end; `skipped` could not be read."""

    items: tuple[T, ...]
    cursor: str | None
    skipped: tuple[Skipped, ...] = ()


class Store(Protocol):
    """The payments table. Reads by id are strongly consistent."""

    def order(self, order_id: str) -> Order | None: ...
    def payment(self, payment_id: str) -> Payment | None: ...
    def settled_refund(self, payment_id: str, token: str) -> SettledRefund | None: ...
    def request(self, user_id: str, route: str, key: str) -> ClientRequest | None: ...
    def unmatched(self, webhook_id: str) -> UnmatchedWebhook | None: ...
    def wallet(self, user_id: str) -> Wallet | None: ...
    def settled_key(self, user_id: str, billing_key_id: str) -> SettledKey | None: ...
    def key_ref(self, ref: str) -> KeyRef | None: ...
    def plan(self, plan_id: str) -> Plan | None: ...
    def seat(self, user_id: str, group: str) -> Seat | None: ...
    def pace(self) -> Pace | None: ...
    def stops(self) -> Stops | None: ...
    def subscription(self, subscription_id: str) -> Subscription | None: ...
    def settled_invoice(self, subscription_id: str, invoice_id: str) -> SettledInvoice | None: ...

    def settled_invoices(
        self, subscription_id: str, *, before: int | None, limit: int
    ) -> Page[SettledInvoice]:
        """Invoices that left a subscription, newest first, at most `limit`, numbered below `before`."""
        ...

    def subscriptions(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Subscription]:
        """A user's subscriptions and plans of parts, newest first. Raises `InvalidRequest`."""
        ...

    def subscribers(self, plan_id: str, shard: int, *, cursor: str | None, limit: int) -> Page[str]:
        """Ids of living subscriptions to a plan, by shard, oldest first (eventually consistent)."""
        ...

    def spilled(self, kind: str, record_id: str, seqs: Sequence[int]) -> tuple[HistoryLine, ...]:
        """The history entries of these numbers that have items of their own, in order."""
        ...

    def save(self, *records: Written) -> None:
        """Write all or none, each IF its stored version is the one read; stored as version + 1.

        Items of parts that have left a record are deleted with it, whatever their version.

        Raises `Conflict` when another write came first; our own earlier attempt that had committed
        unseen counts as success (owner token). Raises `StorageUnavailable`.
        """
        ...

    def due(
        self, kind: Kind, shard: int, *, before: float, limit: int, after: Due | None = None
    ) -> tuple[Due, ...]:
        """What is due, oldest first and behind `after`, from the sparse index (eventually consistent)."""
        ...

    def lease(self, due: Due, *, until: int) -> int | None:
        """Push `due_at` to `until` IF it is as the index said, and count the attempt: its number, or None.

        Does not raise the version: a save that was under way wins over a lease (mechanism 3). Raises
        `StorageUnavailable`, also for a kind this version does not know.
        """
        ...

    def bury(self, due: Due, *, until: int, tries: int) -> bool:
        """Write the due mark alone, without reading the record, IF it is still `due.due_at`; whether it was.

        Raises `StorageUnavailable`.
        """
        ...

    def mine(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Payment]:
        """A user's payments, newest first. Raises `InvalidRequest` for a cursor we did not make."""
        ...

    def attention(self, kind: AttentionKind, *, cursor: str | None, limit: int) -> Page[Payment]:
        """Payments with a call for staff, oldest first."""
        ...

    def payments(self, payment_ids: Iterable[str]) -> dict[str, Payment | Skipped]:
        """Payments by id, or why one cannot be read; absent ones are left out."""
        ...

    def changed(self, since: float, until: float) -> Iterable[str]:
        """Ids of payments PortOne must know whose status changed in here (sparse, eventually consistent)."""
        ...

    def filed(self, day: str) -> Iterable[Filed]:
        """What may have moved last on a day (yyyy-mm-dd, UTC)."""
        ...

    def remove(self, *records: Ending) -> None:
        """Delete all or none with all that lies beside them, each IF its stored version is the one read.

        Raises `Conflict`, `StorageUnavailable`.
        """
        ...

    def audit_mark(self) -> AuditMark | None: ...
    def discrepancy(self, discrepancy_id: str) -> Discrepancy | None: ...

    def discrepancies(self, state: DiscrepancyState, *, cursor: str | None, limit: int) -> Page[Discrepancy]:
        """What the audit could not heal, oldest first. Raises `InvalidRequest`."""
        ...


class Conflict(Exception):
    """A record was not at the version that was read."""


class EventBus(Protocol):
    """Where facts leave for the shop's own services."""

    def publish(self, events: tuple[Event, ...]) -> None:
        """Hand over all of them, in order. Raises `StorageUnavailable` when some were refused again."""
        ...


class Queue(Protocol):
    """The work queue: hints that may be lost or repeated."""

    def send(self, work: tuple[Due, ...], *, delay: int = 0) -> None:
        """Send ids; `delay` in seconds. Raises `StorageUnavailable`."""
        ...

    def backlog(self) -> int:
        """About how many messages wait, also those sent with a delay."""
        ...
