"""PortOne answers a refund or a preparation late or never: 202 in time, and right in the end."""

from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.actors.shop import put_order
from portone_local.stack.passing import let_pass
from portone_local.stories.boundaries import Boundaries
from portone_local.stories.refunds import PART, paid
from portone_local.stories.world import MINUTE, USER, World
from tests.support.slow_portone import HOUR, is_slow, never_takes_effect, slowly, times, waits


@pytest.fixture
def told() -> Iterator[tuple[World, Boundaries]]:
    with slowly() as told:
        yield told


def ask_refund(world: World, payment_id: str, refund_id: str = "refund-1") -> tuple[int, dict[str, Any]]:
    body = {"refundId": refund_id, "amount": PART, "reason": "단순 변심"}
    answered = world.stack.app(USER).post(f"/payments/{payment_id}/cancel", body)
    return answered.status, answered.json()


def refund_state(world: World, payment_id: str) -> str:
    return world.held(payment_id).refunds["owner:refund-1"].state.value


@waits
@times
def test_an_unanswered_refund_is_202_in_time_and_right_in_the_end(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    payment_id = paid(world)
    is_slow(world, "cancel_payment", wait, times)

    status, shown = ask_refund(world, payment_id)
    let_pass(world.stack, 6 * HOUR)

    effects = world.stack.portone.books()[payment_id].cancellations
    calls = world.stack.portone.calls()
    sent = {call.idempotency_key for call in calls if call.operation == "cancel_payment"}
    assert (status, shown["state"]) in {(202, "UNKNOWN"), (200, "SUCCEEDED")}
    assert refund_state(world, payment_id) == ("SUCCEEDED" if effects else "AMBIGUOUS")
    assert len(effects) == (0 if never_takes_effect(wait, times) else 1)
    assert len(sent) == 1


@waits
@times
def test_the_same_refund_requested_meanwhile_is_no_second_one(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    payment_id = paid(world)
    is_slow(world, "cancel_payment", wait, times)

    for _ in range(3):
        status, _ = ask_refund(world, payment_id)
        assert status in {200, 202}
        world.wait(MINUTE)
    let_pass(world.stack, 4 * HOUR)

    assert world.stack.portone.books()[payment_id].cancelled in {0, PART}
    assert list(world.held(payment_id).refunds) == ["owner:refund-1"]


@waits
@times
def test_an_unanswered_prepare_is_503_in_time_and_its_retry_is_the_same_payment(
    told: tuple[World, Boundaries], wait: str, times: int | None
) -> None:
    world, _ = told
    put_order(world.stack, "order-1")
    is_slow(world, "pre_register", wait, times)
    wanted = {"orderId": "order-1", "platform": "ios"}

    first = world.stack.app(USER).post("/payments", wanted)
    let_pass(world.stack, 4 * HOUR if times is None else 2 * MINUTE)
    world.stack.portone.clear_faults()
    again = world.stack.app(USER).post("/payments", wanted)

    stored = [item for item in world.stack.dump() if item["pk"]["S"].startswith("payment#")]
    assert first.status == 503
    assert int(first.headers["retry-after"]) > 0
    assert again.status == 200
    assert len(stored) == 1
