"""What a subscription may still do: the one table that every command asks (rule 11.2).

`python -m portone_local.openapi.life_page` writes it into `docs/recurring.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portone_payments.domain.errors.billing import (
    ChangeNotAllowed,
    SubscriptionBusy,
    SubscriptionEnded,
    SubscriptionEnding,
)
from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.records.subscriptions import Subscription, SubscriptionStatus

_S = SubscriptionStatus
OVER = frozenset({_S.ENDED, _S.COMPLETED})
LIVING = frozenset(_S) - OVER
BUSY_FOR = 10


class Command(StrEnum):
    """What its customer, the shop or its staff may ask of a subscription."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    KEEP = "keep"
    CHANGE_PLAN = "change_plan"
    CHANGE_PLAN_NOW = "change_plan_now"
    CONSENT = "consent"
    CHOOSE_METHOD = "choose_method"
    PAY_INVOICE = "pay_invoice"
    WAIVE = "waive"
    DECLINE_PART = "decline_part"
    VOID_PART = "void_part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """In which statuses a command is taken, and of what: a subscription to a plan, an order in parts, both.

    `waits`: not while a charge of it has no outcome.
    """

    statuses: frozenset[SubscriptionStatus]
    periods: bool = True
    parts: bool = False
    waits: bool = False


_OWED = frozenset({_S.ACTIVE, _S.PAST_DUE, _S.UNPAID})
RULES: Mapping[Command, Rule] = {
    Command.PAUSE: Rule(statuses=frozenset({_S.TRIAL, _S.ACTIVE, _S.PAST_DUE}), waits=True),
    Command.RESUME: Rule(statuses=frozenset({_S.PAUSED, _S.UNPAID})),
    # one that has ended is answered as it is
    Command.CANCEL: Rule(statuses=LIVING | {_S.ENDED}, parts=True),
    Command.KEEP: Rule(statuses=LIVING),
    Command.CHANGE_PLAN: Rule(statuses=LIVING - {_S.ENDING}),
    Command.CHANGE_PLAN_NOW: Rule(statuses=frozenset({_S.PENDING, _S.TRIAL, _S.ACTIVE}), waits=True),
    Command.CONSENT: Rule(statuses=LIVING, parts=True),
    Command.CHOOSE_METHOD: Rule(statuses=LIVING, parts=True),
    Command.PAY_INVOICE: Rule(statuses=frozenset(_S), parts=True, waits=True),
    Command.WAIVE: Rule(statuses=frozenset(_S), parts=True, waits=True),
    Command.DECLINE_PART: Rule(statuses=_OWED, periods=False, parts=True, waits=True),
    # what its customer left unpaid is the shop's to void
    Command.VOID_PART: Rule(statuses=_OWED | {_S.ENDED}, periods=False, parts=True, waits=True),
}


def check(subscription: Subscription, command: Command) -> None:
    """Passes what may be done with it now.

    Raises `SubscriptionEnded`, `SubscriptionEnding`, `ChangeNotAllowed`, `SubscriptionBusy`.
    """
    why = refusal(subscription, command)
    if why is not None:
        raise why


def refusal(subscription: Subscription, command: Command) -> BundleError | None:
    """The error that says why not; None where it may be done."""
    rule = RULES[command]
    if not isinstance(subscription.status, SubscriptionStatus):
        # a newer version wrote it
        return ChangeNotAllowed(reason="status")
    if subscription.end_asked_at is not None and SubscriptionStatus.ENDED not in rule.statuses:
        return SubscriptionEnded()
    why = refused_in(subscription.status, command)
    if why is not None:
        return why
    if not (rule.periods if subscription.order_id is None else rule.parts):
        return ChangeNotAllowed(reason="periods" if subscription.order_id is None else "parts")
    if rule.waits and subscription.in_flight is not None:
        return SubscriptionBusy(retry_after=BUSY_FOR)
    return None


def refused_in(status: SubscriptionStatus, command: Command) -> BundleError | None:
    """The error for a command in this status, whatever else is the case; None where it is taken."""
    if status in RULES[command].statuses:
        return None
    if status in OVER:
        return SubscriptionEnded()
    if status is SubscriptionStatus.ENDING:
        return SubscriptionEnding()
    return ChangeNotAllowed(reason=status.value.lower())


def standing(subscription: Subscription, now: float) -> SubscriptionStatus:
    """Its status by its dates alone: PENDING, TRIAL or ACTIVE."""
    if now < subscription.starts_at:
        return SubscriptionStatus.PENDING
    trial = subscription.trial_ends
    return SubscriptionStatus.ACTIVE if trial is None or trial <= now else SubscriptionStatus.TRIAL
