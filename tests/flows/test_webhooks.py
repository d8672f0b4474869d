"""PortOne's webhooks: authenticated, then a hint; a 2xx is only said of what is saved or stored."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from portone_local.memory import FixedSecrets, throttled
from portone_local.memory_table import undisturbed
from portone_local.oracle import ObservedStack, check
from portone_local.portone import EXAMPLE_WEBHOOK_SECRET, BodyVersion, Fault, Mischief
from portone_local.testing.deliveries import FOREIGN_SECRET, NEXT_SECRET
from portone_local.testing.letters import FORM, event, send
from portone_local.testing.shopping import checkout, pay, prepare, status
from portone_payments.domain.records import Payment
from portone_payments.domain.webhook_records import HintState, Stray
from portone_payments.ports import Metric
from portone_payments.ports_store import Conflict

pytestmark = pytest.mark.parametrize("webhooks", [True])
MINUTE = 60
BILLING_KEY = "billing-key-planted-0001"


def payment_of(stack: ObservedStack, payment_id: str) -> Payment:
    [found] = [
        record
        for record in stack.ports["store"].records()
        if isinstance(record, Payment) and record.payment_id == payment_id
    ]
    return found


def strays(stack: ObservedStack) -> list[Stray]:
    return [record for record in stack.ports["store"].records() if isinstance(record, Stray)]


def paid(stack: ObservedStack) -> str:
    """A payment that PortOne took money for and we have not heard of."""
    prepared = prepare(stack)
    pay(stack, prepared)
    stack.portone.webhooks.lose()
    return str(prepared["paymentId"])


def test_a_webhook_answered_2xx_is_borne_out_by_what_is_saved(stack: ObservedStack) -> None:
    payment_id = paid(stack)

    answered = send(stack, event("Transaction.Paid", payment_id))
    held = payment_of(stack, payment_id)

    assert (answered.status, answered.json()) == (200, {"result": "done"})
    assert (held.status, held.hints["wh_by_hand"].state) == ("PAID", HintState.DONE)


def test_a_first_delivery_costs_one_read_one_call_and_one_write(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    before = stack.calls

    send(stack, event("Transaction.Paid", payment_id))

    assert ((stack.calls - before).portone, (stack.calls - before).reads) == (1, 1)


def test_a_duplicate_costs_one_read_no_write_and_no_call(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    send(stack, event("Transaction.Paid", payment_id))
    before = stack.calls

    answers = [send(stack, event("Transaction.Paid", payment_id)).json() for _ in range(3)]

    spent = stack.calls - before
    assert answers == [{"result": "duplicate"}] * 3
    assert (spent.portone, spent.reads, spent.writes) == (0, 3, 0)


@pytest.mark.parametrize("kind", ["Transaction.Paid", "Transaction.Confirm", "BillingKey.Issued"])
def test_a_forged_webhook_is_401_and_leaves_no_trace(stack: ObservedStack, kind: str) -> None:
    payment_id = paid(stack)
    before, calls = stack.dump(), stack.calls

    answered = send(stack, event(kind, payment_id), secret=FOREIGN_SECRET)

    assert (answered.status, answered.json()["error"]["code"]) == (401, "signature_rejected")
    assert (stack.dump(), stack.calls) == (before, calls)
    assert stack.metrics[Metric.SIGNATURE_FAILURE] == 1


def test_a_rotated_secret_is_found_by_the_first_miss(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    secrets: FixedSecrets = stack.ports["secrets"]
    secrets.rotate(EXAMPLE_WEBHOOK_SECRET, NEXT_SECRET)

    answered = send(stack, event("Transaction.Paid", payment_id), secret=NEXT_SECRET)

    assert answered.status == 200
    assert Metric.SIGNATURE_FAILURE not in stack.metrics


def test_a_stale_timestamp_is_2xx_and_only_brings_the_due_mark_forward(stack: ObservedStack) -> None:
    payment_id = paid(stack)

    answered = send(stack, event("Transaction.Paid", payment_id), age=3600)
    held = payment_of(stack, payment_id)
    stack.run_for(2 * MINUTE)

    assert (answered.status, answered.json()) == (200, {"result": "stale"})
    assert (held.status, held.hints) == ("READY", {})
    assert payment_of(stack, payment_id).status == "PAID"
    assert stack.metrics[Metric.STALE_SIGNATURE] == 1


def test_stale_webhooks_move_the_due_mark_at_most_once_a_minute(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    send(stack, event("Transaction.Paid", payment_id), age=3600)
    before = stack.calls

    for number in range(20):
        send(stack, event("Transaction.Paid", payment_id), age=3600, webhook_id=f"wh_stale_{number}")

    assert (stack.calls - before).writes == 0


def test_the_same_id_with_another_body_is_2xx_and_quarantined(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    send(stack, event("Transaction.Paid", payment_id))

    answered = send(stack, event("Transaction.Cancelled", payment_id))

    assert answered.json() == {"result": "quarantined"}
    assert stack.metrics[Metric.QUARANTINED_HINT] == 1
    assert payment_of(stack, payment_id).status == "PAID"


@pytest.mark.parametrize("version", [BodyVersion.V2024_01_01_JSON, BodyVersion.V2024_01_01_FORM])
def test_a_body_of_the_old_version_still_works_and_is_counted(
    stack: ObservedStack, version: BodyVersion
) -> None:
    stack.portone.webhooks.version = version
    prepared = prepare(stack)

    pay(stack, prepared)
    stack.deliver()

    assert status(stack, prepared) == "PAID"
    assert stack.metrics[Metric.OLD_VERSION] == 2


def test_ready_is_acknowledged_and_counted_and_not_stored(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    before = stack.dump()

    stack.portone.buyer.open_window(prepared["paymentId"], checkout(prepared))
    stack.deliver()

    assert stack.dump() == before
    assert stack.metrics[Metric.READY_HINT] == 1


@pytest.mark.parametrize("kind", ["TaxInvoice.Issued", "Something.New"])
def test_an_unknown_type_is_2xx_and_counted(stack: ObservedStack, kind: str) -> None:
    payment_id = paid(stack)

    answered = send(stack, event(kind, payment_id))

    assert (answered.status, answered.json()) == (200, {"result": "ignored"})
    assert stack.metrics[Metric.IGNORED] == 1


def test_a_new_transaction_event_makes_us_look(stack: ObservedStack) -> None:
    payment_id = paid(stack)

    send(stack, event("Transaction.InventedLater", payment_id))

    assert payment_of(stack, payment_id).status == "PAID"


def test_a_foreign_payment_is_counted_filed_and_never_touched(stack: ObservedStack) -> None:
    from_elsewhere = checkout(prepare(stack), custom_data='{"bundle":"another-system"}')
    stack.portone.buyer.pay("paymentofothers", from_elsewhere)

    stack.deliver()
    [stray] = strays(stack)

    assert (stray.payment_id, stray.state) == ("paymentofothers", HintState.IGNORED)
    assert (stack.metrics[Metric.FOREIGN], stack.metrics.get(Metric.ORPHAN)) == (1, None)


def test_a_payment_of_ours_whose_record_is_gone_is_an_orphan(stack: ObservedStack) -> None:
    lost_record = checkout(prepare(stack))
    stack.portone.buyer.pay("paymentwithoutrecord", lost_record)

    stack.deliver()
    [stray] = strays(stack)

    assert stray.state is HintState.QUARANTINED
    assert stack.metrics[Metric.ORPHAN] == 1


def test_a_stray_is_stored_while_portone_is_down_and_settled_later(stack: ObservedStack) -> None:
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=1)

    answered = send(stack, event("Transaction.Paid", "paymentofothers"))
    [stored] = strays(stack)
    stack.run_for(5 * MINUTE)
    [settled] = strays(stack)

    assert answered.json() == {"result": "stored"}
    assert (stored.state, settled.state, settled.due_at) == (HintState.OPEN, HintState.IGNORED, None)


def test_a_stray_sent_twice_is_a_duplicate(stack: ObservedStack) -> None:
    send(stack, event("Transaction.Paid", "paymentofothers"))

    assert send(stack, event("Transaction.Paid", "paymentofothers")).json() == {"result": "duplicate"}
    assert send(stack, event("Transaction.Failed", "paymentofothers")).json() == {"result": "quarantined"}


@pytest.mark.parametrize("kind", ["BillingKey.Issued", "BillingKey.Deleted", "BillingKey.InventedLater"])
def test_a_billing_key_is_never_stored_or_said_in_clear(stack: ObservedStack, kind: str) -> None:
    body = json.dumps({"type": kind, "data": {"billingKey": BILLING_KEY, "storeId": "store-1"}}).encode()

    answered = send(stack, body)
    again = send(stack, body)
    [stray] = strays(stack)

    assert (answered.json(), again.json()) == ({"result": "filed"}, {"result": "duplicate"})
    assert stray.subject_hash is not None
    assert check(stack, canaries=[BILLING_KEY], answers=stack.answers) == []


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


def test_the_table_failing_is_503_and_the_retry_is_taken(stack: ObservedStack) -> None:
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


def test_twenty_copies_in_any_order_pay_once(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.webhooks.plan(Mischief(copies=19, count=2))

    pay(stack, prepared)
    sent = [delivery.webhook_id for delivery in stack.portone.pending()]
    stack.portone.webhooks.reorder(*reversed(list(dict.fromkeys(sent))))
    stack.deliver()

    assert status(stack, prepared) == "PAID"
    assert (stack.metrics[Metric.PAID], stack.metrics[Metric.DUPLICATE]) == (1, 19)


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", FORM])
def test_the_meaning_depends_on_signed_bytes_not_on_the_content_type(
    stack: ObservedStack, content_type: str
) -> None:
    payment_id = paid(stack)

    send(stack, event("Transaction.Paid", payment_id), content_type=content_type)

    assert payment_of(stack, payment_id).status == "PAID"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"\x00", b'{"type":7}', b'{"type":"Transaction.Paid"}']
)
def test_an_authentic_body_nobody_can_read_is_refused_because_it_might_be_a_question(
    stack: ObservedStack, body: bytes
) -> None:
    before = stack.dump()

    answered = send(stack, body)

    assert (answered.status, answered.json()["error"]["code"]) == (403, "approval_refused")
    assert stack.dump() == before
