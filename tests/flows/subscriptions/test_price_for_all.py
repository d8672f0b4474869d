"""A new price reaches every subscriber of its plan once, whatever happens to the worker that takes it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.gateway.messages import Response
from portone_local.stack.stack import Stack
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.subscriptions import Change, Subscription, SubscriptionStatus
from portone_payments.domain.shared.calendar import Interval, Unit
from portone_payments.domain.subscriptions.pricing import SETTLED
from portone_payments.ports.world import Metric
from tests.support.billing_app import PRICE, code_of, put_plan
from tests.support.billing_records import a_plan, a_trial
from tests.support.poison import spoil, unreadable

NEW = 12_000
MANY = 60
MARCH: dict[str, Any] = {"from": "2026-03-01"}


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A plan of 9,900 won with sixty subscribers."""
    with Stack.in_memory(seed=1) as found:
        put_plan(found)
        found.ports["store"].save(*(subscriber(found, number) for number in range(MANY)))
        yield found


def subscriber(stack: Stack, number: int) -> Subscription:
    """A subscription of a user of its own, not due for days."""
    begun = a_trial(a_plan(), f"sub{number}", user_id=f"user-{number}", now=stack.clock.now())
    # as if its first period were paid
    paid = replace(begun, next_number=1, due_at=int(stack.clock.now()) + 10**6)
    return replace(paid, group="plan-1", created_at=begun.created_at + number)


def ask(stack: Stack, amount: int = NEW, **body: Any) -> Response:
    """The shop gives all who have plan-1 a new price."""
    return stack.shop.post("/plans/plan-1/price", {"amount": amount, **body})


def progress(stack: Stack) -> dict[str, Any]:
    """What the shop sees of it."""
    price: dict[str, Any] = stack.shop.get("/ops/plans/plan-1").json()["price"]
    return price


def told(stack: Stack, number: int) -> int:
    """How often a subscriber was told of a new price."""
    held = stack.ports["store"].subscription(f"sub{number}")
    return [each.fact for each in held.history].count(Fact.SUBSCRIPTION_PRICE_SET)


def change_of(stack: Stack, number: int) -> Change | None:
    """What a subscriber's next period has."""
    held: Subscription = stack.ports["store"].subscription(f"sub{number}")
    return held.change


def test_everybody_is_told_once_and_the_shop_sees_how_far_it_is(stack: Stack) -> None:
    asked = ask(stack, **MARCH)
    stack.run_for(120)
    half_way = progress(stack)
    stack.run_for(SETTLED + 120)

    assert (asked.status, asked.json()["price"]["told"]) == (202, 0)
    assert asked.json()["statusUrl"] == "/ops/plans/plan-1"
    assert (half_way["told"], half_way["doneAt"]) == (MANY, None)
    assert progress(stack)["doneAt"] is not None
    assert {told(stack, number) for number in range(MANY)} == {1}
    change = change_of(stack, 7)
    assert change is not None
    assert (change.amount, change.not_before, change.by_customer) == (NEW, 1_772_290_800, False)
    assert stack.app("user-7").get("/plans/plan-1").json()["amount"] == NEW


def test_the_same_call_again_changes_nothing(stack: Stack) -> None:
    ask(stack)
    stack.run_for(SETTLED + 240)
    before = stack.dump()

    again = ask(stack)
    stack.run_for(SETTLED + 240)

    assert (again.status, again.json()["price"]["told"]) == (200, MANY)
    assert stack.dump() == before


def test_another_price_while_it_is_on_its_way_takes_its_place(stack: Stack) -> None:
    ask(stack)
    stack.run_for(120)
    ask(stack, 13_000)
    stack.run_for(SETTLED + 240)

    assert {change.amount for number in range(MANY) if (change := change_of(stack, number))} == {13_000}


@pytest.mark.parametrize("nth", [3, 30, 90])
def test_a_worker_that_dies_is_followed_by_another_and_nobody_is_told_twice(stack: Stack, nth: int) -> None:
    ask(stack)
    calls = iter(range(1, 10**6))

    def dies(_operation: str, call: Callable[[], Any]) -> Any:
        if next(calls) > nth:
            raise StorageUnavailable(service="dynamodb", reason="gone")
        return call()

    table = stack.ports["store"].table
    usual, table.around = table.around, dies
    stack.run_for(60)
    table.around = usual
    stack.run_for(SETTLED + 600)

    assert progress(stack)["doneAt"] is not None
    assert {told(stack, number) for number in range(MANY)} == {1}


def test_whoever_subscribed_at_the_old_price_just_then_is_told_too(stack: Stack) -> None:
    ask(stack)
    stack.run_for(120)
    stack.ports["store"].save(subscriber(stack, MANY))
    stack.run_for(SETTLED + 120)

    assert told(stack, MANY) == 1
    assert progress(stack)["told"] == MANY + 1


def test_what_somebody_chose_and_what_is_no_such_plan_is_left_alone(stack: Stack) -> None:
    store = stack.ports["store"]
    own = Change(
        plan_id="plan-1",
        name="plan",
        amount=5_000,
        tax_free=0,
        interval=Interval(Unit.MONTH, 1),
        by_customer=True,
    )
    others: dict[int, dict[str, Any]] = {
        1: {"change": own},
        2: {"interval": Interval(Unit.YEAR, 1)},
        3: {"status": SubscriptionStatus.ENDED, "due_at": None},
        4: {"status": SubscriptionStatus.UNPAID, "due_at": None},
        5: {"status": SubscriptionStatus.PAUSED},
    }
    for number, changes in others.items():
        store.save(replace(store.subscription(f"sub{number}"), **changes))

    ask(stack)
    stack.run_for(SETTLED + 240)

    assert [told(stack, number) for number in others] == [0, 0, 0, 1, 1]
    assert change_of(stack, 1) == own
    assert (progress(stack)["told"], progress(stack)["kept"]) == (MANY - 3, 1)


def test_one_that_cannot_be_read_hides_nobody_and_is_tried_by_the_same_call(stack: Stack) -> None:
    table: Any = stack.ports["store"].table
    (whole,) = (item for item in table.dump() if item["pk"]["S"] == "subscription#sub9")
    assert spoil(stack, "subscription#sub9", unreadable) == 1
    ask(stack)
    stack.run_for(SETTLED + 240)
    done = progress(stack)
    table.restore([whole if item["pk"] == whole["pk"] else item for item in table.dump()])

    again = ask(stack)
    stack.run_for(SETTLED + 240)

    assert (done["told"], done["skipped"], stack.metrics[Metric.ITEM_SKIPPED] > 0) == (MANY - 1, 1, True)
    assert (again.status, told(stack, 9)) == (202, 1)
    assert (progress(stack)["told"], progress(stack)["skipped"]) == (MANY, 0)


def test_a_plan_changed_meanwhile_keeps_the_price_on_its_way(stack: Stack) -> None:
    ask(stack)
    put_plan(stack, amount=NEW, onSale=False)
    stack.run_for(SETTLED + 240)

    assert progress(stack)["told"] == MANY


def test_as_much_of_the_new_price_is_tax_free_as_of_the_old_one(stack: Stack) -> None:
    put_plan(stack, "books", taxFreeAmount=PRICE)
    put_plan(stack, "half", amount=10_000, taxFreeAmount=5_000)

    answers = [stack.shop.post(f"/plans/{each}/price", {"amount": NEW}).json() for each in ("books", "half")]

    assert [each["taxFreeAmount"] for each in answers] == [NEW, NEW // 2]


@pytest.mark.parametrize(
    "wrong", [{"amount": -1}, {"taxFreeAmount": NEW + 1}, {"from": "2025-12-31"}, {"from": "2027-03-01"}]
)
def test_an_impossible_price_is_refused(stack: Stack, wrong: dict[str, Any]) -> None:
    assert code_of(ask(stack, **wrong)) == (400, "invalid_request")
    assert stack.shop.get("/ops/plans/plan-1").json()["amount"] == PRICE


def test_the_price_of_no_plan_is_not_found(stack: Stack) -> None:
    assert code_of(stack.shop.post("/plans/none/price", {"amount": NEW})) == (404, "plan_not_found")
