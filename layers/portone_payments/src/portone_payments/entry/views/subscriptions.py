"""Subscriptions and orders paid in parts over HTTP: whose, how they look, how a first charge ended."""

from collections.abc import Sequence
from typing import Any

from portone_payments.domain.errors.billing import ChargeDeclined, SubscriptionNotFound
from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.instructions import Refund
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.refund_traces import SETTLED
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.subscriptions.agreement import ever_paid
from portone_payments.domain.subscriptions.ahead import ahead
from portone_payments.domain.subscriptions.ending import window_decides
from portone_payments.domain.subscriptions.invoices import untold
from portone_payments.domain.subscriptions.owed import PAYABLE, blocked_by
from portone_payments.domain.subscriptions.plan_change import Preview
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.entry.request import INVOICE_ID, PAYMENT_ID, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.charges import advice
from portone_payments.entry.views.payments import refund_summary, time_view


def subscription_id(request: Request) -> str:
    """The path's subscriptionId. Raises `SubscriptionNotFound` for one that cannot be ours."""
    found = request.path("subscriptionId")
    if not PAYMENT_ID.fullmatch(found):
        raise SubscriptionNotFound
    return found


def invoice_id(request: Request) -> str:
    """The path's invoiceId. Raises `SubscriptionNotFound` for one that cannot be ours."""
    found = request.path("invoiceId")
    if not INVOICE_ID.fullmatch(found):
        raise SubscriptionNotFound
    return found


def asked_by(request: Request) -> str | None:
    """The owner, or None for the shop and its staff, who may do this for anybody."""
    return request.user_id if request.caller.owner else None


def required_key(request: Request) -> str:
    """The client's Idempotency-Key, without which a repeated request would be a second subscription."""
    key = request.idempotency_key
    if key is None:
        raise InvalidRequest(field="Idempotency-Key", reason="missing")
    return key


def started_answer(
    request: Request, subscription: Subscription, now: float, policy: BillingPolicy
) -> dict[str, Any]:
    """200, or 202 while its first charge has no outcome. Raises `ChargeDeclined` when it never began."""
    if subscription.status is SubscriptionStatus.ENDED and not ever_paid(subscription):
        refuse_declined(max(subscription.invoices.values(), key=lambda each: int(each.id), default=None))
    return subscription_answer(request, subscription, now, policy)


def refuse_declined(invoice: Invoice | None) -> None:
    """Nothing for an invoice that was not dropped after a decline. Raises `ChargeDeclined`."""
    if invoice is not None and invoice.state is InvoiceState.VOID and invoice.code is not None:
        raise ChargeDeclined(reason=advice(hard=invoice.hard))


def paid_answer(
    request: Request, subscription: Subscription, invoice_id: str, now: float, policy: BillingPolicy
) -> dict[str, Any]:
    """200 once its customer's word about an invoice has an outcome, 202 before."""
    invoice = subscription.invoices.get(invoice_id)
    waits = invoice is not None and (invoice.asked or untold(invoice))
    view = subscription_view(subscription, now, policy)
    return _open_answer(request, view) if waits or subscription.in_flight == invoice_id else answer(200, view)


def subscription_answer(
    request: Request, subscription: Subscription, now: float, policy: BillingPolicy
) -> dict[str, Any]:
    """200 with the subscription, 202 while a requested charge has no outcome."""
    view = subscription_view(subscription, now, policy)
    due = subscription.due_at is not None and subscription.due_at <= now
    open_yet = due or window_decides(subscription) or any(map(untold, subscription.invoices.values()))
    if subscription.in_flight is None and not open_yet:
        return answer(200, view)
    return _open_answer(request, view)


def ended_answer(
    request: Request,
    subscription: Subscription,
    refunds: Sequence[tuple[Payment, Refund]],
    now: float,
    policy: BillingPolicy,
) -> dict[str, Any]:
    """The ended subscription with what goes back of which payment: 202 while one has no outcome."""
    view = subscription_view(subscription, now, policy)
    view["refunds"] = [{"paymentId": held.payment_id, **refund_summary(each)} for held, each in refunds]
    waits = subscription.in_flight is not None or any(each.state not in SETTLED for _, each in refunds)
    return _open_answer(request, view) if waits else answer(200, view)


def _open_answer(request: Request, view: dict[str, Any]) -> dict[str, Any]:
    status_url = request.status_url(f"/subscriptions/{view['subscriptionId']}")
    return answer(202, {**view, "statusUrl": status_url}, retry_after="5")


def subscription_view(subscription: Subscription, now: float, policy: BillingPolicy) -> dict[str, Any]:
    """A subscription, or the parts of an order, with the invoices it holds: newest first."""
    change, coming = subscription.change, ahead(subscription, now, policy)
    ends = subscription.ends_at or subscription.ended_at
    return {
        "subscriptionId": subscription.subscription_id,
        "status": subscription.status.value,
        "planId": subscription.plan_id or None,
        "orderId": subscription.order_id,
        "name": subscription.name,
        "amount": subscription.amount,
        "taxFreeAmount": subscription.tax_free,
        "currency": subscription.currency,
        "interval": _interval_view(subscription),
        "anchorDay": subscription.anchor_day,
        "createdAt": time_view(subscription.created_at),
        "trialEndsAt": time_view(subscription.trial_ends),
        "startsAt": time_view(subscription.starts_at),
        "paidUntil": time_view(subscription.paid_until),
        "nextChargeAt": time_view(coming.at),
        "nextChargeAmount": coming.amount,
        "waitsFor": coming.waits_for and coming.waits_for.value,
        "resumesAt": time_view(subscription.resumes_at),
        "endsAt": time_view(ends),
        "endedBecause": _ended_because(subscription),
        "cancelling": subscription.end_asked_at is not None,
        "billingKeyId": subscription.billing_key_id,
        "balance": subscription.balance,
        "paysWith": subscription.pays_with,
        "consentedAt": time_view(max((each.given_at for each in subscription.consents), default=None)),
        "nextPlan": change and {"planId": change.plan_id, "name": change.name, "amount": change.amount},
        "invoices": [invoice_view(each, subscription) for each in _newest_first(subscription)],
    }


def preview_view(preview: Preview) -> dict[str, Any]:
    """What a plan change costs now, and what follows; the very figures that are charged."""
    invoice = preview.invoice
    return {
        "charge": invoice.worth if invoice else 0,
        "credit": invoice.credited if invoice else 0,
        "discount": invoice.discount if invoice else 0,
        "balance": invoice.balance if invoice else 0,
        "due": preview.due,
        "credited": max(0, -invoice.balance) if invoice else 0,
        "nextAmount": preview.next_amount,
        "nextAt": time_view(preview.next_at),
    }


def _newest_first(subscription: Subscription) -> list[Invoice]:
    return sorted(subscription.invoices.values(), key=lambda each: int(each.id), reverse=True)


def _ended_because(subscription: Subscription) -> str | None:
    """Why it has ended; the word of one that ends once its charge has an outcome is not shown yet."""
    because = subscription.ended_because
    return None if because is None or subscription.ended_at is None else because.value


def _interval_view(subscription: Subscription) -> dict[str, Any] | None:
    interval = subscription.interval
    return None if interval is None else {"unit": interval.unit.value, "count": interval.count}


def invoice_view(invoice: Invoice, subscription: Subscription) -> dict[str, Any]:
    """One amount due; an attempt without an outcome is UNKNOWN, a declined one says what to do."""
    waits = invoice.state in {InvoiceState.OPEN, InvoiceState.WITHHELD}
    before = blocked_by(subscription, invoice) if invoice.state in PAYABLE else None
    return {
        "invoiceId": invoice.id,
        "kind": invoice.kind.value,
        "name": invoice.name,
        "state": "UNKNOWN" if subscription.in_flight == invoice.id else invoice.state.value,
        "amount": invoice.amount,
        "taxFreeAmount": invoice.tax_free,
        "price": invoice.price,
        "credited": invoice.credited,
        "discount": invoice.discount,
        "balance": invoice.balance,
        "startsAt": time_view(invoice.starts),
        "endsAt": time_view(invoice.ends),
        "dueAt": time_view(invoice.due_at) if waits else None,
        "paymentId": invoice.payment_id,
        "tries": invoice.tries,
        "triedAt": time_view(invoice.tried_at),
        "settledAt": time_view(invoice.settled_at),
        "advice": advice(hard=invoice.hard) if invoice.code is not None else None,
        "declinedAt": time_view(invoice.declined_at),
        "blockedBy": before.id if before is not None else None,
    }
