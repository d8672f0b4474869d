"""What the oracle judges by: PortOne's books, our table, and everything that was said aloud."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from portone_local import template
from portone_local.gateway.polling import MemorySource
from portone_local.memory import MemoryQueue
from portone_local.portone import PaymentBook, Sent
from portone_local.stack import Stack
from portone_payments.adapters.codec import Item, coder
from portone_payments.adapters.keys import decode
from portone_payments.domain.events import Event
from portone_payments.domain.records import ClientRequest, Entry, Order, Payment, Stray

SPILLED = "history#"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant, of one payment or of none, in a sentence for a person."""

    invariant: str
    payment_id: str | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one caller was answered."""

    asked: str
    status: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A moment of a stack, frozen. `texts` are what was written, by where; `now` in epoch seconds UTC.

    `statuses` are the answers of our routes as logged, `answers` those that callers kept whole.
    `hurt` says that a dependency failed in between, so that a 503 was the right answer.
    """

    now: float
    books: Mapping[str, PaymentBook] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    payments: Mapping[str, Payment] = field(default_factory=dict)
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
    store_id: str = ""
    live: bool = False
    hurt: bool = False

    def history(self, payment: Payment) -> tuple[Entry, ...]:
        """All of a payment's history, also what no longer stands in its item; in order, each once."""
        entries = (*self.spilled.get(payment.payment_id, ()), *payment.history)
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
        payments={record.payment_id: record for record in records if isinstance(record, Payment)},
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
        store_id=chosen["STORE_ID"],
        live=chosen["MODE"] == "live",
        hurt=hurt or any(call.fault for call in stack.portone.calls()),
    )


def _spilled(items: Iterable[Item]) -> Mapping[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for item in items:
        if item["sk"]["S"].startswith(SPILLED):
            payment_id = item["pk"]["S"].partition("#")[2]
            found[payment_id].append(coder(Entry).decode({"M": item}))
    return {payment_id: tuple(entries) for payment_id, entries in found.items()}


def _texts(stack: Stack, answers: tuple[Answered, ...]) -> Mapping[str, str]:
    queue, source = stack.ports["queue"], stack.source
    bodies = list(queue.bodies) if isinstance(queue, MemoryQueue) else []
    dead = source.dead_letters if isinstance(source, MemorySource) else []
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
