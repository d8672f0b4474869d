"""The shop withdraws an order nobody has paid: read, store, then close the account (rule 1.7)."""

from dataclasses import dataclass, replace

from portone_payments.domain.approvals.attempt import given_way
from portone_payments.domain.errors.common import Busy, ProviderUnavailable
from portone_payments.domain.errors.payments import OrderNotFound, OrderPaymentUnderWay
from portone_payments.domain.orders.withdrawal import (
    asked_of,
    check_unpaid,
    may_be_paid,
    order_withdrawn,
    schedule_withdrawn,
    withdrawn,
    without_call,
)
from portone_payments.domain.payments.virtual_accounts import should_close
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Order, Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.payments.close_account import AccountCloser
from portone_payments.flows.payments.orders import OrderWithPayment
from portone_payments.flows.shared.enqueue import enqueue
from portone_payments.flows.shared.optimistic import retried, with_fact
from portone_payments.ports.store import Queue, Store
from portone_payments.ports.world import Clock, Deadline, Meter


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The order as it is withdrawn; `done` False while PortOne has not said that its account is closed."""

    held: OrderWithPayment
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawer:
    """Withdraws orders, with their payment in the same write: it is paid before that, or it is refunded."""

    closer: AccountCloser
    reader: Reader
    store: Store
    meter: Meter
    queue: Queue
    clock: Clock

    def withdraw(self, order_id: str, deadline: Deadline, *, by: str) -> Withdrawn:
        """The order withdrawn, now or before; its requester is recorded.

        Raises `OrderNotFound`, `OrderAlreadyPaid`, `OrderPaymentUnderWay`, `ProviderUnavailable`, `Busy`.
        """
        held = self._stored(order_id, deadline, by)
        payment, moment = held.payment, Moment(now=self.clock.now(), by=by)
        if payment is None or not should_close(payment, moment.now):
            return Withdrawn(held, done=True)
        payment, done = self._closed(payment, moment, deadline)
        if not done:
            enqueue(payment, queue=self.queue)
        return Withdrawn(replace(held, payment=payment), done)

    def _closed(self, payment: Payment, moment: Moment, deadline: Deadline) -> tuple[Payment, bool]:
        """The payment after a request to close its account, and whether the outcome is known."""
        try:
            result = self.closer.close(payment, moment, deadline=deadline)
        except Busy:
            return payment, False
        return result.payment, result.answered and not should_close(result.payment, moment.now)

    def _stored(self, order_id: str, deadline: Deadline, by: str) -> OrderWithPayment:
        def write() -> OrderWithPayment:
            order = self.store.order(order_id)
            if order is None:
                raise OrderNotFound
            if order.subscription_id is not None:
                return self._with_schedule(order, order.subscription_id, by)
            return self._with_payment(order, deadline, by)

        return retried(write, meter=self.meter)

    def _with_schedule(self, order: Order, subscription_id: str, by: str) -> OrderWithPayment:
        schedule = self.store.subscription(subscription_id)
        if order.withdrawn_at is not None:
            return OrderWithPayment(order, None, schedule)
        moment = Moment(now=self.clock.now(), by=by)
        payments = {each: self.store.payment(each) for each in asked_of(schedule)} if schedule else {}
        after = schedule and schedule_withdrawn(schedule, payments, moment)
        changed: tuple[Subscription, ...] = (after,) if after and after is not schedule else ()
        gone = order_withdrawn(order, moment)
        held = [each for each in payments.values() if each is not None]
        decided = [told for each in held if (told := without_call(each, moment)) is not each]
        self.store.save(gone, *changed, *decided)
        return OrderWithPayment(gone, None, as_saved(after) if after else None)

    def _with_payment(self, order: Order, deadline: Deadline, by: str) -> OrderWithPayment:
        payment_id = order.settled_by or order.payment_id
        payment = self.store.payment(payment_id) if payment_id else None
        if order.withdrawn_at is not None:
            return OrderWithPayment(order, payment)
        moment = Moment(now=self.clock.now(), by=by)
        if payment is not None and may_be_paid(payment):
            payment = self._read(payment, moment, deadline)
        gone = order_withdrawn(order, moment)
        if payment is None:
            self.store.save(gone)
            return OrderWithPayment(gone, None)
        after = withdrawn(_without_waiting(payment, moment), moment)
        self.store.save(gone, with_fact(payment, after))
        return OrderWithPayment(gone, as_saved(after))

    def _read(self, payment: Payment, moment: Moment, deadline: Deadline) -> Payment:
        """The payment as PortOne has it now: what was paid unseen is no unpaid order."""
        _without_waiting(payment, moment)
        result = self.reader.catch_up(payment.payment_id, moment, deadline=deadline, held=payment)
        if not result.answered:
            raise ProviderUnavailable(retry_after=2)
        if result.lagging:
            raise OrderPaymentUnderWay(retry_after=10)
        return as_saved(result.payment)


def _without_waiting(payment: Payment, moment: Moment) -> Payment:
    """The unpaid payment without a charge that waits for an error of ours to end: it has taken nothing.

    Raises `OrderAlreadyPaid`, `OrderPaymentUnderWay`. What is refused changes nothing, so this is not saved
    before the order is.
    """
    free = given_way(payment, moment)
    check_unpaid(free, moment.now)
    return free
