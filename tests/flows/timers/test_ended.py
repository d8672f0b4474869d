"""What PortOne and the shop send about a deleted payment: it stays deleted, and the webhook expires too."""

from portone_local.actors.shop import ask_to_prepare, put_order, verify
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import clock_of
from portone_payments.domain.retention.rules import KEPT
from portone_payments.domain.shared.times import DAY
from portone_payments.ports.world import Metric
from tests.support.refunding import paid

NAME = "order-1"


def ended(stack: ObservedStack) -> str:
    """A payment that was paid, and is gone."""
    prepared = paid(stack, NAME)
    clock_of(stack).advance(KEPT + DAY)
    assert stack.functions.invoke("Retention", {})["removed"] == 1
    return str(prepared["paymentId"])


def kinds(stack: ObservedStack) -> list[str]:
    return sorted(item["sk"]["S"] for item in stack.dump())


def test_a_webhook_about_a_deleted_payment_is_an_unmatched_webhook() -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        payment_id = ended(stack)

        stack.portone.console.cancel(payment_id, 1_000)
        stack.deliver()
        heard = kinds(stack)
        stack.functions.invoke("Audit", {})
        clock_of(stack).advance(31 * DAY)
        stack.forget_expired()

        assert set(heard) == {"unmatched"}
        assert stack.metrics[Metric.FOREIGN] == len(heard)
        assert stack.metrics.get(Metric.ORPHAN) is None
        assert stack.metrics.get(Metric.DISCREPANCY) is None
        assert kinds(stack) == ["audit"]


def test_a_deleted_payment_is_not_found_and_its_order_may_be_stored_again() -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        payment_id = ended(stack)

        gone = verify(stack, {"paymentId": payment_id}).status, stack.shop.get(f"/orders/{NAME}").status
        put_order(stack, NAME)
        again = ask_to_prepare(stack, NAME)

        assert gone == (404, 404)
        assert again.json()["paymentId"] != payment_id
