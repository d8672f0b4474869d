"""Which saved method pays a subscription: the one assigned to it, else its user's default (rule 11.10)."""

from dataclasses import replace
from enum import StrEnum

from portone_payments.domain.billing_keys.wallet import chargeable
from portone_payments.domain.records.billing_keys import SavedKey, Wallet
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import Invoice, InvoiceState, Subscription
from portone_payments.domain.subscriptions.ahead import Ahead, ahead
from portone_payments.domain.subscriptions.life import OVER
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.settlement import paid


class Because(StrEnum):
    """Why another method pays now."""

    CHOSEN = "chosen"
    """Its customer assigned it."""
    DEFAULT = "default"
    """It is the default now, or there is one again."""
    FALLBACK = "fallback"
    """The assigned method no longer works."""


def payer(wallet: Wallet | None, subscription: Subscription, *, fallback: bool) -> SavedKey | None:
    """The method a charge uses now; None where none can be charged.

    With `fallback` the default takes the place of an assigned method that is gone, or that pays no more.
    """
    named = chargeable(wallet, subscription.billing_key_id)
    if subscription.billing_key_id is None or not fallback:
        return named
    if named is not None and named.id != subscription.unusable:
        return named
    return chargeable(wallet, None) or named


def worn_out(subscription: Subscription, invoice: Invoice, key: SavedKey) -> bool:
    """Whether this very method was declined for this invoice for good, and its customer asks for no retry."""
    return key.id == subscription.unusable and invoice.hard and not invoice.asked


def gives_way(subscription: Subscription, wallet: Wallet) -> Subscription:
    """The subscription whose assigned method was declined, once its customer gave another default."""
    assigned = subscription.billing_key_id
    declined = any(
        each.failed_at is not None and each.state in {InvoiceState.OPEN, InvoiceState.UNPAID}
        for each in subscription.invoices.values()
    )
    if assigned is None or not declined or wallet.default == assigned or chargeable(wallet, None) is None:
        return subscription
    return replace(subscription, unusable=assigned)


def now_paid_by(
    subscription: Subscription,
    wallet: Wallet | None,
    moment: Moment,
    policy: BillingPolicy,
    *,
    always: bool = False,
) -> Subscription:
    """The subscription that records which method pays it from now on, and what that will pay.

    `always`: also where it stays the same, for its customer assigned one.
    """
    key = payer(wallet, subscription, fallback=policy.method_fallback)
    chosen = key.id if key else None
    if subscription.status in OVER or (chosen == subscription.pays_with and not always):
        return subscription
    coming = _next_charge(subscription, moment, policy)
    return record(
        replace(subscription, pays_with=chosen),
        Fact.SUBSCRIPTION_METHOD_CHANGED,
        moment,
        billing_key=chosen,
        because=_why(subscription, chosen),
        amount=coming.amount,
        charges_at=coming.at,
    )


def _why(subscription: Subscription, chosen: str | None) -> Because:
    if subscription.billing_key_id is None:
        return Because.DEFAULT
    return Because.CHOSEN if chosen == subscription.billing_key_id else Because.FALLBACK


def _next_charge(subscription: Subscription, moment: Moment, policy: BillingPolicy) -> Ahead:
    """The next charge that is not under way yet, to the won."""
    under_way = subscription.invoices.get(subscription.in_flight or "")
    told = subscription if under_way is None else paid(subscription, under_way, moment)
    return ahead(told, moment.now, policy)
