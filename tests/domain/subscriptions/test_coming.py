"""Prices for all that begin one after the other: each period has the last one told for it (rule 11.11)."""

from dataclasses import replace

import pytest

from portone_payments.domain.records.subscriptions import Consent, PriceForAll, Subscription
from portone_payments.domain.shared.calendar import DAY
from portone_payments.domain.subscriptions.coming import MOST_BEHIND
from portone_payments.domain.subscriptions.invoices import next_start, roll
from portone_payments.domain.subscriptions.policy import BillingPolicy
from portone_payments.domain.subscriptions.pricing import Reach, reach, with_price
from tests.support.subscriptions import START, a_plan, by_app, facts, running

PLAN = a_plan()
OLD, LOW, HIGH = PLAN.amount, 8_000, 15_000
FAR = START + 366 * DAY


def told(held: Subscription, amount: int, starts: int | None = None) -> Subscription:
    """The shop gives its plan another price, from this day on."""
    return with_price(held, PLAN, price(amount, starts), by_app(START))


def price(amount: int, starts: int | None = None) -> PriceForAll:
    return PriceForAll(amount=amount, tax_free=0, asked_at=START, by="shop", shards=1, starts=starts)


def prices(held: Subscription, periods: int) -> list[int]:
    """What the next periods cost."""
    found = []
    for _ in range(periods):
        begins = next_start(held)
        assert begins is not None
        held = roll(held, by_app(begins), BillingPolicy())
        found.append(held.invoices[max(held.invoices, key=int)].price)
    return found


def starts_of(periods: int) -> list[int]:
    """When the next periods begin."""
    held, found = running(), []
    for _ in range(periods):
        begins = next_start(held)
        assert begins is not None
        found.append(begins)
        held = roll(held, by_app(begins), BillingPolicy())
    return found


FIRST, SECOND, THIRD = starts_of(3)


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ([(LOW, None), (HIGH, SECOND)], [LOW, HIGH, HIGH]),
        ([(LOW, None), (HIGH, THIRD)], [LOW, LOW, HIGH]),
        ([(HIGH, THIRD)], [OLD, OLD, HIGH]),
        ([(LOW, SECOND), (HIGH, THIRD)], [OLD, LOW, HIGH]),
        # two days before one period: it has the later one
        ([(LOW, FIRST + DAY), (HIGH, FIRST + 2 * DAY)], [OLD, HIGH, HIGH]),
        # what is told last takes the place of what begins then or later
        ([(HIGH, THIRD), (LOW, SECOND)], [OLD, LOW, LOW]),
        ([(LOW, None), (HIGH, THIRD), (9_000, None)], [9_000, 9_000, 9_000]),
        ([(LOW, None), (HIGH, SECOND), (9_000, SECOND)], [LOW, 9_000, 9_000]),
    ],
)
def test_each_period_costs_the_last_price_that_was_told_for_it(
    said: list[tuple[int, int | None]], cost: list[int]
) -> None:
    held = running()
    for amount, starts in said:
        held = told(held, amount, starts)

    assert prices(held, 3) == cost


def test_whoever_was_told_last_of_a_price_behind_others_is_not_told_again() -> None:
    held = told(told(running(), LOW), HIGH, THIRD)

    assert reach(held, PLAN, price(HIGH, THIRD)) is Reach.BEFORE
    assert told(held, HIGH, THIRD) == held
    assert facts(held).count("subscription_price_set") == 2


def test_a_price_with_too_many_before_it_is_not_told_and_breaks_no_word() -> None:
    held = told(running(), LOW)
    for number in range(MOST_BEHIND + 5):
        held = told(held, HIGH + number, FIRST + (number + 1) * 40 * DAY)

    waiting = held.change
    assert waiting is not None
    assert len(waiting.prices) == MOST_BEHIND
    assert waiting.prices[-1].amount == HIGH + MOST_BEHIND - 1
    assert reach(held, PLAN, price(HIGH, FAR)) is Reach.KEPT
    assert reach(held, PLAN, price(9_000)) is Reach.TOLD


@pytest.mark.parametrize(("starts", "kept"), [(None, LOW), (THIRD, HIGH)])
def test_a_word_for_a_price_ends_with_the_price_that_takes_its_place(starts: int | None, kept: int) -> None:
    given = Consent(amount=HIGH, given_at=START, interval=PLAN.interval, plan_id=PLAN.plan_id)
    consented = replace(told(running(), HIGH), consents=(given,))

    held = told(consented, LOW, starts)

    assert [each.amount for each in held.consents] == [kept]


def test_a_word_for_a_price_ends_once_a_lower_one_has_begun_and_no_other_is_to_come() -> None:
    given = Consent(amount=HIGH, given_at=START, interval=PLAN.interval, plan_id=PLAN.plan_id)
    falls = replace(told(told(running(), LOW), 9_000, THIRD), consents=(given,))
    rises = replace(told(told(running(), LOW), HIGH, THIRD), consents=(given,))

    begun = [roll(each, by_app(FIRST), BillingPolicy()) for each in (falls, rises)]

    assert [[each.amount for each in held.consents] for held in begun] == [[9_000], [HIGH]]
