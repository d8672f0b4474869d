"""Consent to a price rise or to the end of a free trial (E-Commerce Act art. 13(6), since 2025-02-14).

Such a charge is withheld without a consent from the 30 days before it.
"""

from collections.abc import Iterable

from portone_payments.domain.records.subscriptions import (
    Agreement,
    Consent,
    Invoice,
    Plan,
    Subscription,
)
from portone_payments.domain.shared.calendar import DAY
from portone_payments.domain.subscriptions.agreement import is_for, stands
from portone_payments.domain.subscriptions.invoices import open_invoices

CONSENT_DAYS = 30
CONSENTS_KEPT = 10


def with_consent(consents: tuple[Consent, ...], given: Consent) -> tuple[Consent, ...]:
    """The consents with one given now; of more than ten the oldest are dropped."""
    return (*consents, given)[-CONSENTS_KEPT:]


def with_choice(subscription: Subscription, plan: Plan, now: float) -> tuple[Consent, ...]:
    """The consents once its customer chose a plan: a dearer one given before is withdrawn.

    Unless an invoice that is open still waits for it.
    """
    waiting = open_invoices(subscription)
    kept = tuple(each for each in subscription.consents if stands(each, plan.amount, waiting))
    given = Consent(amount=plan.amount, given_at=now, interval=plan.interval, plan_id=plan.plan_id)
    return with_consent(kept, given)


def needs_consent(
    agreed: Agreement | None, invoice: Invoice, *, after_free_trial: bool, always: bool
) -> bool:
    """Whether an invoice requires a consent to its price; `agreed` is what was agreed before, if anything.

    `always` is the setting for shops that require one every time. A price of 0 requires none.
    """
    if invoice.price <= 0:
        return False
    return always or after_free_trial or (agreed is not None and _is_more(agreed, invoice))


def covers(consents: Iterable[Consent], invoice: Invoice, charge_at: float) -> bool:
    """Whether one was given for it in the 30 days up to `charge_at`, both ends included, for that much."""
    since = charge_at - CONSENT_DAYS * DAY
    return any(since <= each.given_at <= charge_at and is_for(each, invoice) for each in consents)


def _is_more(agreed: Agreement, invoice: Invoice) -> bool:
    """Whether it costs more than agreed, or as much as that for another interval."""
    another = agreed.interval is not None and agreed.interval != invoice.interval
    return another or invoice.price > agreed.amount
