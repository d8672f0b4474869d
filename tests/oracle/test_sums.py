"""The oracle sees each sum that does not add up, planted into a clean world."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.subscribers import change, days_pass, to_hour
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Status
from portone_payments.domain.records.subscriptions import Subscription
from tests.support.lives import begun, sold

GONE = "subscription_credit_withdrawn"


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """A cheaper plan at once, whose credit the next month uses in part."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        sold(stack, amount=99_000)
        sold(stack, "cheap", 9_900)
        subscription_id = begun(stack, "user-1")
        days_pass(stack, 1)
        change(stack, subscription_id, "cheap")
        days_pass(stack, 31)
        yield gather(stack, answers=stack.answers)


def the_one(evidence: Evidence) -> Subscription:
    [held] = evidence.subscriptions.values()
    return held


def changed(evidence: Evidence, **changes: Any) -> Evidence:
    """Another subscription in its place."""
    held = the_one(evidence)
    return replace(evidence, subscriptions={held.subscription_id: replace(held, **changes)})


def with_invoice(evidence: Evidence, number: str, **changes: Any) -> Evidence:
    """The same with another invoice in the place of one."""
    invoices = the_one(evidence).invoices
    return changed(evidence, invoices={**invoices, number: replace(invoices[number], **changes)})


def returned(evidence: Evidence) -> Evidence:
    """The first payment's money has all gone back."""
    payment = evidence.payments[str(the_one(evidence).invoices["1"].paid_by)]
    gone = replace(payment, status=Status.CANCELLED)
    return replace(evidence, payments={**evidence.payments, payment.payment_id: gone})


def found(evidence: Evidence) -> str:
    """What is wrong, in one text."""
    return " ".join(f"{each.invariant} {each.sentence}" for each in judge(evidence, with_open=True))


def test_a_clean_world_has_used_some_of_a_credit(clean: Evidence) -> None:
    first, cheaper, month = the_one(clean).invoices.values()

    assert (first.amount, first.balance) == (99_000, 0)
    assert cheaper.amount == 0 > cheaper.balance
    assert (month.amount, month.balance) == (0, 9_900)
    assert judge(clean, with_open=True) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": -1}, "asks -1, the smallest charge is 100"),
        ({"discount": 9_901}, "with 9901 off a price of 9900"),
        ({"discount": -1}, "with -1 off a price of 9900"),
        ({"amount": 99, "balance": 9_801}, "asks 99, the smallest charge is 100"),
    ],
    ids=str,
)
def test_i1_an_invoice_that_asks_what_cannot_be_charged(
    clean: Evidence, changes: dict[str, Any], said: str
) -> None:
    assert said in found(with_invoice(clean, "3", **changes))


def test_the_smallest_charge_is_the_shops(clean: Evidence) -> None:
    asked = with_invoice(clean, "3", amount=99, balance=9_801)
    shop = {**clean.settings, "SMALLEST_CHARGE": "KRW=50"}

    assert "the smallest charge" not in found(replace(asked, settings=shop))


@pytest.mark.parametrize("more", [1, -1])
def test_i1_a_balance_that_came_from_nothing(clean: Evidence, more: int) -> None:
    held = the_one(clean)

    assert f"has a balance of {held.balance + more}" in found(changed(clean, balance=held.balance + more))


def test_i16_a_credit_whose_payment_went_back(clean: Evidence) -> None:
    given = -the_one(clean).invoices["2"].balance

    assert f"keeps {given} of a credit whose payment went back" in found(returned(clean))


def test_a_credit_that_went_with_its_payment_is_no_finding(clean: Evidence) -> None:
    held, given = the_one(clean), -the_one(clean).invoices["2"].balance
    data = {"amount": given, "payment": held.invoices["1"].paid_by}
    told = record(held, Fact(GONE), Moment(now=clean.now, by="sweep"), **data)
    owed = changed(returned(clean), history=told.history, balance=held.balance - given)

    assert "of a credit" not in found(owed)
    assert "has a balance" not in found(owed)
