"""A shop whose payments the audit compares: our table and PortOne's books, with differences planted."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, Checkout, FakePortOne, Unknowns
from portone_local.portone.routes import find_route
from portone_local.twins.clock import MovableClock
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import MemoryStore
from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.records.audit import AuditMark, Discrepancy, DiscrepancyKind, DiscrepancyState
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.shared.marker import marker
from portone_payments.flows.operations.audit import Auditor
from portone_payments.flows.operations.audit_payment import Audited, Examiner
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.shared.gate import Gate
from portone_payments.ports.world import Deadline
from tests.support.records import NOW, a_payment, an_order

HOUR = 3600


@dataclass(slots=True)
class Interrupted(httpx.BaseTransport):
    """A transport that does something once, just before the `nth` call of an operation is answered.

    A reading of a `garbled` payment is an answer that nobody can read; of a `silent` one there is none.
    """

    inner: httpx.BaseTransport
    plans: dict[tuple[str, int], Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    garbled: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a call on."""
        path = request.url.raw_path.decode().partition("?")[0]
        found = find_route(request.method, path)
        name = found[0].operation if found else "unknown"
        self.counts[name] = self.counts.get(name, 0) + 1
        plan = self.plans.pop((name, self.counts[name]), None)
        if plan is not None:
            plan()
        if name == "get_payment" and path.rpartition("/")[2] in self.garbled:
            return httpx.Response(200, json={"status": "PAID"})
        if name == "get_payment" and path.rpartition("/")[2] in self.silent:
            return httpx.Response(503)
        return self.inner.handle_request(request)


class AuditedShop:
    """Sells payments of 1,000 won, each with an order of its own; `heard` ones we have read since."""

    def __init__(self, *, live: bool = False, unknowns: Unknowns | None = None) -> None:
        self.clock = MovableClock(NOW)
        self.portone = FakePortOne(clock=self.clock, seed=1, unknowns=unknowns)
        self.wire = Interrupted(self.portone.transport())
        self.store = MemoryStore(SeededIds(1))
        self.meter = RecordingMeter()
        self.live = live
        client = PortOneClient(
            base_url="https://portone.example",
            secret=lambda: EXAMPLE_SECRET,
            store_id=EXAMPLE_STORE,
            transport=self.wire,
        )
        policy = CheckPolicy(store_id=EXAMPLE_STORE, live=live)
        gate = Gate(store_id=EXAMPLE_STORE, store=self.store, clock=self.clock, meter=self.meter)
        self.reader = Reader(store=self.store, portone=client, meter=self.meter, policy=policy, gate=gate)

    def audit(self, *, seconds: float = 600) -> Audited:
        """One run of the audit."""
        examiner = Examiner(
            reader=self.reader, store=self.store, clock=self.clock, meter=self.meter, live=self.live
        )
        auditor = Auditor(
            examiner=examiner,
            store=self.store,
            portone=self.reader.portone,
            clock=self.clock,
            meter=self.meter,
            policy=self.reader.policy,
        )
        return auditor.audit(deadline=Deadline.after(self.clock, seconds))

    def settle(self) -> None:
        """Let a quarter of an hour pass, so that the newest change is compared as well."""
        self.clock.advance(900)

    def prepare(self, payment_id: str) -> Payment:
        """An order and its payment, not yet attempted."""
        now = self.clock.now()
        self.store.save(an_order(f"order-{payment_id}", payment_id=payment_id))
        self.store.save(
            a_payment(
                payment_id, order_id=f"order-{payment_id}", created_at=now, expires_at=int(now) + 30 * HOUR
            )
        )
        return self.held(payment_id)

    def checkout(self, payment_id: str, **changes: Any) -> Checkout:
        """The window the app opens, with our mark in it."""
        mark = json.dumps(marker(f"order-{payment_id}"))
        ordinary: dict[str, Any] = {"amount": 1_000, "currency": "KRW", "custom_data": mark}
        return Checkout(**ordinary | changes)

    def sell(self, payment_id: str, *, heard: bool = True, **changes: Any) -> Payment:
        """A payment that was paid; unheard, we do not know it yet."""
        self.prepare(payment_id)
        self.portone.buyer.pay(payment_id, self.checkout(payment_id, **changes))
        return self.hear(payment_id) if heard else self.held(payment_id)

    def hear(self, payment_id: str) -> Payment:
        """A webhook's work: catch up with PortOne."""
        moment = Moment(now=self.clock.now(), by="webhook")
        deadline = Deadline.after(self.clock, 10)
        return self.reader.catch_up(payment_id, moment, deadline=deadline).payment

    def spoil(self, payment_id: str, **changes: Any) -> None:
        """Our record contains something that never happened."""
        self.store.save(replace(self.held(payment_id), **changes))

    def lose(self, payment_id: str, *, order: bool = False) -> None:
        """Our record is lost, as after a restore; its order too where requested."""
        lost = {f"payment#{payment_id}"} | ({f"order#order-{payment_id}"} if order else set())
        self.store.table.forget(lost)

    def held(self, payment_id: str) -> Payment:
        """What we hold."""
        found = self.store.payment(payment_id)
        if found is None:
            raise LookupError(payment_id)
        return found

    def status(self, payment_id: str) -> str:
        """The status we hold."""
        return self.held(payment_id).status.value

    def found(self, state: DiscrepancyState = DiscrepancyState.OPEN) -> set[tuple[str, DiscrepancyKind]]:
        """What is on the list."""
        return {(each.payment_id, each.kind) for each in self.rows(state)}

    def rows(self, state: DiscrepancyState = DiscrepancyState.OPEN) -> tuple[Discrepancy, ...]:
        """The list itself."""
        return self.store.discrepancies(state, cursor=None, limit=1_000).items

    def mark(self) -> AuditMark:
        """How far the audit got."""
        found = self.store.audit_mark()
        if found is None:
            raise LookupError("audit")
        return found
