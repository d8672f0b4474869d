"""Time that passes on a stack, from one due moment to the next."""

import math
from collections.abc import Iterator

from portone_local.stack.stack import Stack
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.dynamo.codec import Item, coder
from portone_payments.domain.records.stops import Stop, untried_at
from portone_payments.ports.store import Kind

MINUTE = 60
DAY = 24 * 60 * MINUTE


def clock_of(stack: Stack) -> MovableClock:
    """The stack's clock. TypeError where it moves by itself."""
    if not isinstance(stack.clock, MovableClock):
        raise TypeError("this clock moves by itself")
    return stack.clock


def let_pass(stack: Stack, seconds: float) -> None:
    """Minutes pass, each with webhooks and a sweep; those in which nothing is due are skipped."""
    clock = clock_of(stack)
    end = clock.now() + seconds
    while clock.now() < end and (due := _next_due(stack)) <= end:
        clock.advance(MINUTE * max(1, math.ceil((due - clock.now()) / MINUTE)))
        stack.deliver()
        stack.tick()
    clock.advance(max(0.0, end - clock.now()))


def audited_days(stack: Stack, days: int) -> None:
    """Days go by, each with its audit."""
    for _ in range(days):
        let_pass(stack, DAY)
        stack.functions.invoke("Audit", {})


def _next_due(stack: Stack) -> float:
    marks = [moment for item in stack.dump() for moment in _moments(item)]
    at_portone = (*(each.due for each in stack.portone.pending()), *stack.portone.happens_at())
    return min([math.inf, *marks, *at_portone])


def _moments(item: Item) -> Iterator[float]:
    """When an item needs the sweep; a stop is always due, and changes after a long time without attempts."""
    if item["sk"]["S"] == Kind.STOPS:
        stops = item.get("stops", {"M": {}})["M"].values()
        yield from (untried_at(coder(Stop).decode(each)) for each in stops)
    elif "due_at" in item:
        yield float(item["due_at"]["N"])
