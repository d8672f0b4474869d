"""Staff ends a subscription and pays back what is not used of it, in one write (rule 11.6)."""

from dataclasses import dataclass, replace

from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.refunds.reserve import RefundRequest, cancellable, known, reserve, with_refund
from portone_payments.domain.refunds.rules import (
    RefundCheck,
    RefundPolicy,
    check_count,
    check_refund,
    needs_second_person,
)
from portone_payments.domain.subscriptions.collection import next_due
from portone_payments.domain.subscriptions.lifecycle import cancel
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.rest import as_of, paid_for_it, rests, with_rest_returned
from portone_payments.flows.shared import optimistic
from portone_payments.flows.shared.ownership import Requester, find_refund
from portone_payments.flows.subscriptions.manage import Subscriptions
from portone_payments.ports.store import Store
from portone_payments.ports.world import Meter

# no client can choose it: its ids have no colon
REST = "rest:1"
REASON = "rest of a subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ender:
    """Ends subscriptions with refunds, which a worker sends."""

    subscriptions: Subscriptions
    store: Store
    meter: Meter
    billing: BillingPolicy
    policy: RefundPolicy

    def end(
        self, subscription_id: str, requester: Requester
    ) -> tuple[Subscription, tuple[tuple[Payment, Refund], ...]]:
        """The ended subscription, and what of which payment goes back; the same again changes nothing.

        Raises `SubscriptionNotFound`, `SubscriptionEnded`, `NotRefundable`, `RefundNotAllowed`,
        `RefundAccountRequired`, `TooManyRefunds`, `Busy`.
        """
        refund_id, found = requester.refund_id(REST), list[Payment]()

        def decide(held: Subscription) -> tuple[Subscription, *tuple[Payment, ...]]:
            moment = self.subscriptions.moment(requester.by)
            after = cancel(held, moment, at_period_end=False)
            payments, reserved = self._reserved(after, requester, refund_id, moment)
            found[:] = payments
            told = with_rest_returned(after, {each.payment_id for each in reserved})
            if after is held:
                # it had ended: written all the same, so that nobody ends it twice at once
                return (replace(told), *reserved) if reserved else (held,)
            due_at = next_due(told, moment.now, self.billing)
            return replace(told, due_at=due_at, tries=0), *reserved

        ended, _ = optimistic.change(
            lambda: self.subscriptions.of(subscription_id, None),
            decide,
            store=self.store,
            meter=self.meter,
        )
        return ended, tuple(self._refunds(found, refund_id))

    def _reserved(
        self, held: Subscription, requester: Requester, refund_id: str, moment: Moment
    ) -> tuple[list[Payment], list[Payment]]:
        """The payments of it, with their refunds; and those of them whose refund is new."""
        since = as_of(held, moment)
        payments = self.subscriptions.those(paid_for_it(held, since))
        shares = rests(held, since, payments)
        balances = {each.payment_id: cancellable(each, base=self.policy.base) for each in payments}
        # one that was refused is decided by staff, payment by payment
        fresh = [each.payment_id for each in payments if not known(each, refund_id)]
        most = {id_: min(shares.get(id_, 0), balances[id_]) for id_ in fresh}
        amounts = {id_: amount for id_, amount in most.items() if amount}
        told = [
            self._with_refund(each, amounts[each.payment_id], requester, refund_id, moment)
            if each.payment_id in amounts
            else each
            for each in payments
        ]
        return told, [each for each in told if each.payment_id in amounts]

    def _with_refund(
        self, held: Payment, amount: int, requester: Requester, refund_id: str, moment: Moment
    ) -> Payment:
        check_count(held, owner=False)
        requested = RefundRequest(
            id=refund_id,
            by=requester.by,
            requester="ADMIN",
            reason=REASON,
            door=requester.door,
            person=requester.person,
            body_hash="",
            amount=amount,
        )
        reserved = reserve(held, requested, moment, base=self.policy.base)
        asked = RefundCheck(amount=amount, owner=False, has_account=False, has_phone=False)
        check_refund(held, asked, self.policy, now=moment.now)
        refund = reserved.refunds[refund_id]
        if needs_second_person(held, amount, self.policy):
            reserved = with_refund(reserved, replace(refund, state=RefundState.AWAITING_APPROVAL))
        return replace(reserved, due_at=int(moment.now), poll_step=0)

    def _refunds(self, payments: list[Payment], refund_id: str) -> list[tuple[Payment, Refund]]:
        found = ((each, find_refund(each, refund_id, store=self.store)) for each in payments)
        return [(payment, refund) for payment, refund in found if refund is not None]
