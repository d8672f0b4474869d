"""The six webhooks of one payment in each of their 720 orders, read currently or behind: PortOne's state."""

from collections.abc import Callable
from itertools import permutations

import pytest

from portone_local.oracle import Evidence, judge
from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, EXAMPLE_WEBHOOK_SECRET
from portone_local.twins.clock import MovableClock
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import FixedSecrets, MemoryQueue, MemoryStore, PlainVault
from portone_payments.adapters.portone.webhook import read_delivery
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.domain.records.events import event_of
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment, Status
from portone_payments.domain.records.webhooks import HintState
from portone_payments.entry.wiring.worker import Deps
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.shared.gate import Gate
from portone_payments.flows.webhooks.confirm_request import ConfirmPolicy
from portone_payments.flows.webhooks.receive import Receiver
from portone_payments.ports.world import Deadline
from tests.support.one_life import PAYMENT_ID, Life, Shown, declined_deposited_refunded
from tests.support.records import NOW

type Shows = Callable[[Life, int], Snapshot | None]
READINGS: dict[str, Shows] = {
    "current": lambda life, _event: life.now,
    "as_of_the_event": lambda life, event: life.after[event],
    "one_state_behind": lambda life, event: life.before[event],
}
SECRETS = FixedSecrets(api=EXAMPLE_SECRET, signing=(EXAMPLE_WEBHOOK_SECRET,))


@pytest.fixture(scope="module")
def life() -> Life:
    return declined_deposited_refunded(NOW)


@pytest.fixture(scope="module")
def deliveries(life: Life) -> list[Delivery]:
    return [
        read_delivery(
            method="POST",
            headers=life.portone.webhooks.headers_for(sent),
            body=sent.body,
            secrets=SECRETS.webhook(),
            now=life.clock.now(),
            tolerance=300,
        )
        for sent in life.deliveries
    ]


class Desk:
    """Receiver and reader over a table with the one payment, on a clock of their own."""

    def __init__(self, life: Life, shown: Shown) -> None:
        self.life = life
        self.shown = shown
        self.clock = MovableClock(life.clock.now())
        ids = SeededIds(1)
        self.store = MemoryStore(ids)
        self.store.save(life.order, life.payment)
        self.meter = RecordingMeter()
        policy = CheckPolicy(store_id=EXAMPLE_STORE)
        gate = Gate(store_id=EXAMPLE_STORE, store=self.store, clock=self.clock, meter=self.meter)
        self.reader = Reader(store=self.store, portone=self.shown, meter=self.meter, policy=policy, gate=gate)
        queue = MemoryQueue(self.clock)
        deps = Deps(
            {"STORE_ID": EXAMPLE_STORE},
            store=self.store,
            portone=self.shown,
            secrets=SECRETS,
            vault=PlainVault(),
            queue=queue,
            ids=ids,
            meter=self.meter,
            clock=self.clock,
        )
        self.receiver = Receiver(
            reader=self.reader,
            store=self.store,
            unmatched=deps.unmatched,
            queue=queue,
            clock=self.clock,
            meter=self.meter,
            confirm=ConfirmPolicy(),
        )

    @property
    def payment(self) -> Payment:
        held = self.store.payment(PAYMENT_ID)
        assert held is not None
        return held

    @property
    def refunded(self) -> int:
        seen = self.payment.seen
        return seen.cancelled if seen else 0

    def settle(self) -> Payment:
        """PortOne shows the present, and is read whenever the payment is due."""
        self.shown.snapshot = self.life.now
        for _ in range(10):
            due_at = self.payment.due_at
            if due_at is None:
                break
            self.clock.advance(max(0, due_at - self.clock.now()))
            moment = Moment(now=self.clock.now(), by="sweep")
            self.reader.catch_up(PAYMENT_ID, moment, deadline=Deadline.after(self.clock, 10))
        return self.payment


def test_the_permuted_history_has_six_different_events(deliveries: list[Delivery]) -> None:
    assert [delivery.type.removeprefix("Transaction.") for delivery in deliveries] == [
        "Ready",
        "Failed",
        "VirtualAccountIssued",
        "Paid",
        "PartialCancelled",
        "Cancelled",
    ]


@pytest.mark.parametrize("shows", READINGS.values(), ids=READINGS)
def test_every_order_of_the_events_ends_in_portones_state(
    life: Life, deliveries: list[Delivery], shows: Shows
) -> None:
    books, shown = life.portone.books(), Shown()
    for order in permutations(range(len(deliveries))):
        desk, refunded = Desk(life, shown), 0
        for event in order:
            desk.shown.snapshot = shows(life, event)
            desk.receiver.receive(deliveries[event])
            assert desk.refunded >= refunded, order
            refunded = desk.refunded
        payment = desk.settle()

        told = [entry.fact for entry in payment.history]
        assert payment.status is Status.CANCELLED, order
        assert {hint.state for hint in payment.hints.values()} == {HintState.DONE}, order
        assert (told.count("paid"), told.count("cancelled"), payment.due_at) == (1, 2, None), order
        evidence = Evidence(
            now=desk.clock.now(),
            books=books,
            orders={life.order.order_id: life.order},
            payments={PAYMENT_ID: payment},
            published=tuple(event_of(payment, entry) for entry in payment.history),
            store_id=EXAMPLE_STORE,
        )
        assert judge(evidence) == [], order
