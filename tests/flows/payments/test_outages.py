"""A dependency fails: an honest answer, nothing lost, and the same request may be sent again."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.actors.approver import NO_ANSWER
from portone_local.actors.shop import ask_to_prepare, pay, prepare, put_order, status, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.twins.dynamo import Around, undisturbed
from portone_local.twins.tables import FixedSecrets, answer_lost, in_conflict, retried, throttled
from portone_payments.domain.records.payments import Payment
from portone_payments.ports.world import Metric
from tests.support.letters import event, send

MINUTE = 60
DRIP = 15.0  # seconds between two bytes
SILENT = [*NO_ANSWER, Fault.DRIP]


def writes_retried(operation: str, call: Callable[[], Any]) -> Any:
    return retried(operation, call) if operation in {"PutItem", "TransactWriteItems"} else call()


def payments(stack: ObservedStack) -> list[Payment]:
    return [record for record in stack.ports["store"].records() if isinstance(record, Payment)]


@pytest.mark.parametrize("fault", [*SILENT, Fault.OUTSTANDING, Fault.LATE_COMMIT])
def test_prepare_while_portone_is_down_is_503_and_the_retry_gets_the_same_payment(
    stack: ObservedStack, fault: Fault
) -> None:
    put_order(stack)
    stack.portone.inject(operation="pre_register", fault=fault, seconds=DRIP if fault is Fault.DRIP else None)

    refused = ask_to_prepare(stack, key="key-1")
    [stored] = payments(stack)
    again = ask_to_prepare(stack, key="key-1")

    assert (refused.status, refused.json()["error"]["code"]) == (503, "provider_unavailable")
    assert int(refused.headers["retry-after"]) >= 1
    assert (again.status, again.json()["paymentId"]) == (200, stored.payment_id)


def test_prepare_with_a_refused_credential_is_503_and_counted(stack: ObservedStack) -> None:
    put_order(stack)
    stack.portone.inject(operation="pre_register", fault=Fault.UNAUTHORIZED)

    refused = ask_to_prepare(stack)

    assert (refused.status, refused.json()["error"]["code"]) == (503, "provider_refused")
    assert stack.metrics[Metric.CREDENTIAL_REFUSED] == 1


def test_prepare_of_an_order_just_paid_reads_it_and_answers_so(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()

    refused = ask_to_prepare(stack)

    assert (refused.status, refused.json()["error"]["code"]) == (409, "order_already_paid")
    assert status(stack, prepared) == "PAID"


@pytest.mark.parametrize("fault", SILENT)
def test_verify_while_portone_is_down_is_202_and_the_sweep_heals_it(
    stack: ObservedStack, fault: Fault
) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    stack.portone.inject(operation="get_payment", fault=fault)

    answered = verify(stack, prepared)
    stack.run_for(10 * MINUTE)

    assert answered.status == 202
    assert answered.json()["statusUrl"] == f"/payments/{prepared['paymentId']}"
    assert answered.headers["retry-after"] == "5"
    assert status(stack, prepared) == "PAID"


def test_a_refused_credential_keeps_everything_due_and_is_counted(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    stack.portone.inject(operation="get_payment", fault=Fault.UNAUTHORIZED, times=None)
    answered = verify(stack, prepared)
    stack.run_for(60 * MINUTE)

    stack.portone.clear_faults()
    stack.run_for(5 * MINUTE)

    assert answered.status == 202
    assert stack.metrics[Metric.CREDENTIAL_REFUSED] >= 12
    assert status(stack, prepared) == "PAID"


@pytest.mark.parametrize("webhooks", [True])
def test_an_outcome_unknown_for_half_an_hour_raises_an_attention_and_heals_by_itself(
    stack: ObservedStack,
) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=None)
    stack.deliver()
    stack.run_for(35 * MINUTE)
    waiting = stack.staff.get("/ops/attention?kind=unknown").json()["items"]

    stack.portone.clear_faults()
    stack.run_for(5 * MINUTE)

    assert [found["paymentId"] for found in waiting] == [prepared["paymentId"]]
    assert stack.metrics[Metric.UNKNOWN] >= 1
    assert stack.staff.get("/ops/attention?kind=unknown").json()["items"] == []
    assert status(stack, prepared) == "PAID"


def test_every_request_that_needs_a_secret_is_503_without_it(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    secrets: FixedSecrets = stack.ports["secrets"]
    stack.hurt, secrets.available = True, False

    delivered = send(stack, event("Transaction.Paid", prepared["paymentId"]))
    verified = verify(stack, prepared)
    asked = ask_to_prepare(stack)

    for answered in (delivered, verified, asked):
        assert (answered.status, answered.json()["error"]["code"]) == (503, "secrets_unavailable")


@pytest.mark.parametrize("around", [throttled, answer_lost], ids=["throttled", "answer_lost"])
def test_a_failing_table_is_503_and_the_retry_has_one_effect(stack: ObservedStack, around: Around) -> None:
    put_order(stack)
    table, stack.hurt = stack.ports["store"].table, True
    table.around = around
    failed = ask_to_prepare(stack, key="key-1")
    table.around = undisturbed

    again = ask_to_prepare(stack, key="key-1")

    assert (failed.status, failed.json()["error"]["code"]) == (503, "storage_unavailable")
    assert again.status == 200
    assert len(payments(stack)) == 1


def test_an_sdk_that_sends_every_write_twice_changes_nothing(stack: ObservedStack) -> None:
    stack.ports["store"].table.around = writes_retried

    prepared = prepare(stack)
    pay(stack, prepared)
    stack.run_for(15 * MINUTE)

    assert status(stack, prepared) == "PAID"
    assert len(payments(stack)) == 1


def test_a_prepare_that_loses_every_race_is_503_and_may_be_repeated(stack: ObservedStack) -> None:
    put_order(stack)
    table, stack.hurt = stack.ports["store"].table, True
    table.around = lambda operation, call: in_conflict(operation, call) if "Write" in operation else call()
    busy = ask_to_prepare(stack)
    table.around = undisturbed

    assert (busy.status, busy.json()["error"]["code"]) == (503, "busy")
    assert ask_to_prepare(stack).status == 200
