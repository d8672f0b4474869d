"""A webhook that meets an outage or another writer is stored, or answered so that it is sent again."""

from collections.abc import Callable
from typing import Any

import pytest

from portone_local.oracle import ObservedStack
from portone_local.portone import Fault
from portone_local.twins.dynamo import undisturbed
from portone_local.twins.tables import throttled
from portone_payments.domain.records.webhooks import HintState
from portone_payments.ports.store import Conflict
from tests.support.letters import event, paid, payment_of, send

pytestmark = pytest.mark.parametrize("webhooks", [True])

MINUTE = 60


@pytest.mark.parametrize("fault", [Fault.HTML_502, Fault.TIMEOUT_BEFORE_COMMIT, Fault.RESET_BEFORE_COMMIT])
def test_a_webhook_while_portone_is_down_is_stored_first_and_then_answered_2xx(
    stack: ObservedStack, fault: Fault
) -> None:
    payment_id = paid(stack)
    stack.portone.inject(operation="get_payment", fault=fault, times=1)

    answered = send(stack, event("Transaction.Paid", payment_id))
    stored = payment_of(stack, payment_id)
    stack.run_for(5 * MINUTE)
    healed = payment_of(stack, payment_id)

    assert answered.json() == {"result": "stored"}
    assert stored.hints["wh_by_hand"].state is HintState.OPEN
    assert stored.due_at is not None
    assert (healed.status, healed.hints["wh_by_hand"].state) == ("PAID", HintState.DONE)


def test_a_duplicate_of_an_open_webhook_finishes_it_once_it_is_old_enough(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=1)
    send(stack, event("Transaction.Paid", payment_id))

    young = send(stack, event("Transaction.Paid", payment_id))
    stack.portone.pause(6)
    old = send(stack, event("Transaction.Paid", payment_id))

    assert (young.json(), old.json()) == ({"result": "duplicate"}, {"result": "done"})


def test_a_failing_table_is_503_and_the_retry_is_accepted(stack: ObservedStack) -> None:
    payment_id, stack.hurt = paid(stack), True
    table = stack.ports["store"].table
    table.around = throttled
    failed = send(stack, event("Transaction.Paid", payment_id))
    table.around = undisturbed

    again = send(stack, event("Transaction.Paid", payment_id))

    assert (failed.status, failed.json()["error"]["code"]) == (503, "storage_unavailable")
    assert again.json() == {"result": "done"}


def test_a_webhook_that_loses_every_race_is_stored_by_itself_as_open(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    races = iter(range(3))

    def lost(operation: str, call: Callable[[], Any]) -> Any:
        if operation == "PutItem" and next(races, None) is not None:
            raise Conflict
        return call()

    stack.ports["store"].table.around = lost
    answered = send(stack, event("Transaction.Paid", payment_id))
    stored = payment_of(stack, payment_id)
    stack.run_for(5 * MINUTE)

    assert answered.json() == {"result": "stored"}
    assert (stored.status, stored.hints["wh_by_hand"].state) == ("READY", HintState.OPEN)
    assert payment_of(stack, payment_id).status == "PAID"
