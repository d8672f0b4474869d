"""Read what PortOne says now, decide purely, save under the version: the only way a payment changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from portone_payments.domain.billing_keys.wallet import chargeable
from portone_payments.domain.errors.common import Busy, PortOneError
from portone_payments.domain.orders.withdrawal import told_withdrawn
from portone_payments.domain.payments.absorb import Absorbed, absorb, silence, with_hint
from portone_payments.domain.payments.doubts import awaits_deposit
from portone_payments.domain.payments.nothing import costs_nothing
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.payments.schedule import next_due
from portone_payments.domain.payments.surplus import (
    doubtful,
    is_suspected,
    kept,
    part_ended,
    settled_by,
    suspected,
)
from portone_payments.domain.payments.terms import store_of
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.payment import Snapshot
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Moment, raise_attention
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import AttentionKind, Order, Payment, Status
from portone_payments.domain.records.refund_traces import recalled, returned
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.records.webhooks import Hint
from portone_payments.domain.refunds.automatic import (
    CALLS,
    LATE,
    SURPLUS,
    WITHDRAWN,
    awaits_word,
    go_on,
    return_all,
    try_due,
)
from portone_payments.domain.refunds.reserve import known
from portone_payments.domain.refunds.reversals import recalled_by_word
from portone_payments.domain.subscriptions.charge_outcome import (
    concerns,
    declined_as_assigned,
    settle,
)
from portone_payments.domain.subscriptions.collection import next_due as next_collected
from portone_payments.domain.subscriptions.life import OVER
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.windows.buyer import without_buyer
from portone_payments.flows.payments.metrics import count_absorbed, count_texts
from portone_payments.flows.shared.gate import Gate
from portone_payments.flows.shared.optimistic import given_first, retried
from portone_payments.flows.shared.ownership import stored_payment
from portone_payments.flows.shared.settled_invoices import called_back
from portone_payments.ports.portone import PerStore, PortOne
from portone_payments.ports.store import Conflict, Store
from portone_payments.ports.world import Deadline, Meter, Metric

ATTEMPTS = 3
type Amend = Callable[[Payment, Moment], Payment]
_PAID = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The payment as saved; `answered` False when PortOne gave no reading and the payment stays due.

    `reading` is what PortOne said, None also where it knows no such payment.
    """

    payment: Payment
    answered: bool = True
    lagging: bool = False
    reading: Snapshot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What every catch-up needs."""

    store: Store
    portone: PerStore[PortOne]
    meter: Meter
    policy: CheckPolicy
    gate: Gate
    billing: BillingPolicy = field(default_factory=BillingPolicy)

    def at(self, payment: Payment) -> PortOne:
        """PortOne in the store of a payment, which is not always today's."""
        return self.portone.within(store_of(payment, self.policy))

    def gate_of(self, payment: Payment) -> Gate:
        """The gate of a payment's store: a former store may refuse us while today's does not."""
        return self.gate.of(store_of(payment, self.policy))

    def catch_up(
        self,
        payment_id: str,
        moment: Moment,
        *,
        deadline: Deadline,
        hint: Hint | None = None,
        held: Payment | None = None,
        told: Amend | None = None,
        subscription: Subscription | None = None,
    ) -> CaughtUp:
        """Change a payment to what PortOne says; `hint` is saved with it in the same write.

        `held` and `subscription`: just read or written by the caller; `told` adds what an answer of PortOne
        said. Raises `PaymentNotFound`; `Busy` when the version moved three times.
        """
        given = given_first((held, subscription, False), lambda: (None, None, True))

        def write() -> CaughtUp:
            payment, parts, again = given()
            read = payment or stored_payment(payment_id, store=self.store)
            if costs_nothing(read):
                return CaughtUp(read)
            if again and hint is not None and hint.id in read.hints:
                return CaughtUp(read)
            known = told(read, moment) if told else read
            known = with_hint(known, hint) if hint else known
            return self._once(known, parts, moment, deadline)

        return retried(write, meter=self.meter, attempts=ATTEMPTS)

    def _once(
        self, held: Payment, subscription: Subscription | None, moment: Moment, deadline: Deadline
    ) -> CaughtUp:
        try:
            snapshot = self.at(held).get_payment(held.payment_id, deadline=deadline)
        except PortOneError as error:
            if error.outcome is Outcome.REFUSED:
                self.meter.count(Metric.CREDENTIAL_REFUSED)
            return self._unanswered(held, moment)
        held = self._with_recalled(held, snapshot)
        absorbed = absorb(held, snapshot, moment, self.policy)
        after = absorbed.payment if absorbed.lagging else self._going_back(absorbed.payment, moment)
        settled = self._settle(held, without_buyer(after), subscription, moment)
        self.store.save(*settled)
        payment = settled[0]
        count_texts(self.meter, snapshot)
        count_absorbed(self.meter, held, Absorbed(payment, absorbed.lagging, absorbed.findings))
        return CaughtUp(payment, lagging=absorbed.lagging, reading=snapshot)

    def _with_recalled(self, held: Payment, snapshot: Snapshot | None) -> Payment:
        """The payment with those refunds back in it that had left as something else than they turn out."""
        if snapshot is None or not held.settled:
            return held
        for token in (*recalled(held, snapshot), *recalled_by_word(held, snapshot)):
            part = self.store.settled_refund(held.payment_id, token)
            held = returned(held, part.refund) if part else held
        return held

    def _going_back(self, after: Payment, moment: Moment) -> Payment:
        """A late charge is refunded while its customer leaves, a late payment until staff keeps it."""
        if not awaits_word(after):
            return after
        subscription = (
            self.store.subscription(after.subscription_id)
            if after.subscription_id is not None and try_due(after, moment.now)
            else None
        )
        holds = subscription is None or leaving(subscription)
        gone_on = go_on(after, moment, base=self.policy.refund_base, holds=holds)
        return replace(gone_on, due_at=next_due(gone_on, moment.now))

    def _unanswered(self, held: Payment, moment: Moment) -> CaughtUp:
        silent = silence(held, moment)
        self.store.save(silent)
        count_absorbed(self.meter, held, Absorbed(silent))
        return CaughtUp(silent, answered=False)

    def _settle(
        self, held: Payment, after: Payment, subscription: Subscription | None, moment: Moment
    ) -> tuple[Payment, *tuple[AnyRecord, ...]]:
        """Where the order has had another payment, being paid is decided on the order as well (rule 1.4)."""
        if concerns(held, after, moment.now):
            subscription = subscription or self.store.subscription(after.subscription_id or "")
            if subscription is not None:
                subscription = called_back(subscription, after.invoice_id, store=self.store)
            return self._with_subscription(held, after, subscription, moment)
        newly_paid = after.status in _PAID and held.status not in _PAID
        if after.withdrawn:
            return (self._unwanted(held, after, moment) if newly_paid else told_withdrawn(held, after),)
        if newly_paid and after.subscription_id is not None:
            # a refund of it was reversed: its invoice is settled, its order may be withdrawn meanwhile
            parts = self.store.subscription(after.subscription_id)
            return (self._unwanted(held, after, moment) if parts and self._taken_back(parts) else after,)
        in_doubt = after.quarantined and not after.surplus and not awaits_deposit(after)
        if not after.has_other_payments or not (newly_paid or in_doubt) or known(after, SURPLUS):
            return (self._by_policy(held, after, moment),)
        order = self.store.order(after.order_id)
        if order is None:
            return (self._by_policy(held, after, moment),)
        if order.withdrawn_at is not None:
            return (self._unwanted(held, after, moment) if newly_paid else after,)
        if newly_paid:
            return self._paid(order, held, after, moment)
        return self._quarantined(order, after, moment)

    def _paid(
        self, order: Order, held: Payment, after: Payment, moment: Moment
    ) -> tuple[Payment, *tuple[AnyRecord, ...]]:
        """The payment settles its order, or is paid after the one that did; others in doubt become due."""
        if order.settled_by not in {None, after.payment_id}:
            return (self._surplus(after, moment),)
        if self._refused_as_late(after):
            # what is refunded pays for nothing: the order stays open for a payment in time
            return (self._by_policy(held, after, moment),)
        beside: list[AnyRecord] = [settled_by(order, after), *self._suspects(order, after, moment)]
        return (self._by_policy(held, kept(after), moment), *beside)

    def _by_policy(self, held: Payment, after: Payment, moment: Moment) -> Payment:
        """Money paid after its offer ended: staff is called, and it is kept or refunded (rule 7.2)."""
        if held.late or not after.late or after.subscription_id is not None:
            return after
        if self._refused_as_late(after):
            return self._returned(after, LATE, moment)
        called = raise_attention(after, AttentionKind.LATE, at=moment.now)
        return replace(called, due_at=next_due(called, moment.now))

    def _refused_as_late(self, payment: Payment) -> bool:
        """Whether the shop has late payments refunded, and this is one."""
        return self.policy.refund_late and payment.late and payment.subscription_id is None

    def _quarantined(
        self, order: Order, after: Payment, moment: Moment
    ) -> tuple[Payment, *tuple[AnyRecord, ...]]:
        """A payment in doubt is a surplus where another settles its order; else the order records it."""
        if order.settled_by not in {None, after.payment_id}:
            return (suspected(after, moment),)
        if after.payment_id in order.quarantined:
            return (after,)
        return (after, doubtful(order, after))

    def _suspects(self, order: Order, paid: Payment, moment: Moment) -> Iterator[Payment]:
        """Payments in doubt of an order that is settled by another: they are read again at once."""
        for other in order.quarantined:
            held = self.store.payment(other) if other != paid.payment_id else None
            if held is not None and held.quarantined and not held.surplus:
                yield replace(suspected(held, moment), due_at=int(moment.now))

    def _with_subscription(
        self, held: Payment, after: Payment, subscription: Subscription | None, moment: Moment
    ) -> tuple[Payment, *tuple[AnyRecord, ...]]:
        """The invoice that a charge pays is settled in the same write (rule 8.4)."""
        if subscription is None:
            return (after,)
        if after.status in _PAID and held.status not in _PAID and self._taken_back(subscription):
            return (self._unwanted(held, after, moment),)
        other = declined_as_assigned(subscription, after) and self._has_other_method(subscription)
        settled = settle(subscription, held, after, moment, self.billing, other_method=other)
        if settled.surplus:
            after = self._surplus(after, moment)
        if settled.late:
            after = self._returned(after, LATE, moment)
        if settled.holds_up is not None:
            after = part_ended(after, settled.holds_up, moment)
        if settled.subscription is subscription:
            return (after,)
        due_at = next_collected(settled.subscription, moment.now, self.billing)
        return (after, replace(settled.subscription, due_at=due_at, tries=0))

    def _has_other_method(self, subscription: Subscription) -> bool:
        """Whether the default of its user is another method than the one assigned to it."""
        key = chargeable(self.store.wallet(subscription.user_id), None)
        return key is not None and key.id != subscription.billing_key_id

    def _taken_back(self, parts: Subscription) -> bool:
        """Whether the order of these parts is withdrawn: then none of them is owed."""
        order = self.store.order(parts.order_id) if parts.order_id and parts.status in OVER else None
        return order is not None and order.withdrawn_at is not None

    def _surplus(self, payment: Payment, moment: Moment) -> Payment:
        """The later of two paid payments of one order: it has to be refunded."""
        told = payment if is_suspected(payment) else suspected(payment, moment)
        return self._returned(told, SURPLUS, moment)

    def _unwanted(self, held: Payment, after: Payment, moment: Moment) -> Payment:
        """A payment of an order its shop has withdrawn: it has to be refunded."""
        told = told_withdrawn(held, replace(after, withdrawn=True))
        return self._returned(told, WITHDRAWN, moment, subject="order")

    def _returned(
        self, payment: Payment, reason: str, moment: Moment, *, subject: str = "payment"
    ) -> Payment:
        """Money that must not stay, its refund reserved; staff is called until it is refunded."""
        called = raise_attention(payment, CALLS[reason], subject, at=moment.now)
        going = return_all(called, reason, moment, base=self.policy.refund_base)
        return replace(going, due_at=next_due(going, moment.now))


def leaving(subscription: Subscription) -> bool:
    """Whether its customer has cancelled it."""
    return subscription.end_asked_at is not None or subscription.ended_at is not None


def intend(store: Store, intended: Payment) -> Payment:
    """What is about to be sent, stored before the first byte leaves. Raises `Busy`."""
    try:
        store.save(intended)
    except Conflict:
        raise Busy from None
    return as_saved(intended)


def unchanged(payment: Payment, _moment: Moment) -> Payment:
    """No change by an answer: the reading alone decides."""
    return payment
