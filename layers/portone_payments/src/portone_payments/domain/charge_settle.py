"""What a reading of a charge means for the subscription it pays; saved together with it (money rule 8)."""

from dataclasses import dataclass

from portone_payments.domain.approval import open_approval
from portone_payments.domain.billing_policy import BillingPolicy
from portone_payments.domain.dunning import is_hard
from portone_payments.domain.facts import Moment
from portone_payments.domain.instruction_records import Approval, ApprovalState
from portone_payments.domain.moves import holds_money
from portone_payments.domain.records import Payment, Status
from portone_payments.domain.settling import failed, landed, paid
from portone_payments.domain.subscription_records import Invoice, InvoiceState, Subscription

_PAID = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
_MAY_BE_PAID = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD, InvoiceState.UNPAID})


@dataclass(frozen=True, slots=True)
class Settled:
    """The subscription to save; `surplus`: what was taken asks for nothing that is owed and has to go back.

    `late`: it was owed, but its customer had cancelled meanwhile.
    """

    subscription: Subscription
    surplus: bool = False
    late: bool = False


def concerns(before: Payment, after: Payment) -> bool:
    """Whether the subscription may have something to learn from a reading.

    While nothing was taken that is asked each time: an answer may have ended the try in an earlier write.
    """
    if after.subscription_id is None:
        return False
    if holds_money(after.status):
        return not holds_money(before.status)
    return open_approval(after) is None


def settle(
    subscription: Subscription, before: Payment, after: Payment, moment: Moment, policy: BillingPolicy
) -> Settled:
    """The subscription after a charge was taken or definitely not."""
    invoice = subscription.invoices.get(after.invoice_id or "")
    if after.status in _PAID and before.status not in _PAID:
        return _taken(subscription, invoice, after, moment, policy)
    if invoice is None or invoice.payment_id != after.payment_id:
        return Settled(subscription)
    if subscription.in_flight != invoice.id or open_approval(after) is not None:
        return Settled(subscription)
    if invoice.state not in _MAY_BE_PAID:
        return Settled(landed(subscription, invoice, moment))
    code, hard = _why(after, policy)
    return Settled(failed(subscription, invoice, code, moment, policy, hard=hard))


def _taken(
    subscription: Subscription,
    invoice: Invoice | None,
    payment: Payment,
    moment: Moment,
    policy: BillingPolicy,
) -> Settled:
    if invoice is None or invoice.state not in _MAY_BE_PAID:
        again = invoice is not None and invoice.paid_by == payment.payment_id
        flew = invoice is not None and invoice.payment_id == payment.payment_id
        told = landed(subscription, invoice, moment) if invoice is not None and flew else subscription
        return Settled(told, surplus=not again)
    leaving = subscription.cancel_asked_at is not None or subscription.cancelled_at is not None
    late = leaving and policy.refund_late
    return Settled(paid(subscription, invoice, moment, by=payment.payment_id), late=late)


def _why(payment: Payment, policy: BillingPolicy) -> tuple[str, bool]:
    """The code of the try that failed, and whether no other try with this method can succeed."""
    last: Approval | None = payment.approvals[-1] if payment.approvals else None
    if last is None or last.state is not ApprovalState.FAILED:
        return "mismatch", True
    code = last.code or "pg_provider"
    return code, is_hard(policy.dunning, last.pg_provider, last.pg_code, code=code)
