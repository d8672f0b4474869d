"""The oracle sees what callers were shown and what was not so, planted into a clean world."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.subscribers import PRICE, days_pass, to_hour
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_local.oracle.evidence import Answered
from tests.support.lives import begun


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """A subscription that its customer looked at, and its renewal."""
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        subscription_id = begun(stack, "user-1")
        days_pass(stack, 5)
        stack.app("user-1").get(f"/subscriptions/{subscription_id}")
        days_pass(stack, 27)
        yield gather(stack, answers=stack.answers)


def the_look(evidence: Evidence) -> Answered:
    """What its customer was shown."""
    return next(each for each in evidence.answers if each.asked.startswith("GET /subscriptions/"))


def showing(evidence: Evidence, **changes: Any) -> Evidence:
    """The last answer about it, with other words."""
    looked = the_look(evidence)
    told = json.dumps(json.loads(looked.body) | changes)
    return replace(evidence, answers=(replace(looked, body=told),))


def found(evidence: Evidence) -> str:
    """What is wrong, in one text."""
    return " ".join(each.sentence for each in judge(evidence, with_open=True))


def test_a_clean_world_was_shown_its_next_charge(clean: Evidence) -> None:
    shown = json.loads(the_look(clean).body)

    assert (shown["status"], shown["nextChargeAmount"]) == ("ACTIVE", PRICE)
    assert judge(clean, with_open=True) == []


@pytest.mark.parametrize("status", ["PENDING", "TRIAL", "ACTIVE", "PAST_DUE"])
def test_i17_a_living_one_that_says_neither_when_nor_why_not(clean: Evidence, status: str) -> None:
    silent = showing(clean, status=status, nextChargeAt=None, nextChargeAmount=None)

    assert f"was shown {status}, and neither a charge nor a reason" in found(silent)


@pytest.mark.parametrize(
    "changes",
    [
        {"waitsFor": "consent"},
        {"status": "PAUSED"},
        {"balance": PRICE},
        {"amount": 0},
    ],
    ids=str,
)
def test_a_reason_a_pause_a_balance_and_a_free_plan_need_no_charge(
    clean: Evidence, changes: dict[str, Any]
) -> None:
    silent = showing(clean, nextChargeAt=None, nextChargeAmount=None, **changes)

    assert "neither a charge nor a reason" not in found(silent)


def test_i1_a_charge_of_another_amount_than_was_shown(clean: Evidence) -> None:
    assert f"was charged {PRICE}, shown was 9899" in found(showing(clean, nextChargeAmount=9_899))
