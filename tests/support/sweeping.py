"""The sweep and its queue, as tests of them see them."""

from typing import Any

from portone_local.oracle import ObservedStack
from portone_local.twins.tables import MemoryQueue
from portone_payments.domain.records.payments import Payment


def payment(stack: ObservedStack) -> Payment:
    """The one payment there is."""
    [found] = [record for record in stack.ports["store"].records() if isinstance(record, Payment)]
    return found


def queue(stack: ObservedStack) -> MemoryQueue:
    """The queue of the workers."""
    found: MemoryQueue = stack.ports["queue"]
    return found


def sweep(stack: ObservedStack) -> Any:
    """The timer fires; what fails comes out."""
    return stack.functions.invoke("Sweep", {})


def calls(stack: ObservedStack) -> int:
    """How often a payment was read at PortOne."""
    return sum(call.operation == "get_payment" for call in stack.portone.calls())
