"""Consent to a price rise or to the end of a free trial (E-Commerce Act art. 13(6), since 2025-02-14).

Such a charge is withheld without a consent from the 30 days before it.
"""

from collections.abc import Iterable

from portone_payments.domain.records.subscriptions import Consent
from portone_payments.domain.shared.calendar import DAY

CONSENT_DAYS = 30
CONSENTS_KEPT = 10


def with_consent(consents: tuple[Consent, ...], amount: int, now: float) -> tuple[Consent, ...]:
    """The consents with one given now; of more than ten the oldest are dropped."""
    return (*consents, Consent(amount, now))[-CONSENTS_KEPT:]


def needs_consent(previous: int | None, amount: int, *, after_free_trial: bool, always: bool) -> bool:
    """Whether charging `amount` requires a consent; `previous` is the price agreed before, None at first.

    `always` is the setting for shops that require one every time. A charge of 0 requires none.
    """
    if amount <= 0:
        return False
    rise = previous is not None and amount > previous
    return always or after_free_trial or rise


def covers(consents: Iterable[Consent], amount: int, charge_at: float) -> bool:
    """Whether one of them was given in the 30 days up to `charge_at`, both ends included, for that much."""
    since = charge_at - CONSENT_DAYS * DAY
    return any(since <= each.given_at <= charge_at and each.amount >= amount for each in consents)
