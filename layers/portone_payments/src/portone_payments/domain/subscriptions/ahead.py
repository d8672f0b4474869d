"""The next charge, found by letting time pass ahead of it: what is shown is what is charged."""

from dataclasses import dataclass
from enum import StrEnum

from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.settled_invoices import parted
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.subscriptions.collection import advance, due_invoice, next_due
from portone_payments.domain.subscriptions.ending import window_decides
from portone_payments.domain.subscriptions.invoices import BILLED, open_invoices
from portone_payments.domain.subscriptions.owed import blocked_by
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.standstill import caught_up

# due moments: a credit may pay for years of months
LOOKS_AHEAD = 60


class ChargeWaitsFor(StrEnum):
    """Why no charge comes by itself.

    CONSENT: to a price. METHOD: another one. CUSTOMER: that they resume or pay. OUTCOME: of a charge under
    way. STAFF: money was taken back. EARLIER_PART: has to be paid first. BALANCE: it pays for years.
    """

    CONSENT = "consent"
    METHOD = "payment_method"
    CUSTOMER = "customer"
    OUTCOME = "outcome"
    STAFF = "staff"
    EARLIER_PART = "earlier_part"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The next charge above 0, `at` in epoch seconds UTC, `amount` in minor units; or what it waits for."""

    at: int | None = None
    amount: int | None = None
    waits_for: ChargeWaitsFor | None = None


def ahead(subscription: Subscription, now: float, policy: BillingPolicy) -> Ahead:
    """The next charge as the worker will make it, if nobody does anything until then."""
    if subscription.in_flight is not None or window_decides(subscription):
        return Ahead(waits_for=ChargeWaitsFor.OUTCOME)
    if subscription.stopped_for:
        return Ahead(waits_for=ChargeWaitsFor.STAFF)
    told, at = caught_up(subscription, policy.dunning, now), now
    for _ in range(0 if _is_free(subscription) else LOOKS_AHEAD):
        due_at = next_due(told, at, policy)
        if due_at is None:
            break
        at = max(at, due_at)
        told, _ = parted(advance(told, Moment(now=at, by="sweep"), policy))
        invoice = due_invoice(told, at)
        if invoice is not None:
            return _charge(told, invoice, int(at))
        held = next((each for each in open_invoices(told) if each.state is InvoiceState.WITHHELD), None)
        if held is not None:
            return Ahead(
                at=int(at) if at > now else None, amount=held.amount, waits_for=ChargeWaitsFor.CONSENT
            )
    withheld = [each for each in open_invoices(subscription) if each.state is InvoiceState.WITHHELD]
    if withheld:
        # given up if it stays away
        return Ahead(amount=withheld[0].amount, waits_for=ChargeWaitsFor.CONSENT)
    return Ahead(waits_for=_waits_for(subscription, told))


def _charge(told: Subscription, invoice: Invoice, at: int) -> Ahead:
    """The next charge, unless its window may have been paid, or no method pays it."""
    if invoice.in_doubt:
        return Ahead(amount=invoice.amount, waits_for=ChargeWaitsFor.OUTCOME)
    pays = told.pays_with is not None or invoice.method is not None
    return Ahead(at=at, amount=invoice.amount, waits_for=None if pays else ChargeWaitsFor.METHOD)


def _is_free(subscription: Subscription) -> bool:
    """Whether no period of it costs anything, and nothing is owed."""
    costs = subscription.order_id is not None or subscription.amount > 0 or subscription.balance < 0
    return not costs and subscription.change is None and not open_invoices(subscription)


def _waits_for(subscription: Subscription, told: Subscription) -> ChargeWaitsFor | None:
    if any(each.hard for each in open_invoices(subscription)):
        return ChargeWaitsFor.METHOD
    if told.order_id is not None and any(blocked_by(told, each) for each in open_invoices(told)):
        return ChargeWaitsFor.EARLIER_PART
    if told.status in BILLED and told.balance > 0:
        return ChargeWaitsFor.BALANCE
    stands = {SubscriptionStatus.PAUSED, SubscriptionStatus.UNPAID}
    return ChargeWaitsFor.CUSTOMER if told.status in stands else None
