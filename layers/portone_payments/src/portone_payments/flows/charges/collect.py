"""The charges worker: what time makes of a subscription, then one attempt at most, claimed, sent (rule 8)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from zlib import crc32

from portone_payments.domain.approvals.attempts import (
    open_approval,
    refused_alone,
    token_hash_of,
    was_kept_back,
)
from portone_payments.domain.billing_keys.payer import now_paid_by, payer, worn_out
from portone_payments.domain.billing_keys.wallet import chargeable, claim_key
from portone_payments.domain.errors.common import Busy, StorageUnavailable
from portone_payments.domain.errors.payments import ApprovalInProgress, NotApprovable, PaymentNotFound
from portone_payments.domain.payments.doubts import mismatch_is_back
from portone_payments.domain.payments.surplus import part_ended
from portone_payments.domain.payments.terms import store_of
from portone_payments.domain.records.billing_keys import SavedKey, Wallet
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment, Status
from portone_payments.domain.records.stops import HELD_OVER, Stops
from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, Subscription
from portone_payments.domain.shared.allowances import still
from portone_payments.domain.shared.times import DAY
from portone_payments.domain.subscriptions.charge_outcome import waits_for_method
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.invoice_key import invoice_key
from portone_payments.domain.subscriptions.invoices import (
    open_invoices,
    spread_of,
    under_another_id,
    with_invoice,
)
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.settlement import NO_KEY, attempt_failed, paid_back, with_attempt
from portone_payments.domain.subscriptions.standstill import caught_up, stand_still
from portone_payments.flows.billing_keys.claims import MOST, spent_claims
from portone_payments.flows.charges.payment_ids import derived_id
from portone_payments.flows.charges.send import ChargeSender, Claim
from portone_payments.flows.charges.windows import windows_read
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.shared.gate import Operation
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.ports.store import Conflict, Due, Kind, Store
from portone_payments.ports.world import Clock, Deadline, Meter, Metric, Secrets

# what its queue carries
COLLECTED = frozenset({Kind.SUBSCRIPTION, Kind.CHARGE})
# PortOne may take 60 s to answer (facts 1.4); the payment's own worker takes over after that
PER_CHARGE = 66.0
SOON = 90
# seconds until a key is looked at again that too many charges are under way with
LATER = 600
# a message arrives at most a second and a half before its slot
LONGEST_WAIT = 2.0
# seconds from claiming to sending: messages of a second come together, their claims as evenly as their slots
CLAIMING = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """Charges due subscriptions, one at a time; several may run at once. `wait` lets seconds pass."""

    sender: ChargeSender
    reader: Reader
    store: Store
    wait: Callable[[float], None]
    secrets: Secrets
    clock: Clock
    meter: Meter
    policy: BillingPolicy
    store_id: str
    note: Note = unnoted

    def work(self, due: Due) -> None:
        """Whatever is due of one subscription, or of one of its charges. A lost race is the winner's.

        Raises `StorageUnavailable` for one that cannot be read or saved, which is counted.
        """
        deadline = Deadline.after(self.clock, PER_CHARGE)
        stops = self._heard(due)
        self._await(due.slot, early=CLAIMING)
        moment = Moment(now=self.clock.now(), by="sweep")
        try:
            if due.kind is Kind.CHARGE:
                self._send_again(due, moment, deadline)
                return
            held = self.store.subscription(due.id)
            if held is not None and due.still(held.due_at, moment.now):
                self.collect(held, moment, deadline, slot=due.slot, stops=stops)
        except (Busy, Conflict):
            self.meter.count(Metric.CONFLICT)
        except StorageUnavailable as error:
            Skips(self.meter, self.note).skip(due.kind, due.id, error)
            raise

    def _heard(self, due: Due) -> Stops | None:
        """The stops, read only where the sweep found one."""
        gate = self.reader.gate
        if due.stops:
            return gate.look()
        gate.believe_nothing()
        return None

    def _send_again(self, due: Due, moment: Moment, deadline: Deadline) -> None:
        """A charge whose outcome is not known, under its one key (rule 3.1)."""
        held = self.store.payment(due.id)
        if held is None or not due.still(held.due_at, moment.now):
            return
        with suppress(PaymentNotFound):
            self.sender.send(held, moment, deadline=deadline, slot=partial(self._await, due.slot))

    def collect(
        self,
        held: Subscription,
        moment: Moment,
        deadline: Deadline,
        *,
        slot: float | None = None,
        stops: Stops | None = None,
    ) -> Payment | None:
        """The payment that was charged, not before `slot`, if one was due. Raises `Busy`, `Conflict`.

        `stops`: when nothing could be sent, which is not the customer's time.
        """
        held = windows_read(held, moment, deadline, reader=self.reader, store=self.store)
        held = self._stood_still(held, moment, stops or self.reader.gate.heard)
        held = caught_up(held, self.policy.dunning, moment.now)
        advanced = advance(held, moment, self.policy)
        invoice = due_invoice(advanced, moment.now)
        wait = partial(self._await, slot)
        if invoice is None:
            left = self._left_by_its_worker(held)
            if left is not None:
                return self.sender.send(left, moment, deadline=deadline, slot=wait).payment
            self._save(advanced, moment)
            return None
        claimed = self._claim(advanced, invoice, moment)
        if claimed is None:
            return None
        payment, claim = claimed
        return self.sender.send(payment, moment, deadline=deadline, claim=claim, slot=wait).payment

    def _left_by_its_worker(self, held: Subscription) -> Payment | None:
        """The payment of an attempt under way that has had no outcome, not even an unknown one.

        It is sent again under its one key; from then on it is due by itself.
        """
        invoice = held.invoices.get(held.in_flight or "")
        payment = self._held(invoice.payment_id) if invoice else None
        if payment is None or payment.due_at is not None or open_approval(payment) is None:
            return None
        return payment

    def _stood_still(self, held: Subscription, moment: Moment, stops: Stops | None) -> Subscription:
        if stops is None or all(each.failed_at is None for each in open_invoices(held)):
            return held
        key = self._payer(self.store.wallet(held.user_id), held)
        return stand_still(held, stops, None if key is None else key.channel, moment.now)

    def _await(self, slot: float | None, *, early: float = 0.0) -> None:
        if slot is not None:
            self.wait(min(max(0.0, slot - early - self.clock.now()), LONGEST_WAIT))

    def _claim(
        self, subscription: Subscription, invoice: Invoice, moment: Moment
    ) -> tuple[Payment, Claim] | None:
        """Payment, wallet and subscription, written together before the first byte leaves."""
        wallet = self.store.wallet(subscription.user_id)
        key = self._payer(wallet, subscription, invoice)
        subscription = now_paid_by(subscription, wallet, moment, self.policy)
        if key is not None and worn_out(subscription, invoice, key):
            self._save(waits_for_method(subscription, invoice, self.policy), moment)
            return None
        if wallet is None or key is None:
            unasked = replace(invoice, asked=False)
            gone = attempt_failed(subscription, unasked, NO_KEY, moment, self.policy, hard=True)
            self._save(gone, moment)
            return None
        gate, held = self.reader.gate.of(self._store(key)), self._held(invoice.payment_id)
        if held is not None and held.status is Status.CANCELLED:
            self._paid_back(subscription, invoice, held, moment)
            return None
        again = held is not None and was_kept_back(held)
        alone = refused_alone(held, key.id) if held is not None else None
        if not gate.admits(Operation.CHARGE, key.channel, again=again, alone=alone):
            self._hold(subscription, gate.wait(key.channel, again=again, alone=alone), moment)
            return None
        payment, invoice = self._payment(subscription, invoice, held, key, moment)
        try:
            attempt = f"charge:{len(payment.approvals)}:{invoice.tries}"
            token_hash = token_hash_of(payment.payment_id, attempt)
            intended = self.sender.intended(payment, token_hash, key, moment)
        except (ApprovalInProgress, NotApprovable):
            # its own worker or staff has to settle it first; what is owed besides goes on
            later = replace(invoice, due_at=int(moment.now) + DAY)
            self._save(with_invoice(subscription, later), moment)
            return None
        due_at = None if held is None else int(moment.now) + SOON
        intended = replace(intended, due_at=due_at, poll_step=0, tries=0)
        done = spent_claims(
            key, self.store, moment.now, settled_elsewhere(key, subscription, intended.payment_id)
        )
        if len(key.claims) - len(done) >= MOST:
            self._wait(subscription, moment, seconds=LATER)
            return None
        # a renewal is charged the same way whatever its customer chose at the start
        rested = replace(wallet, spent=still(wallet.spent, moment.now))
        holding = claim_key(rested, key.id, intended.payment_id, done)
        under_way = with_attempt(subscription, invoice, intended.payment_id, moment)
        self.store.save(intended, holding, under_way)
        return as_saved(intended), Claim(holding, as_saved(under_way), alone)

    def _paid_back(self, subscription: Subscription, invoice: Invoice, held: Payment, moment: Moment) -> None:
        """Its payment is known as refunded: nothing is charged for this invoice any more."""
        over = paid_back(subscription, invoice, moment, by=held.payment_id)
        over = replace(over, due_at=next_due(over, moment.now, self.policy), tries=0)
        part = invoice.kind is InvoiceKind.PART
        self.store.save(over, *((part_ended(held, invoice.id, moment),) if part else ()))

    def _payment(
        self,
        subscription: Subscription,
        invoice: Invoice,
        held: Payment | None,
        key: SavedKey,
        moment: Moment,
    ) -> tuple[Payment, Invoice]:
        """The one payment of this invoice, `held` or new; it may be paid for another day at least.

        A method saved in another store than the payment so far gets a payment in its own store: whether
        PortOne charges across stores is not documented.
        """
        until = max(invoice.ends, int(moment.now) + DAY)
        if held is not None and (mismatch_is_back(held) or self._elsewhere(held, key)):
            # what was refunded as a mismatch cannot be paid under its id again (rule 1.3)
            again = invoice.series + 1 if mismatch_is_back(held) else invoice.series
            invoice = replace(under_another_id(invoice), series=again)
            held = self._held(self._payment_id(subscription, invoice, key))
        if held is not None:
            return replace(held, expires_at=max(held.expires_at, until)), invoice
        return self._fresh(subscription, invoice, key, moment, until), invoice

    def _payer(
        self, wallet: Wallet | None, subscription: Subscription, invoice: Invoice | None = None
    ) -> SavedKey | None:
        """The method its customer named for this invoice alone, else the one that pays the subscription."""
        if invoice is not None and invoice.method is not None:
            return chargeable(wallet, invoice.method)
        return payer(wallet, subscription, fallback=self.policy.method_fallback)

    def _held(self, payment_id: str | None) -> Payment | None:
        return None if payment_id is None else self.store.payment(payment_id)

    def _elsewhere(self, held: Payment, key: SavedKey) -> bool:
        """Whether a payment that is not under way is in another store than the method that is to pay."""
        return open_approval(held) is None and store_of(held, self.reader.policy) != self._store(key)

    def _store(self, key: SavedKey) -> str:
        return key.store_id or self.store_id

    def _fresh(
        self, subscription: Subscription, invoice: Invoice, key: SavedKey, moment: Moment, until: int
    ) -> Payment:
        return Payment(
            payment_id=invoice.payment_id or self._payment_id(subscription, invoice, key),
            order_id=subscription.order_id or subscription.subscription_id,
            user_id=subscription.user_id,
            total=invoice.amount,
            tax_free=invoice.tax_free,
            currency=subscription.currency,
            order_name=invoice.name,
            created_at=moment.now,
            status_at=moment.now,
            expires_at=until,
            subscription_id=subscription.subscription_id,
            invoice_id=invoice.id,
        )

    def _payment_id(self, subscription: Subscription, invoice: Invoice, key: SavedKey) -> str:
        """The same at each attempt at this invoice (rule 8.2)."""
        parts = (self._store(key), *invoice_key(subscription, invoice), str(invoice.series))
        return derived_id(subscription, parts, self.secrets)

    def _save(self, subscription: Subscription, moment: Moment) -> None:
        # its mark has come: it says nothing about the next time
        due_at = next_due(replace(subscription, due_at=None), moment.now, self.policy)
        self.store.save(replace(subscription, due_at=due_at, tries=0))

    def _hold(self, subscription: Subscription, seconds: int, moment: Moment) -> None:
        """Due again some time after the next probe, which is in `seconds`; in another order each time."""
        wait = seconds + (spread_of(subscription) ^ crc32(repr(moment.now).encode())) % HELD_OVER
        self.store.save(replace(subscription, due_at=int(moment.now) + wait, tries=0))

    def _wait(self, subscription: Subscription, moment: Moment, *, seconds: int = DAY) -> None:
        self.store.save(replace(subscription, due_at=int(moment.now) + seconds, tries=0))


def settled_elsewhere(key: SavedKey, subscription: Subscription, payment_id: str) -> frozenset[str]:
    """Claims of this subscription's earlier invoices: only one is ever in flight, so they have an outcome."""
    known = {each.payment_id for each in subscription.invoices.values()}
    return frozenset(each for each in key.claims if each in known and each != payment_id)
