"""The worker: re-reads strongly, and calls PortOne only when the item is still due (rule 4.3)."""

from dataclasses import dataclass

from portone_payments.domain.approvals.attempt import given_way
from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.errors.common import Busy, StorageUnavailable
from portone_payments.domain.errors.payments import PaymentNotFound
from portone_payments.domain.payments.virtual_accounts import should_close
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.settlement import in_flight
from portone_payments.domain.windows.buyer import order_without_buyer
from portone_payments.flows.approvals.send import ApprovalSender
from portone_payments.flows.billing_keys.work import WalletKeeper
from portone_payments.flows.charges.send import ChargeSender
from portone_payments.flows.payments.catch_up import Reader
from portone_payments.flows.payments.close_account import AccountCloser
from portone_payments.flows.receipts.issue import CashReceipts
from portone_payments.flows.refunds.send import RefundSender
from portone_payments.flows.shared.skipping import Note, Skips, unnoted
from portone_payments.flows.subscriptions.pricing import PriceTeller
from portone_payments.flows.webhooks.unmatched import UnmatchedWebhooks
from portone_payments.ports.store import Conflict, Due, Kind, Store
from portone_payments.ports.world import Clock, Deadline, Ids, Meter, Metric

PER_ITEM = 14.0
JITTER = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Finishes leased items, one at a time."""

    reader: Reader
    sender: RefundSender
    approvals: ApprovalSender
    charges: ChargeSender
    wallets: WalletKeeper
    receipts: CashReceipts
    closer: AccountCloser
    unmatched: UnmatchedWebhooks
    prices: PriceTeller
    store: Store
    clock: Clock
    meter: Meter
    ids: Ids
    note: Note = unnoted

    def work(self, due: Due) -> None:
        """Settle one item. A lost race leaves it to the winner, who saved the due mark too.

        Raises `StorageUnavailable` for one that cannot be read or saved, which is counted.
        """
        deadline = Deadline.after(self.clock, PER_ITEM)
        if due.stops:
            self.reader.gate.look()
        try:
            if due.kind is Kind.STRAY:
                self._unmatched(due, deadline)
            elif due.kind is Kind.WALLET:
                self._wallet(due, deadline)
            elif due.kind is Kind.ORDER:
                self._order(due)
            elif due.kind is Kind.PLAN:
                self._plan(due, deadline)
            elif due.kind is Kind.PAYMENT:
                self._payment(due, deadline)
        except (Busy, Conflict):
            self.meter.count(Metric.CONFLICT)
        except StorageUnavailable as error:
            Skips(self.meter, self.note).skip(due.kind, due.id, error)
            raise

    def _payment(self, due: Due, deadline: Deadline) -> None:
        held = self.store.payment(due.id)
        if held is None or not due.still(held.due_at, self.clock.now()):
            return
        moment = Moment(now=self.clock.now(), by="sweep", jitter=self.ids.jitter(JITTER))
        try:
            payment = self._brought_on(held, moment, deadline)
            self.receipts.work(payment, moment, deadline=deadline)
        except PaymentNotFound:
            return

    def _brought_on(self, held: Payment, moment: Moment, deadline: Deadline) -> Payment:
        """The payment after what it waited for most."""
        approval = open_approval(held)
        if in_flight(held) is not None:
            return self.sender.send(held, moment, deadline=deadline).payment
        if self._comes_too_late(held, moment):
            caught = self.reader.catch_up(
                held.payment_id, moment, deadline=deadline, told=given_way, held=held
            )
            return caught.payment
        if approval is not None and approval.billing_key_id is not None:
            return self.charges.send(held, moment, deadline=deadline).payment
        if approval is not None:
            return self.approvals.send(held, moment, deadline=deadline).payment
        if should_close(held, moment.now):
            return self.closer.close(held, moment, deadline=deadline).payment
        return self.reader.catch_up(held.payment_id, moment, deadline=deadline, held=held).payment

    def _comes_too_late(self, held: Payment, moment: Moment) -> bool:
        """Whether an attempt waits for an error of ours to end whose order may no longer be paid."""
        if given_way(held, moment) is held:
            return False
        order = self.store.order(held.order_id)
        return order is not None and order.expires_at is not None and moment.now >= order.expires_at

    def _wallet(self, due: Due, deadline: Deadline) -> None:
        held = self.store.wallet(due.id)
        if held is not None and due.still(held.due_at, self.clock.now()):
            self.wallets.work(due.id, deadline=deadline)

    def _order(self, due: Due) -> None:
        """Drop the buyer of an order that ended before it was paid."""
        held = self.store.order(due.id)
        if held is not None and due.still(held.due_at, self.clock.now()):
            self.store.save(order_without_buyer(held))

    def _plan(self, due: Due, deadline: Deadline) -> None:
        """Tell subscribers of a new price."""
        held = self.store.plan(due.id)
        if held is not None and due.still(held.due_at, self.clock.now()):
            self.prices.work(held, deadline=deadline)

    def _unmatched(self, due: Due, deadline: Deadline) -> None:
        held = self.store.unmatched(due.id)
        if held is not None and due.still(held.due_at, self.clock.now()):
            self.unmatched.settle(due.id, deadline=deadline)
