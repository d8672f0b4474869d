"""Read what PortOne says now, decide purely, save under the version: the only way a payment changes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from portone_payments.domain.absorb import Absorbed, absorb, silence, with_hint
from portone_payments.domain.billing_policy import BillingPolicy
from portone_payments.domain.charge_settle import concerns, settle
from portone_payments.domain.collecting import next_due as next_collected
from portone_payments.domain.errors import Busy, PortOneError
from portone_payments.domain.facts import Fact, Moment, raise_attention, record
from portone_payments.domain.kept import Record
from portone_payments.domain.ladder import next_due
from portone_payments.domain.outcomes import Outcome
from portone_payments.domain.payment_errors import PaymentNotFound
from portone_payments.domain.policy import CheckPolicy
from portone_payments.domain.records import AttentionKind, Order, Payment, Status
from portone_payments.domain.send_back import LATE, SURPLUS, return_all
from portone_payments.domain.snapshot import Snapshot
from portone_payments.domain.subscription_records import Subscription
from portone_payments.domain.webhook_records import Hint
from portone_payments.flows.counting import count_absorbed
from portone_payments.ports import Deadline, Meter, Metric
from portone_payments.ports_portone import PortOne
from portone_payments.ports_store import Conflict, Store

ATTEMPTS = 3
type Told = Callable[[Payment, Moment], Payment]
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
    """What every catch-up needs, whoever asks for it."""

    store: Store
    portone: PortOne
    meter: Meter
    policy: CheckPolicy
    billing: BillingPolicy = field(default_factory=BillingPolicy)

    def catch_up(
        self,
        payment_id: str,
        moment: Moment,
        *,
        deadline: Deadline,
        hint: Hint | None = None,
        held: Payment | None = None,
        told: Told | None = None,
        subscription: Subscription | None = None,
    ) -> CaughtUp:
        """Bring a payment up to what PortOne says; `hint` is saved with it in the same write.

        `held` and `subscription` where the caller has just read or written them; `told` adds what an answer
        of PortOne told the caller. Raises `PaymentNotFound`; `Busy` when the version moved three times.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                held = subscription = None
            read = held or self.store.payment(payment_id)
            if read is None:
                raise PaymentNotFound
            if attempt and hint is not None and hint.id in read.hints:
                return CaughtUp(read)
            try:
                known = told(read, moment) if told else read
                known = with_hint(known, hint) if hint else known
                return self._once(known, subscription, moment, deadline)
            except Conflict:
                self.meter.count(Metric.CONFLICT)
        raise Busy

    def _once(
        self, held: Payment, subscription: Subscription | None, moment: Moment, deadline: Deadline
    ) -> CaughtUp:
        try:
            snapshot = self.portone.get_payment(held.payment_id, deadline=deadline)
        except PortOneError as error:
            if error.outcome is Outcome.REFUSED:
                self.meter.count(Metric.CREDENTIAL_REFUSED)
            return self._unanswered(held, moment)
        absorbed = absorb(held, snapshot, moment, self.policy)
        settled = self._settle(held, absorbed.payment, subscription, moment)
        self.store.save(*settled)
        payment = settled[0]
        count_absorbed(self.meter, held, Absorbed(payment, absorbed.lagging, absorbed.findings))
        return CaughtUp(payment, lagging=absorbed.lagging, reading=snapshot)

    def _unanswered(self, held: Payment, moment: Moment) -> CaughtUp:
        silent = silence(held, moment)
        self.store.save(silent)
        count_absorbed(self.meter, held, Absorbed(silent))
        return CaughtUp(silent, answered=False)

    def _settle(
        self, held: Payment, after: Payment, subscription: Subscription | None, moment: Moment
    ) -> tuple[Payment, *tuple[Record, ...]]:
        """Where the order has had another payment, being paid is decided on the order as well (rule 1)."""
        if concerns(held, after, moment.now):
            subscription = subscription or self.store.subscription(after.subscription_id or "")
            return self._with_subscription(held, after, subscription, moment)
        newly_paid = after.status in _PAID and held.status not in _PAID
        if not after.siblings or not newly_paid or after.surplus:
            return (after,)
        order = self.store.order(after.order_id)
        if order is None:
            return (after,)
        if order.settled_by in {None, after.payment_id}:
            return (after, _settled(order, after))
        return (_surplus(after, moment),)

    def _with_subscription(
        self, held: Payment, after: Payment, subscription: Subscription | None, moment: Moment
    ) -> tuple[Payment, *tuple[Record, ...]]:
        """What a charge pays is settled in the same write (rule 8)."""
        if subscription is None:
            return (after,)
        settled = settle(subscription, held, after, moment, self.billing)
        if settled.surplus:
            after = _surplus(after, moment)
        if settled.late:
            after = _returned(after, LATE, moment)
        if settled.subscription is subscription:
            return (after,)
        due_at = next_collected(settled.subscription, moment.now, self.billing)
        return (after, replace(settled.subscription, due_at=due_at, tries=0))


def _settled(order: Order, payment: Payment) -> Order:
    known = (*order.earlier, *filter(None, [order.payment_id]))
    earlier = tuple(other for other in known if other != payment.payment_id)
    return replace(order, settled_by=payment.payment_id, payment_id=payment.payment_id, earlier=earlier)


def _surplus(payment: Payment, moment: Moment) -> Payment:
    """The later of two paid payments of one order: it has to go back, and a person is told."""
    told = record(replace(payment, surplus=True), Fact.SURPLUS, moment, total=payment.total)
    called = raise_attention(told, AttentionKind.SURPLUS, at=moment.now)
    return _returned(called, SURPLUS, moment)


def _returned(payment: Payment, refund_id: str, moment: Moment) -> Payment:
    returned = return_all(payment, refund_id, moment)
    return replace(returned, due_at=next_due(returned, moment.now))
