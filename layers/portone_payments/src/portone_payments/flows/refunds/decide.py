"""What a waiting refund needs: the approval of a second person, a bank account (rules 6.4 and 10.12)."""

from dataclasses import replace

from portone_payments.domain.errors.payments import NothingToResolve, RefundNotFound
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.automatic import account_named, takes_account
from portone_payments.domain.refunds.reserve import cancellable, with_refund
from portone_payments.domain.refunds.rules import check_account, check_fills, check_second_person
from portone_payments.domain.refunds.settlement import decide
from portone_payments.flows.refunds.refunds import Refunded, Refunds
from portone_payments.flows.refunds.send import sealed_account
from portone_payments.flows.shared.ownership import Requester, asked_refunds
from portone_payments.ports.portone import RefundAccount
from portone_payments.ports.world import Deadline


class RefundDecisions(Refunds):
    """Stores each decision before anything is sent."""

    def supply_account(
        self, payment_id: str, shown: str, requester: Requester, account: RefundAccount, deadline: Deadline
    ) -> Refunded:
        """Give a refund that waits for a bank account one, and send it. Raises `RefundNotFound`.

        The owner may repeat it each time an account was refused, as often as they may request refunds.
        """
        held = self.held(payment_id, requester)
        found = asked_refunds(held, shown, requester, store=self.store)
        if not found:
            raise RefundNotFound
        waits = (each for each in found if takes_account(held, each))
        waiting = next(waits, found[0])

        def supplied(held: Payment, refund: Refund) -> Payment:
            if not takes_account(held, refund):
                raise NothingToResolve
            check_fills(held, owner=requester.owner)
            check_account(held, has_account=True, has_phone=account.phone is not None)
            sealed = sealed_account(account, payment_id, refund.id, self.vault)
            released = self._released(held, refund, account=sealed)
            return with_refund(account_named(held, refund), released)

        # it is sent as it was reserved: the account is sealed, and no line of the history records it
        self.change(payment_id, waiting.id, requester, supplied, fact=False)
        return self.send(self.held(payment_id, requester), waiting.id, requester.by, deadline)

    def approve(self, payment_id: str, refund_id: str, requester: Requester, deadline: Deadline) -> Refunded:
        """A second person approves a large refund. Raises `RefundNotFound`, `RefundNotAllowed`."""
        moment = Moment(now=self.clock.now(), by=requester.by)

        def approved(held: Payment, refund: Refund) -> Payment:
            if refund.state is not RefundState.AWAITING_APPROVAL:
                raise NothingToResolve
            check_second_person(refund, door=requester.door, person=requester.person)
            told = record(held, Fact.REFUND_APPROVED, moment, refund=refund.id)
            return with_refund(told, self._released(told, refund, account=refund.account))

        self.change(payment_id, refund_id, requester, approved)
        return self.send(self.held(payment_id, requester), refund_id, requester.by, deadline)

    def decline(self, payment_id: str, refund_id: str, requester: Requester) -> Refunded:
        """The second person rejects it. Raises `RefundNotFound`, `NothingToResolve`."""
        moment = Moment(now=self.clock.now(), by=requester.by)

        def declined(held: Payment, refund: Refund) -> Payment:
            if refund.state is not RefundState.AWAITING_APPROVAL:
                raise NothingToResolve
            return decide(held, refund, RefundState.FAILED, moment, "declined_by_staff")

        self.change(payment_id, refund_id, requester, declined)
        return self.read(payment_id, refund_id, requester)

    def _released(self, held: Payment, refund: Refund, *, account: str | None) -> Refund:
        """A waiting refund is frozen now: the balance may have changed meanwhile. The sender records it."""
        balance = cancellable(held, base=self.policy.base) + held.by_hand
        return replace(refund, state=RefundState.RESERVED, account=account, balance=balance)
