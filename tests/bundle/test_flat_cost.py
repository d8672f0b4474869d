"""A renewal costs the same in its first month and in its tenth year, and its item stays small."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portone_local.actors.people import USER
from portone_local.actors.subscribers import (
    PRICE,
    ask,
    change,
    days_pass,
    held,
    key_chosen,
    key_deleted,
    key_saved,
    plan_stored,
    subscribed,
    to_hour,
)
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack, assert_clean
from portone_local.stack.passing import clock_of
from portone_local.stories.world import MINUTE
from portone_local.twins.dynamo import MemoryTable
from portone_local.twins.request_units import CallLog
from portone_payments.adapters.dynamo.codec import item_size
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.domain.records.subscriptions import InvoiceState
from tests.support.budget import Cost, spent

MONTHS = (1, 12, 24, 120)
UNITS, BYTES = 20, 4_096
MORNING = 10.1

type Act = Callable[["Life"], object]


class Life:
    """A subscription by the month, begun in the morning, and how large its item ever was, in bytes."""

    def __init__(self, stack: ObservedStack, log: CallLog) -> None:
        self.stack, self.log, self.largest = stack, log, 0
        for plan, amount in (("dear", 4 * PRICE), ("cheap", PRICE // 3)):
            plan_stored(stack, plan, amount, group="club")
        plan_stored(stack, group="club")
        to_hour(stack, MORNING)
        self.id = subscribed(stack)

    def renewed(self) -> Cost:
        """The month ends; what the sweep that renews it costs, its webhook lost."""
        ends = held(self.stack, self.id).paid_until or 0
        clock_of(self.stack).advance(max(0.0, ends - self.stack.clock.now()))
        to_hour(self.stack, MORNING)
        cost = spent(self.stack, self.log, self.stack.tick)
        self.stack.portone.webhooks.lose()
        self.stack.run_for(MINUTE)
        self.look()
        return cost

    def look(self) -> None:
        """How large the item is now."""
        item = self.stack.ports["store"].table.get(key_of("subscription", self.id))
        self.largest = max(self.largest, item_size(item))

    def paid(self) -> bool:
        """Whether the newest invoice is."""
        invoices = held(self.stack, self.id).invoices
        return invoices[max(invoices, key=int)].state is InvoiceState.PAID


@pytest.fixture
def life() -> Iterator[Life]:
    log = CallLog()

    def tap(_service: str, client: Any) -> Any:
        if isinstance(client, MemoryTable):
            client.log.calls = log.calls
        return client

    with ObservedStack.in_memory(seed=1, tap=tap) as stack:
        yield Life(stack, log)
        assert_clean(stack, answers=stack.answers)


def test_a_renewal_costs_the_same_in_month_1_12_24_and_120(life: Life) -> None:
    costs = [life.renewed() for _ in range(max(MONTHS))]

    assert {costs[month - 1] for month in MONTHS} == {costs[0]}
    assert costs[0].writes <= UNITS
    assert life.paid()


def declined_twice(life: Life) -> None:
    """At the next renewal the card has no money for two days."""
    life.stack.portone.pg.decline(times=2)


def new_card(life: Life) -> str:
    """Saved; those that are neither it nor the default are deleted."""
    key_id = key_saved(life.stack, card=f"card-{life.stack.clock.now()}")
    wallet = life.stack.ports["store"].wallet(USER)
    kept = {key_id, wallet.default}
    for each in [each for each in wallet.keys.values() if each.state is KeyState.ACTIVE]:
        if each.id not in kept:
            key_deleted(life.stack, each.id)
    return key_id


def another_card(life: Life) -> Response:
    """Saved, and the default."""
    return key_chosen(life.stack, new_card(life))


def a_card_of_its_own(life: Life) -> Response:
    """And the default again a moment later."""
    path, key_id = f"/subscriptions/{life.id}/billing-key", new_card(life)
    life.stack.app(USER).put(path, {"billingKeyId": key_id})
    return life.stack.app(USER).put(path, {"billingKeyId": None})


def paused_for_days(life: Life) -> Response:
    ask(life.stack, life.id, "pause")
    days_pass(life.stack, 10)
    return ask(life.stack, life.id, "resume")


def ended_and_kept(life: Life) -> Response:
    ask(life.stack, life.id, "cancel", {"atPeriodEnd": True})
    return ask(life.stack, life.id, "keep")


def given_up_and_put_back(life: Life) -> Response:
    """Dunning ends without money; the customer gives this subscription another card."""
    life.stack.portone.pg.decline(times=None)
    days_pass(life.stack, 40)
    life.look()
    life.stack.portone.pg.accept()
    path = f"/subscriptions/{life.id}/billing-key"
    return life.stack.app(USER).put(path, {"billingKeyId": new_card(life)})


YEAR: tuple[Act, ...] = (
    declined_twice,
    lambda life: change(life.stack, life.id, "dear"),
    another_card,
    lambda life: change(life.stack, life.id, "plan-1", when="period_end"),
    paused_for_days,
    a_card_of_its_own,
    lambda life: change(life.stack, life.id, "cheap"),
    ended_and_kept,
    lambda life: change(life.stack, life.id, "plan-1"),
    lambda life: ask(life.stack, life.id, "consent", {"amount": 4 * PRICE}),
    given_up_and_put_back,
    lambda _: None,
)


def test_ten_years_of_changes_declines_and_pauses_leave_the_item_small(life: Life) -> None:
    for month in range(max(MONTHS)):
        answered = YEAR[month % len(YEAR)](life)
        assert not isinstance(answered, Response) or answered.status == 200, answered.body
        life.look()
        life.renewed()
        days_pass(life.stack, 0 if life.paid() else 6)

    assert life.largest < BYTES
