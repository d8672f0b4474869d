"""A webhook is a hint: one read, one GET, one write; stored first when PortOne does not answer (rule 2)."""

from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import Busy
from portone_payments.domain.payments.absorb import silence, with_hint
from portone_payments.domain.payments.hints import EventType, hint_from
from portone_payments.domain.payments.shown import already_shown
from portone_payments.domain.readings.webhook import UNREADABLE, Delivery
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.webhooks import Hint, HintState
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.shared.enqueue import enqueue
from portone_payments.flows.shared.optimistic import retried
from portone_payments.flows.webhooks.confirm_request import ConfirmPolicy, answer_confirm
from portone_payments.flows.webhooks.unmatched import UnmatchedWebhooks
from portone_payments.ports.store import Queue, Store
from portone_payments.ports.world import Clock, Deadline, Meter, Metric

INLINE = 5.0
STORE_ATTEMPTS = 8
STALE_EVERY = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Takes authentic deliveries. A return means 2xx: borne out by what is saved, or durably stored."""

    reader: Reader
    store: Store
    unmatched: UnmatchedWebhooks
    queue: Queue
    clock: Clock
    meter: Meter
    confirm: ConfirmPolicy

    def receive(self, delivery: Delivery) -> str:
        """The result of the delivery, one word for the answer and the log. Raises `ApprovalRefused`."""
        if delivery.old_version:
            self.meter.count(Metric.OLD_VERSION)
        if delivery.type in {EventType.CONFIRM, UNREADABLE}:
            return answer_confirm(delivery, policy=self.confirm, reader=self.reader, clock=self.clock)
        if not delivery.fresh:
            self.meter.count(Metric.STALE_SIGNATURE)
        about_key = delivery.type.startswith("BillingKey.") and delivery.billing_key is not None
        if not delivery.fresh and not about_key:
            return self._bring_forward(delivery)
        if delivery.type == EventType.READY:
            self.meter.count(Metric.READY_HINT)
            return "acknowledged"
        if about_key and delivery.billing_key is not None:
            # also a stale one: it has no due mark to bring forward, and its row makes a replay one read
            return self.unmatched.billing_key(delivery, delivery.billing_key)
        if delivery.payment_id is None or not delivery.type.startswith("Transaction."):
            self.meter.count(Metric.IGNORED)
            return "ignored"
        return self._about_payment(delivery, delivery.payment_id)

    def _about_payment(self, delivery: Delivery, payment_id: str) -> str:
        held = self.store.payment(payment_id)
        if held is None:
            return self.unmatched.unknown_payment(delivery, payment_id)
        known = held.hints.get(delivery.id)
        if known is not None:
            return self._again(held, known, delivery)
        if already_shown(held, delivery):
            # borne out by what is saved: nothing to read, nothing to store (I2)
            return "done"
        return self._take(held, delivery)

    def _again(self, held: Payment, known: Hint, delivery: Delivery) -> str:
        """A delivery whose id is stored: done, under way, or with another body by a mistake of the sender."""
        if known.body_hash != delivery.body_hash:
            self.meter.count(Metric.QUARANTINED_HINT)
            return "quarantined"
        young = self.clock.now() - known.received_at < INLINE
        if known.state is not HintState.OPEN or young:
            self.meter.count(Metric.DUPLICATE)
            return "duplicate"
        return self._take(held, delivery)

    def _take(self, held: Payment, delivery: Delivery) -> str:
        now = self.clock.now()
        moment = Moment(now=now, by=f"webhook:{delivery.id}")
        deadline = Deadline.after(self.clock, INLINE)
        hint = hint_from(delivery, now=now)
        try:
            result = self.reader.catch_up(held.payment_id, moment, deadline=deadline, hint=hint, held=held)
        except Busy:
            return self._store_open(held.payment_id, hint, moment)
        if not result.answered or result.lagging:
            enqueue(result.payment, queue=self.queue)
            return "stored"
        return "done"

    def _store_open(self, payment_id: str, hint: Hint, moment: Moment) -> str:
        """Other writes won every time: the id is stored by itself, as open."""

        def write() -> Payment | None:
            held = self.store.payment(payment_id)
            if held is None:
                raise Busy
            if hint.id in held.hints:
                return None
            stored = silence(with_hint(held, hint), moment)
            self.store.save(stored)
            return stored

        stored = retried(write, meter=self.meter, attempts=STORE_ATTEMPTS)
        if stored is None:
            return "duplicate"
        enqueue(stored, queue=self.queue)
        return "stored"

    def _bring_forward(self, delivery: Delivery) -> str:
        """Authentic but outside the tolerance: only the due mark moves, at most once a minute (rule 2.8)."""

        def write() -> str:
            held = self.store.payment(delivery.payment_id) if delivery.payment_id else None
            now = self.clock.now()
            if held is None:
                return self._unmatched(delivery)
            if held.due_at is not None and held.due_at <= now + STALE_EVERY:
                return "stale"
            self.store.save(replace(held, due_at=int(now) + STALE_EVERY // 2))
            return "stale"

        return retried(write, meter=self.meter, attempts=STORE_ATTEMPTS)

    def _unmatched(self, delivery: Delivery) -> str:
        """A payment missing here stays missing at a replay; its row bounds what replays cost."""
        about_payment = delivery.type.startswith("Transaction.") and delivery.type != EventType.READY
        if delivery.payment_id is None or not about_payment:
            return "stale"
        return self.unmatched.unknown_payment(delivery, delivery.payment_id)
