"""What a reading of a charge means for the subscription it pays; saved together with it (rule 8.4)."""

from dataclasses import dataclass, replace

from portone_payments.domain.approvals.attempts import open_approval, waited_for, withdrawn
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.instructions import Approval, ApprovalState
from portone_payments.domain.records.payments import Payment, Status, by_window, holds_money
from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, InvoiceState, Subscription
from portone_payments.domain.subscriptions.announcing import announced
from portone_payments.domain.subscriptions.chargebacks import stopped, taken_by_others
from portone_payments.domain.subscriptions.credits import may_lose_credit, without_lost_credit
from portone_payments.domain.subscriptions.dunning import end_of_grace, is_hard
from portone_payments.domain.subscriptions.invoices import with_invoice
from portone_payments.domain.subscriptions.life import OVER
from portone_payments.domain.subscriptions.owed import PAYABLE
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.settlement import (
    attempt_ended,
    attempt_failed,
    paid,
    paid_back,
    put_back,
)

_PAID = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})


@dataclass(frozen=True, slots=True)
class Settled:
    """The subscription to save; `surplus`: the charge paid nothing that was owed and must be refunded.

    `late`: it was owed, but its customer had cancelled meanwhile. `holds_up`: the part of an order that ended
    with it, and that later parts wait for.
    """

    subscription: Subscription
    surplus: bool = False
    late: bool = False
    holds_up: str | None = None


def concerns(before: Payment, after: Payment, now: float) -> bool:
    """Whether a reading may change the subscription.

    Until money was taken every reading may: an answer may have ended the attempt in an earlier write. A
    reading in doubt settles nothing, blocks other attempts, and blocks no cancellation (rule 10.3).
    """
    if after.subscription_id is None:
        return False
    if taken_by_others(before, after):
        return True
    if after.quarantined:
        fresh = after.quarantined_paid and not before.quarantined_paid
        return fresh or waited_for(after, now)
    if holds_money(after.status):
        # an invoice whose money went back may be paid after all: its refund was reversed
        reversed_ = before.status is Status.CANCELLED and after.status in _PAID
        moved = reversed_ or not holds_money(before.status) or may_lose_credit(before, after)
        return moved or _all_went_back(before, after)
    return not by_window(after) and (open_approval(after) is None or waited_for(after, now))


def settle(
    subscription: Subscription,
    before: Payment,
    after: Payment,
    moment: Moment,
    policy: BillingPolicy,
    *,
    other_method: bool = False,
) -> Settled:
    """The subscription after a charge succeeded, failed, went back, or is still unknown.

    `other_method`: where its assigned method does not work any more, another of its user's pays.
    """
    subscription = without_lost_credit(subscription, before, after, moment)
    settled = _settled(subscription, before, after, moment, policy, other_method=other_method)
    if taken_by_others(before, after):
        return replace(settled, subscription=stopped(settled.subscription, after.payment_id, moment))
    if settled.subscription is subscription:
        return settled
    return replace(settled, subscription=announced(settled.subscription, moment, policy))


def _settled(
    subscription: Subscription,
    before: Payment,
    after: Payment,
    moment: Moment,
    policy: BillingPolicy,
    *,
    other_method: bool,
) -> Settled:
    """As a reading of the charge alone says it."""
    invoice = subscription.invoices.get(after.invoice_id or "")
    if not after.quarantined and after.status in _PAID and before.status not in _PAID:
        return _taken(subscription, invoice, after, moment, policy)
    if invoice is not None and _went_back(before, after) and invoice.state in PAYABLE:
        part = invoice.id if invoice.kind is InvoiceKind.PART else None
        return Settled(paid_back(subscription, invoice, moment, by=after.payment_id), holds_up=part)
    if (
        invoice is not None
        and _all_went_back(before, after)
        and _is_open_orders(subscription, invoice, after)
    ):
        # without its money the part is not paid, and later ones are not charged (rule 11.7)
        ended = paid_back(subscription, invoice, moment, by=after.payment_id)
        return Settled(ended, holds_up=invoice.id)
    if invoice is None or invoice.payment_id != after.payment_id:
        return Settled(_window_doubted(subscription, invoice, after))
    if after.quarantined or waited_for(after, moment.now):
        return Settled(_waiting(subscription, invoice, after, moment))
    if subscription.in_flight != invoice.id or open_approval(after) is not None:
        return Settled(subscription)
    if invoice.state not in PAYABLE:
        return Settled(attempt_ended(subscription, invoice, moment))
    if after.approvals and withdrawn(after.approvals[-1]):
        until = after.approvals[-1].stopped_until
        return Settled(put_back(subscription, invoice, moment, policy, until=until))
    code, hard = _why(after, policy)
    unusable = hard and _by_assigned(subscription, after) and policy.method_fallback
    gives_way = unusable and other_method
    if unusable:
        subscription = replace(subscription, unusable=subscription.billing_key_id)
    failed = attempt_failed(subscription, invoice, code, moment, policy, hard=hard, gives_way=gives_way)
    return Settled(failed)


def waits_for_method(subscription: Subscription, invoice: Invoice, policy: BillingPolicy) -> Subscription:
    """The subscription whose declined invoice no other method pays: nothing is tried until there is one."""
    since = invoice.due_at if invoice.failed_at is None else invoice.failed_at
    return with_invoice(subscription, replace(invoice, due_at=end_of_grace(policy.dunning, since)))


def _went_back(before: Payment, after: Payment) -> bool:
    """Whether money was taken and given back before any reading showed it here."""
    back = after.status is Status.CANCELLED and not after.quarantined
    return back and not holds_money(before.status)


def _window_doubted(subscription: Subscription, invoice: Invoice | None, payment: Payment) -> Subscription:
    """The subscription of which an invoice may have been paid in its window."""
    if invoice is None or not payment.quarantined or invoice.window_id != payment.payment_id:
        return subscription
    if invoice.in_doubt or invoice.window_until is None:
        return subscription
    return with_invoice(subscription, replace(invoice, in_doubt=True))


def _all_went_back(before: Payment, after: Payment) -> bool:
    """Whether all of the money that was held for a part of an order is gone."""
    of_parts = after.order_id != after.subscription_id
    return of_parts and before.status in _PAID and after.status is Status.CANCELLED


def _is_open_orders(subscription: Subscription, invoice: Invoice, payment: Payment) -> bool:
    """Whether it is a part this payment paid, of an order that is not over."""
    paid_by = invoice.kind is InvoiceKind.PART and invoice.paid_by == payment.payment_id
    return paid_by and invoice.state is InvoiceState.PAID and subscription.status not in OVER


def _waiting(subscription: Subscription, invoice: Invoice, payment: Payment, moment: Moment) -> Subscription:
    """No attempt starts while money may have been taken; a requested cancellation waits a day at most."""
    if subscription.in_flight == invoice.id:
        leaving = _to_end(subscription, moment.now) and waited_for(payment, moment.now)
        return attempt_ended(subscription, invoice, moment) if leaving else subscription
    held = payment.quarantined_paid and subscription.in_flight is None and invoice.state in PAYABLE
    return replace(subscription, in_flight=invoice.id) if held else subscription


def _to_end(subscription: Subscription, now: float) -> bool:
    """Whether only the charge under way keeps it from having ended."""
    ends_at = subscription.ends_at
    return subscription.end_asked_at is not None or (ends_at is not None and ends_at <= now)


def _taken(
    subscription: Subscription,
    invoice: Invoice | None,
    payment: Payment,
    moment: Moment,
    policy: BillingPolicy,
) -> Settled:
    left_before = invoice is not None and _left_before(subscription, invoice, payment)
    reversed_ = invoice is not None and _ended_by(invoice, payment)
    if invoice is None or not (invoice.state in PAYABLE or left_before or reversed_):
        again = invoice is not None and invoice.paid_by == payment.payment_id
        flew = invoice is not None and invoice.payment_id == payment.payment_id
        told = attempt_ended(subscription, invoice, moment) if invoice is not None and flew else subscription
        return Settled(told, surplus=not again)
    leaving = subscription.end_asked_at is not None or subscription.ended_at is not None
    late = leaving and policy.refund_late and not _paid_afterwards(invoice, payment)
    if subscription.unusable is not None and _by_assigned(subscription, payment):
        subscription = replace(subscription, unusable=None)
    return Settled(paid(subscription, invoice, moment, by=payment.payment_id), late=late)


def _ended_by(invoice: Invoice, payment: Payment) -> bool:
    """Whether it ended when the money of this very payment went back, which has come again."""
    return invoice.state is InvoiceState.ENDED and invoice.paid_by == payment.payment_id


def _paid_afterwards(invoice: Invoice, payment: Payment) -> bool:
    """Whether its customer paid in a window what stayed owed when they left."""
    return by_window(payment) and invoice.state is InvoiceState.UNPAID


def _left_before(subscription: Subscription, invoice: Invoice, payment: Payment) -> bool:
    """Whether its customer cancelled while the outcome of this very charge was unknown."""
    own = invoice.payment_id == payment.payment_id or by_window(payment)
    by_leaving = invoice.settled_at is not None and invoice.settled_at == subscription.ended_at
    return own and by_leaving and invoice.state is InvoiceState.VOID


def declined_as_assigned(subscription: Subscription, payment: Payment) -> bool:
    """Whether the last attempt at a charge failed with the method assigned to its subscription."""
    last = payment.approvals[-1] if payment.approvals else None
    return last is not None and last.state is ApprovalState.FAILED and _by_assigned(subscription, payment)


def _by_assigned(subscription: Subscription, payment: Payment) -> bool:
    """Whether the last attempt was made with the method assigned to the subscription."""
    last = payment.approvals[-1].billing_key_id if payment.approvals else None
    return last is not None and last == subscription.billing_key_id


def _why(payment: Payment, policy: BillingPolicy) -> tuple[str, bool]:
    """The code of the failed attempt, and whether no other attempt with this method can succeed."""
    last: Approval | None = payment.approvals[-1] if payment.approvals else None
    if last is None or last.state is not ApprovalState.FAILED:
        return "mismatch", True
    code = last.code or "pg_provider"
    return code, is_hard(policy.dunning, last.pg_provider, last.pg_code, code=code)
