"""What the cost of a use case is, and how it is counted."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portone_local.stack.stack import Stack
from portone_local.template.cloudformation import functions
from portone_local.twins.request_units import CallLog
from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.entry.wiring.payments import PaymentDeps

type Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls of PortOne, request units of DynamoDB, and the calls they were for, such as "1 GetItem"."""

    portone: int
    reads: float
    writes: float
    made: str


@dataclass(frozen=True, slots=True)
class Budget:
    """A use case: `scene` prepares it and answers the act that is counted; `settings` of the shop."""

    name: str
    scene: Callable[[Stack], Act]
    cost: Cost
    settings: Mapping[str, Any] = field(default_factory=dict)


def spent(stack: Stack, log: CallLog, act: Act) -> Cost:
    """What `act` cost; `log` has listened to the stack's DynamoDB client.

    Containers have read what is stopped a moment ago: one read in five seconds, however often they send.
    """
    for function in functions(stack.template).values():
        container = stack.functions.container(function)
        if issubclass(container.kind, PaymentDeps | KeyDeps):
            container.deps.gate.look()
    before, logged = stack.calls, len(log.calls)
    act()
    used = stack.calls - before
    made = Counter(call.operation for call in log.calls[logged:])
    calls = ", ".join(f"{count} {operation}" for operation, count in made.items())
    return Cost(used.portone, used.reads, used.writes, calls)
