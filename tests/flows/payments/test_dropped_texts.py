"""A text of PortOne's that passes no filter is counted at the reading that dropped it."""

from portone_local.actors.shop import prepare, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import Decline
from portone_payments.ports.world import Metric


def test_an_invalid_pg_code_is_dropped_and_counted(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"], decline=Decline(pg_code="Example Buyer"))

    first = verify(stack, prepared)

    assert first.json()["status"] == "FAILED"
    assert stack.metrics[Metric.TEXT_DROPPED] >= 1


def test_an_accepted_text_is_not_counted(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])

    verify(stack, prepared)

    assert Metric.TEXT_DROPPED not in stack.metrics
