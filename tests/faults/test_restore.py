"""The table is restored to an earlier point: by the runbook's steps money is right, nothing goes back twice.

`make prove` rehearses it at many more points.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portone_local.actors.shop import USER, pay, prepare, put_order, status
from portone_local.operator.audit_from import set_back
from portone_local.operator.close_writes import main
from portone_local.oracle import ObservedStack, assert_clean
from portone_local.portone import Unknowns
from portone_local.template.cloudformation import ROOT
from portone_payments.ports.world import Metric
from tests.support.restored_lives import LIVES
from tests.support.restoring import DAY, HOUR, MINUTE, Shop

STEPS = sum(map(len, LIVES.values()))
SWITCHES = ("defaults", "all_turned")
POINTS = [(seed, seed * STEPS // 7) for seed in range(1, 7)]
if "PROVE" in os.environ:
    POINTS = [(seed, seed % STEPS) for seed in range(400)]


@contextmanager
def restored(seed: int, steps: int) -> Iterator[tuple[Shop, dict[str, str]]]:
    """A shop in the middle of its day, which forgot all that came after so many steps."""
    unknowns = Unknowns.all_settings()[SWITCHES[seed % 2]]
    with ObservedStack.in_memory(seed=seed, unknowns=unknowns) as stack:
        shop = Shop(stack, seed)
        shop.go_on(steps)
        snapshot, point = stack.dump(), stack.clock.now()
        shop.go_on((shop.steps_left + 1) // 2)
        yield shop, shop.restore(snapshot, point)


@pytest.mark.parametrize(("seed", "steps"), POINTS)
def test_after_a_restore_money_is_right_within_a_day(seed: int, steps: int) -> None:
    with restored(seed, steps) as (shop, lost):
        shop.ask_again()
        shop.go_on(shop.steps_left)
        shop.stack.run_for(DAY, step=600)

        assert shop.wrong(lost) == []


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as observed:
        yield observed


def test_a_refund_whose_record_was_lost_is_not_executed_again(stack: ObservedStack) -> None:
    shop = Shop(stack, seed=1)
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.run_for(MINUTE)
    snapshot, point = stack.dump(), stack.clock.now()
    refund = {"refundId": "refund-1", "amount": 3_000, "reason": "단순 변심"}
    path = f"/payments/{prepared['paymentId']}"
    stack.app(USER).post(f"{path}/cancel", refund)

    shop.restore(snapshot, point)
    stack.run_for(4 * HOUR, step=HOUR)
    again = stack.app(USER).post(f"{path}/cancel", refund)

    assert (again.status, again.json()["state"], again.json()["amount"]) == (200, "SUCCEEDED", 3_000)
    assert stack.app(USER).get(f"{path}/refunds/refund-1").json()["state"] == "SUCCEEDED"
    assert stack.portone.books()[prepared["paymentId"]].cancelled == 3_000
    assert status(stack, prepared) == "PARTIAL_CANCELLED"


def test_a_payment_whose_record_was_lost_is_listed_for_staff(stack: ObservedStack) -> None:
    shop = Shop(stack, seed=1)
    put_order(stack)
    snapshot, point = stack.dump(), stack.clock.now()
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.run_for(MINUTE)

    assert shop.restore(snapshot, point) == {prepared["paymentId"]: "PAID"}


def test_a_payment_through_a_window_open_at_the_restore_raises_an_attention(stack: ObservedStack) -> None:
    shop = Shop(stack, seed=1)
    put_order(stack)
    snapshot, point = stack.dump(), stack.clock.now()
    prepared = prepare(stack)
    found = shop.restore(snapshot, point)

    pay(stack, prepared)
    stack.deliver()

    assert found == {}
    assert stack.metrics[Metric.ORPHAN] == 1


def test_the_audit_starts_from_the_given_time_even_where_it_never_ran(stack: ObservedStack) -> None:
    put_order(stack)
    snapshot, point = stack.dump(), stack.clock.now()
    pay(stack, prepare(stack))
    stack.run_for(3 * DAY, step=HOUR)
    stack.ports["store"].table.restore(snapshot)

    set_back(stack.ports["store"], since=point - HOUR)
    stack.functions.invoke("Audit", {})

    rows = stack.staff.get("/ops/discrepancies?status=open").json()["items"]
    assert [row["kind"] for row in rows] == ["missing_here"]


def test_a_lost_record_of_something_that_never_happened_leaves_no_trace(stack: ObservedStack) -> None:
    shop = Shop(stack, seed=1)
    pay(stack, prepare(stack))
    stack.run_for(MINUTE)
    snapshot, point = stack.dump(), stack.clock.now()

    assert shop.restore(snapshot, point) == {}
    assert_clean(stack)


def test_the_runbook_closes_every_function_that_writes_the_table_but_the_audit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main()

    closed = set(capsys.readouterr().out.split())
    assert closed >= {"PutOrder", "Prepare", "Verify", "Webhook", "Cancel", "OpsResolve", "Sweep", "Work"}
    assert not closed & {"Audit", "GetOrder", "GetPayment", "ListPayments", "Discrepancies", "Publish"}
    assert (
        "$(.venv/bin/python -m portone_local.operator.close_writes)"
        in (ROOT / "docs" / "runbook.md").read_text()
    )
