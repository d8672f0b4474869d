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
}


def check(subscription: Subscription, command: Command) -> None:
    """Passes what may be done with it now.

    Raises `SubscriptionEnded`, `SubscriptionEnding`, `ChangeNotAllowed`, `SubscriptionBusy`.
    """
    rule, status = RULES[command], subscription.status
    if not isinstance(status, SubscriptionStatus):
        # a newer version wrote it
        raise ChangeNotAllowed(reason="status")
    if subscription.end_asked_at is not None and SubscriptionStatus.ENDED not in rule.statuses:
        raise SubscriptionEnded
    check_status(status, command)
    if not (rule.periods if subscription.order_id is None else rule.parts):
        raise ChangeNotAllowed(reason="periods" if subscription.order_id is None else "parts")
    if rule.waits and subscription.in_flight is not None:
        raise SubscriptionBusy(retry_after=BUSY_FOR)


def check_status(status: SubscriptionStatus, command: Command) -> None:
    """Passes a command that is taken in this status. Raises as `check`."""
    if status in RULES[command].statuses:
        return
    if status in OVER:
        raise SubscriptionEnded
    if status is SubscriptionStatus.ENDING:
        raise SubscriptionEnding
    raise ChangeNotAllowed(reason=status.value.lower())


def standing(subscription: Subscription, now: float) -> SubscriptionStatus:
    """Its status by its dates alone: PENDING, TRIAL or ACTIVE."""
    if now < subscription.starts_at:
        return SubscriptionStatus.PENDING
    trial = subscription.trial_ends
    return SubscriptionStatus.ACTIVE if trial is None or trial <= now else SubscriptionStatus.TRIAL
