"""A webhook about nothing of ours is counted and filed, and never touched."""

import json

import pytest

from portone_local.actors.shop import checkout, prepare
from portone_local.oracle import ObservedStack, check
from portone_local.portone import Fault
from portone_payments.domain.records.webhooks import HintState
from portone_payments.ports.world import Metric
from tests.support.letters import event, send, unmatched_webhooks

pytestmark = pytest.mark.parametrize("webhooks", [True])

MINUTE = 60

BILLING_KEY = "billing-key-planted-0001"


def test_a_foreign_payment_is_counted_stored_and_never_changed(stack: ObservedStack) -> None:
    from_elsewhere = checkout(prepare(stack), custom_data='{"bundle":"another-system"}')
    stack.portone.buyer.pay("paymentofothers", from_elsewhere)

    stack.deliver()
    [unmatched] = unmatched_webhooks(stack)

    assert (unmatched.payment_id, unmatched.state) == ("paymentofothers", HintState.IGNORED)
    assert (stack.metrics[Metric.FOREIGN], stack.metrics.get(Metric.ORPHAN)) == (1, None)


def test_a_payment_of_ours_without_a_record_is_an_orphan(stack: ObservedStack) -> None:
    lost_record = checkout(prepare(stack))
    stack.portone.buyer.pay("paymentwithoutrecord", lost_record)

    stack.deliver()
    [unmatched] = unmatched_webhooks(stack)

    assert unmatched.state is HintState.QUARANTINED
    assert stack.metrics[Metric.ORPHAN] == 1


@pytest.mark.parametrize("ending", ["declined", "account"])
def test_an_unpaid_checkout_with_a_forged_marker_raises_no_attention(
    stack: ObservedStack, ending: str
) -> None:
    marked = checkout(prepare(stack), method="VIRTUAL_ACCOUNT" if ending == "account" else "CARD")
    for number in range(5):
        if ending == "declined":
            stack.portone.buyer.decline(f"invented{number}", marked)
        else:
            stack.portone.buyer.pay(f"invented{number}", marked)
    stack.deliver()
    stack.run_for(20 * MINUTE)
    stack.functions.invoke("Audit", {})

    assert {unmatched.state for unmatched in unmatched_webhooks(stack)} == {HintState.IGNORED}
    assert (stack.metrics.get(Metric.ORPHAN), stack.metrics[Metric.FOREIGN]) == (None, 5)
    assert stack.staff.get("/ops/discrepancies").json()["items"] == []


def test_a_webhook_that_reports_a_payment_is_an_orphan_although_its_reading_lags(
    stack: ObservedStack,
) -> None:
    stack.portone.buyer.decline("paymentwithoutrecord", checkout(prepare(stack)))
    stack.portone.webhooks.lose()

    send(stack, event("Transaction.Paid", "paymentwithoutrecord"))

    assert stack.metrics[Metric.ORPHAN] == 1


def test_an_unmatched_webhook_is_stored_while_portone_is_down_and_settled_later(stack: ObservedStack) -> None:
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_502, times=1)

    answered = send(stack, event("Transaction.Paid", "paymentofothers"))
    [stored] = unmatched_webhooks(stack)
    stack.run_for(5 * MINUTE)
    [settled] = unmatched_webhooks(stack)

    assert answered.json() == {"result": "stored"}
    assert (stored.state, settled.state, settled.due_at) == (HintState.OPEN, HintState.IGNORED, None)


@pytest.mark.parametrize("age", [0, 301, 30 * 24 * 3600])
def test_an_orphan_is_stored_and_counted_once_however_old_its_timestamp(
    stack: ObservedStack, age: float
) -> None:
    lost_record = checkout(prepare(stack))
    stack.portone.buyer.pay("paymentwithoutrecord", lost_record)
    stack.portone.webhooks.lose()

    first = send(stack, event("Transaction.Paid", "paymentwithoutrecord"), age=age)
    before = stack.calls
    replayed = [send(stack, event("Transaction.Paid", "paymentwithoutrecord"), age=age) for _ in range(5)]
    spent = stack.calls - before

    assert first.json() == {"result": "filed"}
    assert [answer.json() for answer in replayed] == [{"result": "duplicate"}] * 5
    assert (spent.portone, spent.writes, spent.reads) == (0, 0, 10)
    assert [unmatched.state for unmatched in unmatched_webhooks(stack)] == [HintState.QUARANTINED]
    assert stack.metrics[Metric.ORPHAN] == 1


@pytest.mark.parametrize("kind", ["Transaction.Ready", "Platform.Something"])
def test_an_old_webhook_that_need_not_be_stored_is_not_stored(stack: ObservedStack, kind: str) -> None:
    assert send(stack, event(kind, "paymentofothers"), age=301).json() == {"result": "stale"}
    assert unmatched_webhooks(stack) == []


def test_an_unmatched_webhook_delivered_twice_is_a_duplicate(stack: ObservedStack) -> None:
    send(stack, event("Transaction.Paid", "paymentofothers"))

    assert send(stack, event("Transaction.Paid", "paymentofothers")).json() == {"result": "duplicate"}
    assert send(stack, event("Transaction.Failed", "paymentofothers")).json() == {"result": "quarantined"}


@pytest.mark.parametrize("kind", ["BillingKey.Issued", "BillingKey.Deleted", "BillingKey.InventedLater"])
def test_a_billing_key_is_never_stored_or_logged_in_clear(stack: ObservedStack, kind: str) -> None:
    body = json.dumps({"type": kind, "data": {"billingKey": BILLING_KEY, "storeId": "store-1"}}).encode()

    answered = send(stack, body)
    again = send(stack, body)
    [unmatched] = unmatched_webhooks(stack)

    assert (answered.json(), again.json()) == ({"result": "filed"}, {"result": "duplicate"})
    assert unmatched.subject_hash is not None
    assert check(stack, canaries=[BILLING_KEY], answers=stack.answers) == []
