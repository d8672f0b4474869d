"""PortOne's webhooks: authenticated, then a hint; a 2xx only once it is saved or stored."""

import pytest

from portone_local.actors.shop import pay, prepare, status, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import EXAMPLE_WEBHOOK_SECRET, Mischief
from portone_local.twins.tables import FixedSecrets
from portone_payments.domain.records.webhooks import HintState
from portone_payments.ports.world import Metric
from tests.support.deliveries import FOREIGN_SECRET, NEXT_SECRET
from tests.support.letters import event, paid, payment_of, send

pytestmark = pytest.mark.parametrize("webhooks", [True])

MINUTE = 60


def test_a_webhook_answered_2xx_is_borne_out_by_the_saved_record(stack: ObservedStack) -> None:
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


def test_a_webhook_borne_out_by_an_earlier_verify_costs_one_read(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)
    before = stack.calls

    stack.deliver()

    spent = stack.calls - before
    assert (spent.portone, spent.reads, spent.writes) == (0, 1, 0)
    assert not stack.portone.pending()


def test_verifying_costs_one_read_one_call_and_one_write(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    before = stack.calls

    verify(stack, prepared)

    assert ((stack.calls - before).portone, (stack.calls - before).reads) == (1, 1)


@pytest.mark.parametrize("kind", ["Transaction.Paid", "Transaction.Confirm", "BillingKey.Issued"])
def test_a_forged_webhook_is_401_and_leaves_no_trace(stack: ObservedStack, kind: str) -> None:
    payment_id = paid(stack)
    before, calls = stack.dump(), stack.calls

    answered = send(stack, event(kind, payment_id), secret=FOREIGN_SECRET)

    assert (answered.status, answered.json()["error"]["code"]) == (401, "signature_rejected")
    assert (stack.dump(), stack.calls) == (before, calls)
    assert stack.metrics[Metric.SIGNATURE_FAILURE] == 1


def test_a_rotated_secret_is_found_after_the_first_mismatch(stack: ObservedStack) -> None:
    payment_id = paid(stack)
    secrets: FixedSecrets = stack.ports["secrets"]
    secrets.rotate(EXAMPLE_WEBHOOK_SECRET, NEXT_SECRET)

    answered = send(stack, event("Transaction.Paid", payment_id), secret=NEXT_SECRET)

    assert answered.status == 200
    assert stack.metrics[Metric.SIGNATURE_FAILURE] == 0


def test_a_stale_webhook_is_2xx_and_only_moves_the_due_time_forward(stack: ObservedStack) -> None:
    payment_id = paid(stack)

    answered = send(stack, event("Transaction.Paid", payment_id), age=3600)
    held = payment_of(stack, payment_id)
    stack.run_for(2 * MINUTE)

    assert (answered.status, answered.json()) == (200, {"result": "stale"})
    assert (held.status, held.hints) == ("READY", {})
    assert payment_of(stack, payment_id).status == "PAID"
    assert stack.metrics[Metric.STALE_SIGNATURE] == 1


def test_stale_webhooks_move_the_due_time_at_most_once_a_minute(stack: ObservedStack) -> None:
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


def test_a_new_transaction_event_starts_a_reading(stack: ObservedStack) -> None:
    payment_id = paid(stack)

    send(stack, event("Transaction.InventedLater", payment_id))

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
