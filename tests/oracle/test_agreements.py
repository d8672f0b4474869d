"""The oracle sees each charge that nobody agreed to, planted into a clean world."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.subscribers import ask, days_pass, to_hour
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_payments.domain.records.payments import HistoryLine
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.shared.calendar import DAY, Interval, Unit
from tests.support.lives import begun, repriced_by_shop, sold

OLD, NEW = 10_000, 50_000
CONSENTED, CHANGED = "subscription_consented", "subscription_changed"


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """A plan of 10,000 that its shop makes 50,000, to which its customer says yes; two months are paid."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        sold(stack, amount=OLD)
        subscription_id = begun(stack, "user-1")
        repriced_by_shop(stack, subscription_id, NEW)
        days_pass(stack, 20)
        ask(stack, subscription_id, "consent", {"amount": NEW})
        days_pass(stack, 12)
        yield gather(stack, answers=stack.answers)


def the_one(evidence: Evidence) -> Subscription:
    [held] = evidence.subscriptions.values()
    return held


def changed(evidence: Evidence, **changes: Any) -> Evidence:
    """Another subscription in its place, with all of its history in itself."""
    held = replace(the_one(evidence), history=evidence.history(the_one(evidence)))
    planted = replace(held, **changes)
    return replace(evidence, subscriptions={held.subscription_id: planted}, spilled={})


def lines(evidence: Evidence, about: str, **changes: Any) -> Evidence:
    """Its history with other lines of one fact."""
    told = [
        replace(each, **changes) if each.fact == about else each
        for each in evidence.history(the_one(evidence))
    ]
    return changed(evidence, history=tuple(told))


def line(evidence: Evidence, fact: str) -> HistoryLine:
    """The line of its history that says this."""
    return next(each for each in evidence.history(the_one(evidence)) if each.fact == fact)


def unagreed(evidence: Evidence) -> list[str]:
    """What was charged without an agreement."""
    return [each.sentence for each in judge(evidence, with_open=True) if "agreed was" in each.sentence]


def test_a_clean_world_has_charged_a_higher_price_with_a_consent(clean: Evidence) -> None:
    assert [each.price for each in the_one(clean).invoices.values()] == [OLD, NEW]
    assert judge(clean, with_open=True) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"fact": "subscription_paused"},
        {"data": {"amount": NEW - 1}},
        {"at": 0.0},
    ],
    ids=["none", "to less", "long ago"],
)
def test_i1_a_higher_price_without_its_consent(clean: Evidence, changes: dict[str, Any]) -> None:
    told = f"{the_one(clean).subscription_id} was charged at the price of {NEW}, agreed was {OLD}"

    assert unagreed(lines(clean, CONSENTED, **changes)) == [told]


def test_i1_a_consent_more_than_thirty_days_before_its_charge(clean: Evidence) -> None:
    charged = max(each.at for each in clean.charges)

    assert unagreed(lines(clean, CONSENTED, at=charged - 30 * DAY)) == []
    assert unagreed(lines(clean, CONSENTED, at=charged - 30 * DAY - 1)) != []


def test_i1_a_consent_that_a_later_downgrade_withdrew(clean: Evidence) -> None:
    word, shops = line(clean, CONSENTED), line(clean, CHANGED)
    downgrade = replace(shops, by="app", at=word.at + 1, seq=word.seq, data={"amount": 5_000})
    told = [replace(each, seq=each.seq + (each.seq > word.seq)) for each in clean.history(the_one(clean))]
    history = (*told, replace(downgrade, seq=word.seq + 1))

    assert unagreed(changed(clean, history=history)) != []


def test_a_price_its_customer_chose_needs_no_other_word(clean: Evidence) -> None:
    chosen = lines(lines(clean, CONSENTED, fact="subscription_paused"), CHANGED, by="app")

    assert unagreed(chosen) == []


def test_i1_the_same_price_more_often(clean: Evidence) -> None:
    held = the_one(clean)
    invoices = {
        "1": replace(held.invoices["1"], price=NEW),
        "2": replace(held.invoices["2"], interval=Interval(Unit.WEEK, 1)),
    }
    weekly = changed(lines(clean, CONSENTED, fact="subscription_paused"), invoices=invoices)

    assert unagreed(weekly) != []
