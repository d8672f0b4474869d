"""The oracle knows of a new price for all from when on it holds, and sees each period of another price."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.subscribers import ask, days_pass, to_hour
from portone_local.oracle import Evidence, ObservedStack, gather, judge
from portone_payments.domain.records.payments import HistoryLine
from portone_payments.domain.records.subscriptions import InvoiceState, Subscription
from portone_payments.domain.shared.calendar import DAY, kst_day
from tests.support.lives import WEEKLY, begun, sold

OLD, NEW, DEAR = 14_000, 49_000, 77_000
SET = "subscription_price_set"
WILLING, SILENT, MOVED = "user-1", "user-2", "user-3"


@pytest.fixture(scope="module")
def clean() -> Iterator[Evidence]:
    """Three customers by the week; all are told of a price from the third week on.

    On day 8 one of them says yes, and another takes a dearer plan at once.
    """
    with ObservedStack.in_memory(seed=1) as stack:
        to_hour(stack, 12)
        sold(stack, amount=OLD, interval=WEEKLY)
        sold(stack, "dear", DEAR, interval=WEEKLY)
        willing, _, moved = (begun(stack, user) for user in (WILLING, SILENT, MOVED))
        since = kst_day(stack.clock.now() + 10 * DAY).isoformat()
        stack.shop.post("/plans/plan-1/price", {"amount": NEW, "from": since})
        days_pass(stack, 8)
        ask(stack, willing, "consent", {"amount": NEW}, WILLING)
        chosen = {"planId": "dear", "when": "now"}
        assert stack.app(MOVED).put(f"/subscriptions/{moved}/plan", chosen).status == 200
        days_pass(stack, 8)
        yield gather(stack, answers=stack.answers)


def of(evidence: Evidence, user: str) -> Subscription:
    """What a customer has."""
    [held] = [each for each in evidence.subscriptions.values() if each.user_id == user]
    return held


def told(evidence: Evidence, user: str, change: Callable[[HistoryLine], HistoryLine]) -> Evidence:
    """With another line about the new price in the history of one."""
    held = of(evidence, user)
    lines = tuple(change(each) if each.fact == SET else each for each in evidence.history(held))
    planted = replace(held, history=lines)
    others = {**evidence.subscriptions, held.subscription_id: planted}
    return replace(evidence, subscriptions=others)


def with_invoice(evidence: Evidence, user: str, number: str, **changes: Any) -> Evidence:
    """With another invoice of one."""
    held = of(evidence, user)
    planted = replace(held, invoices={**held.invoices, number: replace(held.invoices[number], **changes)})
    return replace(evidence, subscriptions={**evidence.subscriptions, held.subscription_id: planted})


def found(evidence: Evidence, user: str) -> list[str]:
    """What is wrong with one's invoices."""
    name = of(evidence, user).subscription_id
    sentences = (each.sentence.replace(name, "it") for each in judge(evidence) if each.invariant == "I1")
    return [each for each in sentences if " of it " in each]


def test_a_price_for_all_is_paid_by_consent_and_withheld_without_one(clean: Evidence) -> None:
    paid = [InvoiceState.PAID, InvoiceState.PAID]
    invoices = {
        user: [(each.price, each.state) for each in of(clean, user).invoices.values()]
        for user in (WILLING, SILENT)
    }

    assert invoices == {
        WILLING: list(zip([OLD, OLD, NEW], [*paid, InvoiceState.PAID], strict=True)),
        SILENT: list(zip([OLD, OLD, NEW], [*paid, InvoiceState.WITHHELD], strict=True)),
    }
    assert [book.total for book in clean.books.values()].count(NEW) == 1
    assert judge(clean) == []


@pytest.mark.parametrize("user", [WILLING, SILENT])
def test_i1_a_price_that_nobody_was_told_of(clean: Evidence, user: str) -> None:
    silent = told(clean, user, lambda line: replace(line, fact="subscription_paused"))

    assert found(silent, user) == [f"invoice 3 of it is {NEW} and 0 came off it, it is worth {OLD}"]


@pytest.mark.parametrize("user", [WILLING, SILENT])
def test_i1_a_price_before_the_day_it_was_told_for(clean: Evidence, user: str) -> None:
    third = int(of(clean, user).invoices["3"].starts)

    def since(starts: int) -> Evidence:
        return told(clean, user, lambda line: replace(line, data={**line.data, "starts": starts}))

    assert found(since(third), user) == []
    assert found(since(third + 1), user) == [f"invoice 3 of it is {NEW} and 0 came off it, it is worth {OLD}"]


def test_i1_the_price_so_far_for_a_period_that_has_the_new_one(clean: Evidence) -> None:
    second = int(of(clean, WILLING).invoices["2"].starts)

    early = told(clean, WILLING, lambda line: replace(line, data={**line.data, "starts": second}))

    assert found(early, WILLING) == [f"invoice 2 of it is {OLD} and 0 came off it, it is worth {NEW}"]


def test_a_whole_first_period_is_not_taken_for_a_short_one(clean: Evidence) -> None:
    cheaper = with_invoice(clean, SILENT, "1", amount=OLD - 1, paid_by=None)

    assert f"invoice 1 of it is {OLD - 1} and 0 came off it, it is worth {OLD}" in found(cheaper, SILENT)


def test_i1_days_credited_at_a_price_that_had_not_begun(clean: Evidence) -> None:
    days = 6  # of the second week
    credited = with_invoice(clean, MOVED, "3", credited=NEW * days // 7)

    assert of(clean, MOVED).invoices["3"].credited == OLD * days // 7
    assert f"invoice 3 of it sets off {NEW * days // 7}, due was {OLD * days // 7}" in found(credited, MOVED)
