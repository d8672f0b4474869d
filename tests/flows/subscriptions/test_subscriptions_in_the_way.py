"""Sequences of subscriptions that the oracle once found wrong, each under its case."""

from collections.abc import Callable, Iterator

import pytest

from portone_local.actors.subscribers import (
    days_pass,
    id_in,
    invoice,
    key_chosen,
    key_saved,
    order_in_parts,
    schedule,
    subscribed,
    to_hour,
)
from portone_local.oracle import OPEN, ObservedStack, gather, judge
from portone_local.portone import Fault
from portone_local.stories.world import MINUTE, USER


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """The whole stack in memory, at noon in Korea."""
    with ObservedStack.in_memory(seed=1) as observed:
        to_hour(observed, 12)
        yield observed


def parts(stack: ObservedStack, *due: str | None) -> str:
    """A customer with a card, and an order of 10,000 and 990,000 won, due then."""
    key_saved(stack)
    amounts = (10_000, 990_000)
    wanted = [
        {"amount": amount} | ({"dueAt": at} if at else {}) for amount, at in zip(amounts, due, strict=True)
    ]
    order_in_parts(stack, "order-1", wanted)
    return id_in(schedule(stack, "order-1"))


def refunded_before_it_was_read(stack: ObservedStack) -> None:
    """A renewal is refunded in the console before our first reading of it; then there is another card."""
    held = subscribed(stack)
    stack.portone.webhooks.switched_on = False
    to_hour(stack, 12, 31)
    stack.portone.inject(operation="pay_with_billing_key", fault=Fault.TIMEOUT_AFTER_COMMIT)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=5)
    stack.tick()
    stack.run_for(MINUTE)
    stack.portone.console.cancel(str(invoice(stack, held).payment_id))
    stack.portone.clear_faults()
    stack.run_for(60 * MINUTE)
    key_chosen(stack, key_saved(stack, card="card-2"))
    days_pass(stack, 100)


def balance_cancelled(stack: ObservedStack) -> None:
    """The deposit is paid, and the customer declines the balance."""
    held = parts(stack, None, "2026-03-01T03:00:00Z")
    stack.app(USER).post(f"/subscriptions/{held}/parts/2/cancel", {})


def deposit_given_up(stack: ObservedStack) -> None:
    """The deposit is declined to the end; the balance is due."""
    parts(stack, "2026-01-05T03:00:00Z", "2026-02-01T03:00:00Z")
    stack.portone.pg.decline(times=None)
    days_pass(stack, 25)
    stack.portone.pg.accept()
    days_pass(stack, 10)


def balance_given_up(stack: ObservedStack) -> None:
    """The balance is declined until it is given up; then there is a good card."""
    parts(stack, None, "2026-02-01T03:00:00Z")
    days_pass(stack, 0.1)
    stack.portone.pg.decline(times=None)
    days_pass(stack, 50)
    stack.portone.pg.accept()
    key_chosen(stack, key_saved(stack, card="card-2"))
    days_pass(stack, 3)


def charged_back(stack: ObservedStack) -> None:
    """The issuer takes the running period's money back."""
    held = subscribed(stack)
    days_pass(stack, 5)
    stack.portone.console.chargeback(str(invoice(stack, held).paid_by))
    stack.deliver()
    days_pass(stack, 40)


STORIES: dict[str, Callable[[ObservedStack], None]] = {
    "B1": refunded_before_it_was_read,
    "B5": balance_cancelled,
    "B6": deposit_given_up,
    # it is told as UNPAID, which owes nobody a try; that its customer can still pay it is B7's other half
    "B7": balance_given_up,
    "B21": charged_back,
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_subscription_continues_and_owes_what_it_says(
    stack: ObservedStack, story: Callable[[ObservedStack], None]
) -> None:
    story(stack)

    found = judge(gather(stack, answers=stack.answers, hurt=True), with_open=True)
    assert [f"{each.invariant} {each.sentence}" for each in found] == []


def test_no_clause_is_left_out() -> None:
    assert not OPEN
