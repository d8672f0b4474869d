"""Refund a payment in full or in part: reserve, send, read (money rule 5)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portone_payments.domain.errors import Busy
from portone_payments.domain.facts import Fact, Moment, record
from portone_payments.domain.instruction_records import Refund, RefundState
from portone_payments.domain.payment_errors import (
    NothingToResolve,
    PaymentNotFound,
    RefundNotAllowed,
    RefundNotFound,
)
from portone_payments.domain.records import Payment
from portone_payments.domain.refund_rules import Asked, RefundPolicy, check_account, check_refund
from portone_payments.domain.refund_settle import decide
from portone_payments.domain.refunds import (
    RefundWish,
    cancellable,
    known_refund,
    refund_of,
    reserve,
    with_refund,
)
from portone_payments.flows.asking import Asker
from portone_payments.flows.nudge import nudge
from portone_payments.flows.refund_send import RefundSender, sealed_account
from portone_payments.ports import Clock, Deadline, Metric
from portone_payments.ports_portone import RefundAccount
from portone_payments.ports_store import Conflict, Queue

ATTEMPTS = 6
type Change = Callable[[Payment, Refund], Payment]


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund and its payment, as stored."""

    payment: Payment
    refund: Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Canceller:
    """Everything that starts a refund."""

    sender: RefundSender
    queue: Queue
    clock: Clock
    policy: RefundPolicy

    def cancel(
        self,
        payment_id: str,
        asker: Asker,
        wish: RefundWish,
        account: RefundAccount | None,
        deadline: Deadline,
    ) -> Refunded:
        """The refund of this id, new or known. Raises `PaymentNotFound` and the errors of its checks."""
        payment, fresh = self._reserved(payment_id, asker, wish, account)
        if fresh and payment.refunds[wish.id].state is RefundState.RESERVED:
            return self._send(payment, wish.id, asker.by, deadline)
        return Refunded(payment, _refund(payment, wish.id))

    def supply_account(
        self, payment_id: str, refund_id: str, asker: Asker, account: RefundAccount, deadline: Deadline
    ) -> Refunded:
        """Give a refund that waits for a bank account one, and send it. Raises `RefundNotFound`."""
        moment = Moment(now=self.clock.now(), by=asker.by)

        def supplied(held: Payment, refund: Refund) -> Payment:
            if refund.state is not RefundState.AWAITING_ACCOUNT:
                raise NothingToResolve
            check_account(held, has_account=True, has_phone=account.phone is not None)
            sealed = sealed_account(account, payment_id, refund_id, self.sender.vault)
            return with_refund(held, self._released(held, refund, moment, account=sealed))

        self._change(payment_id, refund_id, asker, supplied)
        return self._send(self._held(payment_id, asker), refund_id, asker.by, deadline)

    def approve(self, payment_id: str, refund_id: str, asker: Asker, deadline: Deadline) -> Refunded:
        """A second person agrees to a large refund. Raises `RefundNotFound`, `RefundNotAllowed`."""
        moment = Moment(now=self.clock.now(), by=asker.by)

        def approved(held: Payment, refund: Refund) -> Payment:
            if refund.state is not RefundState.AWAITING_APPROVAL:
                raise NothingToResolve
            if refund.by == asker.by:
                raise RefundNotAllowed(reason="needs_a_second_person")
            told = record(held, Fact.REFUND_APPROVED, moment, refund=refund.id)
            return with_refund(told, self._released(told, refund, moment, account=refund.account))

        self._change(payment_id, refund_id, asker, approved)
        return self._send(self._held(payment_id, asker), refund_id, asker.by, deadline)

    def decline(self, payment_id: str, refund_id: str, asker: Asker) -> Refunded:
        """The second person says no. Raises `RefundNotFound`, `NothingToResolve`."""
        moment = Moment(now=self.clock.now(), by=asker.by)

        def declined(held: Payment, refund: Refund) -> Payment:
            if refund.state is not RefundState.AWAITING_APPROVAL:
                raise NothingToResolve
            return decide(held, refund, RefundState.FAILED, moment, "declined_by_staff")

        self._change(payment_id, refund_id, asker, declined)
        return self.read(payment_id, refund_id, asker)

    def read(self, payment_id: str, refund_id: str, asker: Asker) -> Refunded:
        """A refund as it stands. Raises `PaymentNotFound`, `RefundNotFound`."""
        payment = self._held(payment_id, asker)
        return Refunded(payment, _refund(payment, refund_id))

    def _held(self, payment_id: str, asker: Asker) -> Payment:
        held = self.sender.reader.store.payment(payment_id)
        if held is None or (asker.owner and held.user_id != asker.name):
            raise PaymentNotFound
        return held

    def _reserved(
        self, payment_id: str, asker: Asker, wish: RefundWish, account: RefundAccount | None
    ) -> tuple[Payment, bool]:
        for _ in range(ATTEMPTS):
            held = self._held(payment_id, asker)
            if known_refund(held, wish) is not None:
                return held, False
            reserved = self._reserve(held, asker, wish, account)
            try:
                self.sender.reader.store.save(reserved)
            except Conflict:
                self.sender.reader.meter.count(Metric.CONFLICT)
                continue
            return reserved, True
        raise Busy

    def _reserve(
        self, held: Payment, asker: Asker, wish: RefundWish, account: RefundAccount | None
    ) -> Payment:
        now = self.clock.now()
        asked = Asked(
            amount=wish.amount,
            owner=asker.owner,
            has_account=account is not None,
            has_phone=account is not None and account.phone is not None,
        )
        reserved = reserve(held, wish, Moment(now=now, by=asker.by), base=self.policy.base)
        check_refund(held, asked, self.policy, now=now)
        refund = reserved.refunds[wish.id]
        if account is not None:
            sealed = sealed_account(account, held.payment_id, wish.id, self.sender.vault)
            refund = replace(refund, account=sealed)
        if not asker.owner and self.policy.staff_limit and refund.amount > self.policy.staff_limit:
            refund = replace(refund, state=RefundState.AWAITING_APPROVAL, sent_at=None)
        return _due_soon(with_refund(reserved, refund), now)

    def _change(self, payment_id: str, refund_id: str, asker: Asker, change: Change) -> None:
        for _ in range(ATTEMPTS):
            held = self._held(payment_id, asker)
            changed = change(held, _refund(held, refund_id))
            try:
                self.sender.reader.store.save(_due_soon(changed, self.clock.now()))
            except Conflict:
                continue
            return
        raise Busy

    def _released(self, held: Payment, refund: Refund, moment: Moment, *, account: str | None) -> Refund:
        """What waited is frozen now: the balance may have changed while it did."""
        balance = cancellable(held, base=self.policy.base)
        return replace(
            refund, state=RefundState.RESERVED, sent_at=moment.now, account=account, balance=balance
        )

    def _send(self, payment: Payment, refund_id: str, by: str, deadline: Deadline) -> Refunded:
        moment = Moment(now=self.clock.now(), by=by)
        try:
            payment = self.sender.send(payment, moment, deadline=deadline).payment
        except Busy:
            nudge(payment, queue=self.queue)
            return Refunded(payment, payment.refunds[refund_id])
        refund = payment.refunds[refund_id]
        if refund.state is RefundState.RESERVED:
            nudge(payment, queue=self.queue)
        return Refunded(payment, refund)


def _refund(payment: Payment, refund_id: str) -> Refund:
    refund = refund_of(payment, refund_id)
    if refund is None:
        raise RefundNotFound
    return refund


def _due_soon(payment: Payment, now: float) -> Payment:
    """Due after the inline deadline: whoever dies while sending is followed by the worker."""
    soon = int(now) + 30
    due_at = soon if payment.due_at is None else min(payment.due_at, soon)
    return replace(payment, due_at=due_at, rung=0)
