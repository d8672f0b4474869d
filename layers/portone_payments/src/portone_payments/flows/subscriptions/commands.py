"""What a customer, or the shop for them, decides about a subscription; nothing is charged here."""

from portone_payments.domain.billing_keys.payer import now_paid_by
from portone_payments.domain.billing_keys.wallet import chargeable, key_of_issue
from portone_payments.domain.errors.billing import BillingKeyGone
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Plan, Subscription
from portone_payments.domain.shared.money import checked_amount
from portone_payments.domain.subscriptions import lifecycle
from portone_payments.domain.subscriptions.offers import check_offered
from portone_payments.domain.subscriptions.paying import part_declined, waived
from portone_payments.domain.subscriptions.plan_change import (
    Preview,
    change_as_shown,
    change_later,
    lowers,
    preview,
)
from portone_payments.flows.shared.settled_invoices import called_back
from portone_payments.flows.shared.staff_words import sealed_words
from portone_payments.flows.subscriptions.manage import Subscriptions, always
from portone_payments.ports.world import Vault


def cancel(
    subscriptions: Subscriptions,
    subscription_id: str,
    *,
    at_period_end: bool,
    pay_open: bool = False,
    by: str,
    user_id: str | None,
) -> Subscription:
    """Ended now, or with what is paid; a charge under way decides or finishes first."""
    return subscriptions.change(
        subscription_id,
        lambda held, moment: lifecycle.cancel(held, moment, at_period_end=at_period_end, pay_open=pay_open),
        by=by,
        user_id=user_id,
    )


def keep(subscriptions: Subscriptions, subscription_id: str, *, by: str, user_id: str | None) -> Subscription:
    """A cancellation with the period is taken back; what it voided and dropped is there again."""
    return subscriptions.change(subscription_id, lifecycle.keep, by=by, user_id=user_id, counted=always)


def decline_part(
    subscriptions: Subscriptions, subscription_id: str, invoice_id: str, *, user_id: str
) -> Subscription:
    """Its customer will not pay a part of an order now; one that is paid or under way stays."""
    return subscriptions.change(
        subscription_id,
        lambda held, moment: part_declined(held, invoice_id, moment),
        by="app",
        user_id=user_id,
    )


def waive(
    subscriptions: Subscriptions,
    subscription_id: str,
    invoice_id: str,
    reason: str,
    *,
    by: str,
    vault: Vault,
) -> Subscription:
    """The shop gives up what one invoice asks for, a part of an order included; why is sealed."""

    def given_up(held: Subscription, moment: Moment) -> Subscription:
        whole = called_back(held, invoice_id, store=subscriptions.store)
        sealed = sealed_words(reason, held, vault)
        after = waived(whole, invoice_id, moment, sealed=sealed)
        return held if after is whole else after

    return subscriptions.change(subscription_id, given_up, by=by)


def pause(
    subscriptions: Subscriptions, subscription_id: str, *, until: int | None, by: str, user_id: str | None
) -> Subscription:
    """No charges until it is resumed, or until a moment (epoch seconds UTC)."""
    return subscriptions.change(
        subscription_id, lambda held, moment: lifecycle.pause(held, until, moment), by=by, user_id=user_id
    )


def resume(
    subscriptions: Subscriptions, subscription_id: str, *, by: str, user_id: str | None
) -> Subscription:
    """Charged again, from what is left of its period."""
    return subscriptions.change(subscription_id, lifecycle.resume, by=by, user_id=user_id, counted=always)


def consent(subscriptions: Subscriptions, subscription_id: str, amount: int, *, user_id: str) -> Subscription:
    """The customer's word for charges of an amount, in minor units. Raises `InvalidRequest`."""

    def agreed(held: Subscription, moment: Moment) -> Subscription:
        return lifecycle.consent(held, checked_amount(amount, held.currency, field="amount"), moment)

    return subscriptions.change(subscription_id, agreed, by="app", user_id=user_id, counted=always)


def use_key(
    subscriptions: Subscriptions, subscription_id: str, billing_key_id: str | None, *, user_id: str
) -> Subscription:
    """Another saved method of its owner is charged, or for None the default.

    Raises `BillingKeyNotFound`, `BillingKeyGone`.
    """
    subscriptions.of(subscription_id, user_id)
    wallet = subscriptions.store.wallet(user_id)
    if billing_key_id is not None:
        key_of_issue(wallet, billing_key_id)
        if chargeable(wallet, billing_key_id) is None:
            raise BillingKeyGone

    def assigned(held: Subscription, moment: Moment) -> Subscription:
        after = lifecycle.use_key(held, billing_key_id, moment)
        return now_paid_by(after, wallet, moment, subscriptions.policy, always=True)

    return subscriptions.change(subscription_id, assigned, by="app", user_id=user_id, counted=always)


def change_plan_later(
    subscriptions: Subscriptions, subscription_id: str, plan: Plan, *, by: str, user_id: str | None
) -> Subscription:
    """Another plan from the next period on; only a customer's own choice consents to its price."""
    return subscriptions.change(
        subscription_id,
        lambda held, moment: change_later(
            held, _open_to(held, plan, user_id), moment, by_customer=user_id is not None
        ),
        by=by,
        user_id=user_id,
        counted=lambda held: not lowers(held, plan),
    )


def change_plan_now(
    subscriptions: Subscriptions,
    subscription_id: str,
    plan: Plan,
    *,
    shown: int | None,
    by: str,
    user_id: str | None,
) -> Subscription:
    """Another plan from today on; `shown` is the amount the customer saw. Raises `PriceChanged`."""
    payments: list[Payment] = []

    def changed(held: Subscription, moment: Moment) -> Subscription:
        payments[:] = subscriptions.payments(held, moment)
        offered = _open_to(held, plan, user_id)
        return change_as_shown(held, offered, moment, payments, subscriptions.policy, shown=shown)

    return subscriptions.change(
        subscription_id,
        changed,
        by=by,
        user_id=user_id,
        counted=always,
        # a credit is judged with the payment it comes from
        judged=lambda: payments,
    )


def preview_plan(
    subscriptions: Subscriptions, subscription_id: str, plan_id: str, *, user_id: str
) -> Preview:
    """What `change_plan_now` charges on the same KST day; nothing is changed by this."""
    held = subscriptions.of(subscription_id, user_id)
    plan, moment = subscriptions.plan(plan_id), subscriptions.moment("app")
    payments = subscriptions.payments(held, moment)
    return preview(held, _open_to(held, plan, user_id), moment, payments, subscriptions.policy)


def _open_to(held: Subscription, plan: Plan, user_id: str | None) -> Plan:
    """A plan that its customer may choose: of another than theirs the offer decides; no offer binds the shop.

    Raises `PlanNotFound`, `PlanNotOnSale`.
    """
    if user_id is not None and plan.plan_id != held.plan_id:
        check_offered(plan, user_id)
    return plan
