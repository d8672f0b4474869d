"""What the oracle judges by: PortOne's books, our table, and everything that was said aloud."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from portone_local import template
from portone_local.gateway.polling import MemorySource
from portone_local.memory import MemoryQueue
from portone_local.portone import PaymentBook, Sent
from portone_local.portone.billing.books import KeyBook
from portone_local.stack import Stack
from portone_payments.adapters.codec import Item, coder
from portone_payments.adapters.keys import key_of
from portone_payments.adapters.payment_items import decode
from portone_payments.domain.events import Event, Told, place_of
from portone_payments.domain.records import ClientRequest, Entry, Order, Payment, SettledRefund
from portone_payments.domain.subscription_records import Subscription
from portone_payments.domain.wallet_records import Wallet
from portone_payments.domain.webhook_records import Stray

SPILLED = "history#"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant, of one payment or of none, in a sentence for a person."""

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
class Evidence:
    """A moment of a stack, frozen. `texts` are what was written, by where; `now` in epoch seconds UTC.

    `statuses` are the answers of our routes as logged, `answers` those that callers kept whole.
    `agreed` is what the stock hook said yes to, payment and try; None for a shop without one.
    `hurt` says that a dependency failed in between, so that a 503 was the right answer.
    """

    now: float
    books: Mapping[str, PaymentBook] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    payments: Mapping[str, Payment] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    wallets: Mapping[str, Wallet] = field(default_factory=dict)
    requests: tuple[ClientRequest, ...] = ()
    strays: Mapping[str, Stray] = field(default_factory=dict)
    spilled: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
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

    @property
    def told(self) -> tuple[Told, ...]:
        """Every record with a history."""
        return (*self.payments.values(), *self.subscriptions.values(), *self.wallets.values())

    def answered_at(self, method: str, path: str, word: str = "") -> float | None:
        """When a caller was first answered 200 to this, with this word in the body; None for never."""
        given = (each for each in self.answers if each.status == HTTPStatus.OK and word in each.body)
        return min((each.at for each in given if each.asked == f"{method} {path}"), default=None)

    def history(self, told: Told) -> tuple[Entry, ...]:
        """All of a record's history, also what no longer stands in its item; in order, each once."""
        entries = (*self.spilled.get(key_of(*place_of(told)).pk, ()), *told.history)
        return tuple({entry.seq: entry for entry in sorted(entries, key=lambda entry: entry.seq)}.values())


def gather(stack: Stack, *, answers: Iterable[Answered] = (), hurt: bool = False) -> Evidence:
    """The evidence a stack offers, its stream read; `hurt` when anything but PortOne was made to fail."""
    stack.publish()
    items = stack.dump()
    records = [decode(item) for item in items if not item["sk"]["S"].startswith(SPILLED)]
    chosen = template.environment(stack.template, "webhook")
    given = tuple(answers)
    return Evidence(
        now=stack.clock.now(),
        books=stack.portone.books(),
        orders={record.order_id: record for record in records if isinstance(record, Order)},
        payments=_payments(records),
        subscriptions={each.subscription_id: each for each in records if isinstance(each, Subscription)},
        wallets={each.user_id: each for each in records if isinstance(each, Wallet)},
        requests=tuple(record for record in records if isinstance(record, ClientRequest)),
        strays={record.webhook_id: record for record in records if isinstance(record, Stray)},
        spilled=_spilled(items),
        sent=tuple(stack.portone.webhooks.sent),
        texts=_texts(stack, given),
        dump=json.dumps(items, ensure_ascii=False),
        statuses=tuple(_statuses(stack.logs)),
        answers=given,
        failures=tuple((function, type(error).__name__) for function, error in stack.failures),
        published=tuple(stack.bus.published),
        confirms=tuple(_confirms(stack)),
        charges=tuple(_charges(stack)),
        keys=tuple(stack.portone.billing_books().keys.values()),
        agreed=frozenset(hook.agreed) if (hook := stack.ports.get("stock")) else None,
        store_id=chosen["STORE_ID"],
        live=chosen["MODE"] == "live",
        hurt=hurt or any(call.fault for call in stack.portone.calls()),
    )


def _payments(records: Iterable[object]) -> Mapping[str, Payment]:
    """Payments with all of their refunds, also those that have items of their own by now."""
    found = {each.payment_id: each for each in records if isinstance(each, Payment)}
    for part in records:
        if isinstance(part, SettledRefund) and part.payment_id in found:
            held = found[part.payment_id]
            # one that was called back stands in both places, and in the payment as it is now
            refunds = {part.refund.id: part.refund, **held.refunds}
            found[part.payment_id] = replace(held, refunds=refunds)
    return found


def _confirms(stack: Stack) -> Iterator[Confirm]:
    for call in stack.portone.calls():
        if call.operation == "confirm_payment":
            key = (call.idempotency_key or "").strip('"')
            yield Confirm(payment_id=call.path.split("/")[2], key=key, status=call.status)


def _charges(stack: Stack) -> Iterator[Charge]:
    for call in stack.portone.calls():
        if call.operation == "pay_with_billing_key":
            key = (call.idempotency_key or "").strip('"')
            yield Charge(payment_id=call.path.split("/")[2], key=key, at=call.at, status=call.status)


def _spilled(items: Iterable[Item]) -> Mapping[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for item in items:
        if item["sk"]["S"].startswith(SPILLED):
            found[item["pk"]["S"]].append(coder(Entry).decode({"M": item}))
    return {pk: tuple(entries) for pk, entries in found.items()}


def _texts(stack: Stack, answers: tuple[Answered, ...]) -> Mapping[str, str]:
    queues, sources = (stack.ports["queue"], stack.ports["charge_queue"]), (stack.source, stack.charge_source)
    bodies = [body for queue in queues if isinstance(queue, MemoryQueue) for body in queue.bodies]
    dead = [body for each in sources if isinstance(each, MemorySource) for body in each.dead_letters]
    refusals = [answer.body for answer in answers if answer.status >= HTTPStatus.BAD_REQUEST]
    return {
        "a log line": "\n".join(stack.logs),
        "a metric": "\n".join(stack.metrics),
        "a queue body": "\n".join([*bodies, *dead]),
        "an error answer": "\n".join(refusals),
        "an event": "\n".join(map(repr, stack.bus.published)),
    }


def _statuses(logs: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Route and status of each answer, from the shipped log lines."""
    for line in logs:
        if line.startswith('{"level"'):
            told = json.loads(line)
            if "status" in told:
                yield told.get("route", "a route"), int(told["status"])
