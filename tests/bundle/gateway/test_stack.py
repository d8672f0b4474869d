"""The composition: hints travel, time passes, what breaks is seen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Never

import pytest

from portone_local.gateway.functions import Functions, LambdaContext, filled, load_handler
from portone_local.stack.stack import Stack
from portone_local.twins.clock import MovableClock
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.world import Metric

ORDER = {
    "userId": "user-1",
    "name": "Blue shoes",
    "amount": {"total": 1000},
    "currency": "KRW",
    "payMethods": ["CARD"],
}


class Killed(BaseException):
    """What nothing may catch."""


@pytest.fixture
def stack() -> Iterator[Stack]:
    """Everything in memory, one order stored."""
    with Stack.in_memory() as opened:
        opened.shop.put("/orders/order-1", ORDER)
        yield opened


def prepared(stack: Stack) -> str:
    answer = stack.app("user-1").post("/payments", {"orderId": "order-1", "platform": "web"})
    payment_id: str = answer.json()["paymentId"]
    return payment_id


def status(stack: Stack, payment_id: str) -> str:
    found: str = stack.app("user-1").get(f"/payments/{payment_id}").json()["status"]
    return found


def test_a_webhook_reaches_the_handler_through_the_function_url(stack: Stack) -> None:
    payment_id = prepared(stack)
    stack.portone.buyer.pay(payment_id)

    stack.deliver()

    assert status(stack, payment_id) == "PAID"
    assert [sent.status for sent in stack.portone.webhooks.sent] == [200, 200]


def test_the_sweep_finds_what_every_hint_missed(stack: Stack) -> None:
    payment_id = prepared(stack)
    stack.portone.buyer.pay(payment_id)
    stack.portone.webhooks.lose()

    stack.run_for(600)

    assert status(stack, payment_id) == "PAID"
    assert stack.failures == []


def test_calls_are_counted_and_can_be_compared(stack: Stack) -> None:
    before = stack.calls

    prepared(stack)

    spent = stack.calls - before
    assert spent.portone == 1
    assert spent.writes > 0


def test_an_exception_of_a_sweep_is_a_failed_invocation_and_the_next_one_runs(stack: Stack) -> None:
    payment_id = prepared(stack)
    stack.portone.buyer.pay(payment_id)
    stack.portone.webhooks.lose()
    stack.ports["store"].table.around = unavailable

    stack.run_for(120)
    failed = [function for function, _ in stack.failures]
    stack.ports["store"].table.around = undisturbed
    stack.run_for(600)

    assert failed == ["Sweep", "Sweep"]
    assert status(stack, payment_id) == "PAID"


@pytest.mark.parametrize(
    "act",
    [
        lambda stack: stack.app("user-1").get("/payments/payment1"),
        lambda stack: stack.deliver(),
        lambda stack: stack.tick(),
    ],
    ids=["request", "webhook", "sweep"],
)
def test_an_exception_nothing_may_catch_is_raised(stack: Stack, act: Callable[[Stack], None]) -> None:
    stack.portone.buyer.pay(prepared(stack))
    stack.ports["store"].table.around = killed

    with pytest.raises(Killed):
        act(stack)


def test_logs_are_captured_as_shipped_and_raw(stack: Stack) -> None:
    stack.tick()

    shipped = [line for line in stack.logs if line.startswith('{"level":"INFO","message":"swept"')]
    raw = [line for line in stack.logs if line.startswith("swept {")]
    assert (len(shipped), len(raw)) == (1, 1)


def test_metrics_are_summed_by_name(stack: Stack) -> None:
    prepared(stack)

    assert stack.metrics[Metric.PREPARED] == 1


def test_settings_are_template_parameters() -> None:
    with Stack.in_memory(ready_minutes="10", store_id="store-other") as stack:
        stack.shop.put("/orders/order-1", ORDER)
        answer = stack.app("user-1").post("/payments", {"orderId": "order-1", "platform": "web"}).json()

    assert answer["storeId"] == "store-other"
    assert answer["expiresAt"] == "2026-01-02T03:14:05Z"


def test_a_setting_the_template_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError, match="Nonsense"), Stack.in_memory(nonsense="1"):
        pass


def test_a_parallel_stack_keeps_its_own_payments(stack: Stack) -> None:
    with Stack.in_memory() as other:
        elsewhere = other.shop.get("/orders/order-1")

    assert (stack.shop.get("/orders/order-1").status, elsewhere.status) == (200, 404)


def test_events_and_results_pass_through_json() -> None:
    seen: list[Any] = []

    def handler(event: dict[str, Any], context: LambdaContext) -> Any:
        seen.append((event, context.get_remaining_time_in_millis(), context.function_name))
        return {"a": (1, 2)}

    functions = Functions({"Thing": handler}.__getitem__, clock=MovableClock(0.0), timeouts={"Thing": 10})

    result = functions.invoke("Thing", {"b": (3,)})

    assert result == {"a": [1, 2]}
    assert seen == [({"b": [3]}, 10_000, "Thing")]


def test_a_result_that_is_not_json_is_a_failed_invocation() -> None:
    functions = Functions({"Thing": lambda _event, _context: object()}.__getitem__, clock=MovableClock(0.0))

    with pytest.raises(TypeError):
        functions.invoke("Thing", {})

    assert [function for function, _ in functions.failures] == ["Thing"]


def test_a_missing_handler_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere/handler\.py"):
        load_handler(tmp_path / "nowhere" / "handler.py")


def test_an_unresolved_reference_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled({"TABLE": {"Ref": "Unknown"}}, {"Other": "x"})


@pytest.mark.ministack
def test_the_same_composition_runs_on_the_local_aws() -> None:
    with Stack.on_ministack() as stack:
        stack.shop.put("/orders/order-1", ORDER)
        payment_id = prepared(stack)
        stack.portone.buyer.pay(payment_id)
        stack.portone.webhooks.lose()

        stack.run_for(600)

        assert status(stack, payment_id) == "PAID"
        assert stack.failures == []


def unavailable(_operation: str, _call: Callable[[], Any]) -> Never:
    raise StorageUnavailable(service="dynamodb", reason="test")


def killed(_operation: str, _call: Callable[[], Any]) -> Never:
    raise Killed


def undisturbed(_operation: str, call: Callable[[], Any]) -> Any:
    return call()
