"""Refund a payment in full or in part: reserve, send, read (rule 5)."""

from dataclasses import dataclass, field, replace

from portone_payments.domain.errors.common import Busy
from portone_payments.domain.payments.schedule import known_behind
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.reserve import (
    RefundRequest,
    in_progress,
    reserve,
    same_request,
    with_refund,
)
from portone_payments.domain.refunds.rules import (
    RefundCheck,
    check_count,
    check_refund,
    needs_second_person,
)
from portone_payments.domain.shared.allowances import REFUND_READINGS, used_up, with_one
from portone_payments.flows.refunds.refunds import Refunded, Refunds, due_soon
from portone_payments.flows.refunds.send import said_context, sealed_account
from portone_payments.flows.shared.optimistic import retried, with_fact
from portone_payments.flows.shared.ownership import Requester, find_refund
from portone_payments.ports.portone import RefundAccount
from portone_payments.ports.world import Deadline

# seconds that a reading before leaves for the refund itself and the reading after it
SENDING = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a requester wrote: never stored in clear."""

    reason: str = field(repr=False)
    account: RefundAccount | None = field(default=None, repr=False)


class Canceller(Refunds):
    """Starts refunds."""

    def cancel(
        self,
        payment_id: str,
        requester: Requester,
        requested: RefundRequest,
        said: Said,
        deadline: Deadline,
    ) -> Refunded:
        """The refund of this id, new or known. Raises `PaymentNotFound` and the errors of its checks."""
        reserved, fresh = self._reserved(payment_id, requester, requested, said, deadline)
        if fresh and reserved.refund.state is RefundState.RESERVED:
            return self.send(reserved.payment, requested.id, requester.by, deadline, fresh=True)
        return reserved

    def _reserved(
        self, payment_id: str, requester: Requester, requested: RefundRequest, said: Said, deadline: Deadline
    ) -> tuple[Refunded, bool]:
        def write() -> tuple[Refunded, bool]:
            held = self.held(payment_id, requester)
            known = find_refund(held, requested.id, store=self.store)
            if known is not None:
                return Refunded(held, same_request(known, requested)), False
            current = self._current(held, requester, deadline)
            reserved = with_fact(current, self._reserve(current, requester, requested, said))
            refund = reserved.refunds[requested.id]
            self.store.save(reserved, *self.ended_by(reserved, refund, requester.by))
            return Refunded(as_saved(reserved), reserved.refunds[requested.id]), True

        return retried(write, meter=self.meter)

    def _current(self, held: Payment, requester: Requester, deadline: Deadline) -> Payment:
        """The payment, read first where its last reading was lagging: PortOne would refuse an old balance."""
        if in_progress(held) or not known_behind(held):
            return held
        moment = Moment(now=self.clock.now(), by=requester.by)
        if requester.owner and used_up(held.spent, REFUND_READINGS, now=moment.now):
            return held
        told = _read if requester.owner else None
        try:
            read = self.reader.catch_up(
                held.payment_id, moment, deadline=deadline.leaving(SENDING), held=held, told=told
            )
        except Busy:
            return held
        return as_saved(read.payment)

    def _reserve(self, held: Payment, requester: Requester, requested: RefundRequest, said: Said) -> Payment:
        now, account = self.clock.now(), said.account
        check_count(held, owner=requester.owner)
        asked = RefundCheck(
            amount=requested.amount,
            owner=requester.owner,
            has_account=account is not None,
            has_phone=account is not None and account.phone is not None,
        )
        reserved = reserve(held, requested, Moment(now=now, by=requester.by), base=self.policy.base)
        check_refund(held, asked, self.policy, now=now)
        refund = self._sealed(held, reserved.refunds[requested.id], said)
        if not requester.owner and needs_second_person(held, refund.amount, self.policy):
            refund = replace(refund, state=RefundState.AWAITING_APPROVAL)
        return due_soon(with_refund(reserved, refund), now)

    def _sealed(self, held: Payment, refund: Refund, said: Said) -> Refund:
        """The refund with what its requester wrote, sealed for the roles that send or decide it."""
        vault, place = self.vault, (held.payment_id, refund.id)
        account = sealed_account(said.account, *place, vault) if said.account else None
        return replace(refund, said=vault.encrypt(said.reason, context=said_context(*place)), account=account)


def _read(payment: Payment, moment: Moment) -> Payment:
    """The payment with one more reading that its owner's refund requested."""
    return replace(payment, spent=with_one(payment.spent, REFUND_READINGS, now=moment.now))
