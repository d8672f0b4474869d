"""Webhooks about things we have no record of get a row of their own, by webhook id (rule 2.6)."""

from dataclasses import dataclass, replace

from portone_payments.domain.audit.differences import orphaned
from portone_payments.domain.errors.common import Busy, PortOneError
from portone_payments.domain.payments.hints import EventType
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.domain.readings.webhook import Delivery
from portone_payments.domain.records.webhooks import HintState, UnmatchedWebhook
from portone_payments.domain.shared.marker import marked_order
from portone_payments.domain.shared.sealing import Sealing, bound_to
from portone_payments.domain.shared.times import SILENCE
from portone_payments.flows.billing_keys.issue import BillingKeys
from portone_payments.flows.billing_keys.readings import Heard
from portone_payments.flows.shared.named_store import in_named_store
from portone_payments.ports.portone import PerStore, PortOne
from portone_payments.ports.store import Conflict, Store
from portone_payments.ports.world import Clock, Deadline, Meter, Metric, Vault

INLINE = 5.0
KEPT = 30 * 24 * 3600
_MOVED = frozenset({EventType.PAID, EventType.PARTIAL_CANCELLED, EventType.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedWebhooks:
    """Files what is unmatched: foreign (another system), orphan (ours, missing here), billing keys.

    `live`: real money moves on this store.
    """

    store: Store
    portone: PerStore[PortOne]
    store_id: str
    live: bool
    vault: Vault
    meter: Meter
    clock: Clock
    billing_keys: BillingKeys

    def unknown_payment(self, delivery: Delivery, payment_id: str) -> str:
        """A payment we have no record of: counted, never changed."""
        unmatched = self.store.unmatched(delivery.id)
        if unmatched is not None:
            return self._again(unmatched, delivery)
        unmatched = replace(self._unmatched(delivery), payment_id=payment_id)
        return self._file(self._judge(unmatched, Deadline.after(self.clock, INLINE)))

    def billing_key(self, delivery: Delivery, billing_key: str) -> str:
        """A billing-key event; the key is kept as a keyed hash and a ciphertext only."""
        unmatched = self.store.unmatched(delivery.id)
        if unmatched is not None:
            return self._again(unmatched, delivery)
        unmatched = replace(
            self._unmatched(delivery),
            subject_hash=self.billing_keys.hash_of(billing_key),
            subject_cipher=self.vault.encrypt(billing_key, context=_context(delivery.id)),
        )
        self.meter.count(Metric.BILLING_KEY_HINT)
        return self._file(self._heard(unmatched, billing_key, Deadline.after(self.clock, INLINE)))

    def settle(self, webhook_id: str, *, deadline: Deadline) -> None:
        """The worker reads one again about which PortOne gave no answer. Raises `Conflict`."""
        unmatched = self.store.unmatched(webhook_id)
        if unmatched is None or unmatched.state is not HintState.OPEN:
            return
        if unmatched.payment_id is not None:
            self.store.save(self._judge(unmatched, deadline))
        elif unmatched.subject_cipher is not None:
            billing_key = self.vault.decrypt(unmatched.subject_cipher, context=_context(webhook_id))
            self.store.save(self._heard(unmatched, billing_key, deadline))

    def _again(self, unmatched: UnmatchedWebhook, delivery: Delivery) -> str:
        same = unmatched.body_hash == delivery.body_hash
        self.meter.count(Metric.DUPLICATE if same else Metric.QUARANTINED_HINT)
        return "duplicate" if same else "quarantined"

    def _unmatched(self, delivery: Delivery) -> UnmatchedWebhook:
        now = self.clock.now()
        return UnmatchedWebhook(
            webhook_id=delivery.id,
            type=delivery.type,
            body_hash=delivery.body_hash,
            store_id=delivery.store_id if delivery.store_id != self.store_id else None,
            received_at=now,
            expires_at=int(now) + KEPT,
        )

    def _judge(self, unmatched: UnmatchedWebhook, deadline: Deadline) -> UnmatchedWebhook:
        def read(portone: PortOne) -> Snapshot | None:
            return portone.get_payment(unmatched.payment_id or "", deadline=deadline)

        try:
            snapshot = in_named_store(self.portone, unmatched.store_id, read)
        except PortOneError:
            return replace(unmatched, due_at=int(self.clock.now()) + SILENCE, tries=0)
        state, metric = self._judged(unmatched, snapshot)
        self.meter.count(metric)
        return replace(unmatched, state=state, due_at=None)

    def _heard(self, unmatched: UnmatchedWebhook, billing_key: str, deadline: Deadline) -> UnmatchedWebhook:
        """Our wallet decides what the event changed; a key that is not ours is never changed (rule 8.5)."""
        by = f"webhook:{unmatched.webhook_id}"
        heard = self.billing_keys.hear(billing_key, by=by, deadline=deadline, store_id=unmatched.store_id)
        if heard is Heard.UNANSWERED:
            return replace(unmatched, due_at=int(self.clock.now()) + SILENCE, tries=0)
        state = HintState.DONE if heard is Heard.OURS else HintState.IGNORED
        return replace(unmatched, state=state, subject_cipher=None, due_at=None)

    def _judged(self, unmatched: UnmatchedWebhook, snapshot: Snapshot | None) -> tuple[HintState, Metric]:
        """An orphan is ours by its mark, with an order that exists here: a record was lost, as by a restore.

        Anybody can open a checkout with our mark under an invented id, and a decline costs nothing:
        staff is called where PortOne says, or its webhook said, that money moved.
        """
        order_id = marked_order(snapshot.custom_data) if snapshot else None
        if snapshot is None or order_id is None or not self._known(order_id):
            return HintState.IGNORED, Metric.FOREIGN
        moved = unmatched.type in _MOVED and not (self.live and snapshot.channel and snapshot.channel.test)
        if moved or orphaned(snapshot, live=self.live, order_known=True):
            return HintState.QUARANTINED, Metric.ORPHAN
        return HintState.IGNORED, Metric.FOREIGN

    def _known(self, order_id: str) -> bool:
        return self.store.order(order_id) is not None or self.store.subscription(order_id) is not None

    def _file(self, unmatched: UnmatchedWebhook) -> str:
        """Raises `Busy` where a conflict left nothing behind: a 2xx would lose the webhook (I2)."""
        try:
            self.store.save(unmatched)
        except Conflict:
            if self.store.unmatched(unmatched.webhook_id) is None:
                raise Busy from None
            return "duplicate"
        return "stored" if unmatched.state is HintState.OPEN else "filed"


def _context(webhook_id: str) -> dict[str, str]:
    return bound_to(Sealing.STRAY_KEY, webhook=webhook_id)
