"""The oracle sees each life that says what it is not, planted into a clean world."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.subscribers import cancel, days_pass, to_hour
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_local.oracle.evidence import Operation
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    EndReason,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.shared.calendar import DAY, HOUR
from tests.support.lives import begun, sold

ON = {"ONE_SUBSCRIPTION": "on", "ONE_TRIAL": "on"}


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """One that runs, one that ends with its period, one that ended, one on trial, each of another user."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        sold(stack, "later", trialDays=60)
        sold(stack, "other")
        begun(stack, "active")
        ending, over = begun(stack), begun(stack, request="request-2", planId="other")
        begun(stack, "trial", planId="later", consent=True)
        days_pass(stack, 32)
        cancel(stack, ending, at_period_end=True)
        cancel(stack, over)
        stack.run_for(3 * HOUR, step=HOUR / 2)
        yield gather(stack, answers=stack.answers)


def found(evidence: Evidence) -> list[str]:
    """What is wrong, by the beginning of its sentence's invariant."""
    return [f"{each.invariant} {each.sentence}" for each in judge(evidence, with_open=True)]


def the(evidence: Evidence, status: SubscriptionStatus) -> Subscription:
    """The one in this status."""
    [held] = [each for each in evidence.subscriptions.values() if each.status is status]
    return held


def planted(evidence: Evidence, held: Subscription, **changes: Any) -> Evidence:
    """Another subscription in its place."""
    changed = replace(held, **changes)
    return replace(evidence, subscriptions={**evidence.subscriptions, held.subscription_id: changed})


def doubled(evidence: Evidence, held: Subscription, **changes: Any) -> Evidence:
    """The same beside it under another name, with nothing paid."""
    twin = replace(held, subscription_id="twin", invoices={}, **changes)
    both = {**evidence.subscriptions, "twin": twin}
    return replace(evidence, subscriptions=both, settings={**evidence.settings, **ON})


ACTIVE, TRIAL, ENDING, ENDED = (SubscriptionStatus(each) for each in ("ACTIVE", "TRIAL", "ENDING", "ENDED"))


def test_a_clean_world_has_lives_and_no_findings(clean: Evidence) -> None:
    assert sorted(each.status for each in clean.subscriptions.values()) == [ACTIVE, ENDED, ENDING, TRIAL]
    assert judge(clean, with_open=True) == []


@pytest.mark.parametrize(
    ("status", "changes", "said"),
    [
        (ACTIVE, {"ended_because": EndReason.SHOP}, "ACTIVE, and ended because of shop"),
        (ACTIVE, {"ends_at": 2_000_000_000}, "ACTIVE, and ends at 2000000000"),
        (ACTIVE, {"ended_at": 1.0}, "ACTIVE, and ended at 1.0"),
        (ACTIVE, {"status": SubscriptionStatus.PENDING}, "PENDING, and is paid until"),
        (ENDED, {"ended_because": None}, "ENDED, and ended because of None"),
        (ENDED, {"ended_at": None}, "ENDED, and ended at None"),
        (ENDING, {"ends_at": None}, "ENDING, and ends at None"),
        (ENDING, {"ending": None}, "ENDING, and ends at"),
        (ENDING, {"ends_at": 2_000_000_000}, "ENDING, ends at 2000000000, and is paid until"),
    ],
    ids=str,
)
def test_i16_a_status_beside_figures_of_another(
    clean: Evidence, status: SubscriptionStatus, changes: dict[str, Any], said: str
) -> None:
    assert said in " ".join(found(planted(clean, the(clean, status), **changes)))


@pytest.mark.parametrize(
    ("status", "figure"), [("PENDING", "starts_at"), ("TRIAL", "trial_ends"), ("ENDING", "ends_at")]
)
def test_i17_a_status_whose_time_is_over(clean: Evidence, status: str, figure: str) -> None:
    held = next(iter(clean.subscriptions.values()))
    over = {"status": SubscriptionStatus(status), figure: int(clean.now - 2 * HOUR)}

    assert f"is {status}, which was over at" in " ".join(found(planted(clean, held, **over)))


@pytest.mark.parametrize("days", [1, -1])
def test_i16_paid_until_another_moment_than_what_is_paid(clean: Evidence, days: int) -> None:
    held = the(clean, ACTIVE)
    until = (held.paid_until or 0) + days * DAY

    assert f"says it is paid until {until}" in " ".join(found(planted(clean, held, paid_until=until)))


def test_i16_paid_until_the_end_of_an_invoice_that_is_not_paid(clean: Evidence) -> None:
    held = the(clean, ACTIVE)
    newest = max(held.invoices.values(), key=lambda each: int(each.id))
    unpaid = {**held.invoices, newest.id: replace(newest, state=InvoiceState.OPEN, paid_by=None)}

    assert "says it is paid until" in " ".join(found(planted(clean, held, invoices=unpaid)))


def test_i12_a_period_charged_while_it_was_ending(clean: Evidence) -> None:
    held = the(clean, ACTIVE)
    newest = max(held.invoices.values(), key=lambda each: int(each.id))
    before = Moment(now=newest.starts - DAY, by="app")
    told = record(replace(held, history=held.history[:1]), Fact.SUBSCRIPTION_ENDING, before)
    lines = {"history": (*told.history, *held.history[1:])}

    assert f"I12 charged for {held.subscription_id}, which was ending since" in " ".join(
        found(planted(clean, held, **lines))
    )


def test_a_period_charged_after_its_end_was_taken_back_is_no_finding(clean: Evidence) -> None:
    held = the(clean, ACTIVE)
    newest = max(held.invoices.values(), key=lambda each: int(each.id))
    before = Moment(now=newest.starts - DAY, by="app")
    told = record(replace(held, history=held.history[:1]), Fact.SUBSCRIPTION_ENDING, before)
    told = record(told, Fact.SUBSCRIPTION_KEPT, before)

    lines = {"history": (*told.history, *held.history[1:])}

    assert "which was ending" not in " ".join(found(planted(clean, held, **lines)))


def test_i17_collecting_stopped_with_nobody_called(clean: Evidence) -> None:
    held = the(clean, ACTIVE)
    stopped = planted(clean, held, stopped_for=("payment-1",), stopped_at=clean.now)

    assert f"I17 stops {held.subscription_id}, and nobody is called to decide" in found(stopped)


@pytest.mark.parametrize("status", [ACTIVE, ENDING, TRIAL])
def test_i1_two_living_subscriptions_of_a_group(clean: Evidence, status: SubscriptionStatus) -> None:
    twice = doubled(clean, the(clean, status))

    assert "and twin of one plan group" in " ".join(found(twice))


@pytest.mark.parametrize("status", ["ENDED", "UNPAID", "COMPLETED"])
def test_one_that_is_over_or_given_up_holds_no_place(clean: Evidence, status: str) -> None:
    twice = doubled(clean, the(clean, ACTIVE), status=SubscriptionStatus(status))

    assert "of one plan group" not in " ".join(found(twice))


def test_i1_two_trials_of_a_group(clean: Evidence) -> None:
    held = the(clean, TRIAL)
    ended = {"status": ENDED, "ended_at": clean.now, "ended_because": EndReason.CUSTOMER}

    assert "was on trial in" in " ".join(found(doubled(clean, held, **ended)))


def test_one_each_is_nobodys_rule_where_its_setting_was_ever_off(clean: Evidence) -> None:
    twice = doubled(clean, the(clean, TRIAL))
    off = Operation(name="deploys one_subscription, one_trial", at=0.0)

    told = " ".join(found(replace(twice, operations=(off,))))

    assert "of one plan group" not in told
    assert "was on trial in" not in told
