"""What callers were shown of subscriptions: what comes next, to the won, or what it waits for (I1, I17)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from portone_local.oracle.evidence import Answered, Evidence, Finding
from portone_local.oracle.kinds import DAY
from portone_local.oracle.lives import charged_for

_LIVING = frozenset({"PENDING", "TRIAL", "ACTIVE", "PAST_DUE"})
_QUIET = frozenset(
    (
        *("subscription_begun", "subscription_method_changed", "subscription_renewal_coming"),
        *("subscription_trial_ending", "subscription_price_change_coming"),
    )
)
_YES = frozenset({200, 202})


def what_comes_next_is_said(evidence: Evidence) -> Iterator[Finding]:
    """I17: one that lives shows when it is charged next, or what it waits for, unless it costs nothing."""
    for _, shown in _shown(evidence.answers):
        prices = [shown["amount"], (shown["nextPlan"] or shown)["amount"]]
        # held for the customer for a long time to come
        covered = shown["balance"] >= max(prices)
        silent = shown["nextChargeAt"] is None and shown["waitsFor"] is None
        if shown["status"] in _LIVING and silent and any(prices) and not covered:
            told = f"{shown['subscriptionId']} was shown {shown['status']}, and neither a charge nor a reason"
            yield Finding("I17", None, told)


def what_was_said_is_charged(evidence: Evidence) -> Iterator[Finding]:
    """I1: where nothing happened meanwhile, the next charge asks what was shown of it."""
    said: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for answer, shown in _shown(evidence.answers):
        if shown["nextChargeAt"] is not None:
            at = datetime.fromisoformat(shown["nextChargeAt"]).timestamp()
            said[shown["subscriptionId"]].append((answer.at, at, shown["nextChargeAmount"]))
    for charge in evidence.charges if said else ():
        held, invoice = charged_for(evidence, charge)
        if held is None or invoice is None:
            continue
        before = [each for each in said[held.subscription_id] if each[0] < charge.at]
        if not before or not before[-1][1] <= charge.at < before[-1][1] + DAY:
            continue
        heard, _, amount = before[-1]
        loud = [each for each in evidence.history(held) if each.fact not in _QUIET]
        if invoice.amount != amount and not any(heard <= each.at < charge.at for each in loud):
            told = f"{held.subscription_id} was charged {invoice.amount}, shown was {amount}"
            yield Finding("I1", charge.payment_id, told)


def _shown(answers: Iterable[Answered]) -> Iterator[tuple[Answered, Mapping[str, Any]]]:
    """Each subscription by the period, as it was shown, in order."""
    for answer in answers:
        if answer.status in _YES and '"nextChargeAt"' in answer.body:
            told = json.loads(answer.body)
            for each in told.get("items", [told]):
                if each.get("interval") and "waitsFor" in each:
                    yield answer, each
