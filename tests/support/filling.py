"""Whoever repeats a command with fresh ids: until nothing grows any more, or something is too large."""

from collections.abc import Callable
from dataclasses import dataclass

from portone_local.gateway.messages import Response
from portone_local.oracle.sizes import LARGEST
from portone_local.stack.stack import Stack
from portone_payments.adapters.dynamo.codec import item_size

ROUND = 40
MOST = 20 * ROUND
STILL = 512
"""Bytes by which an item may differ from round to round though it does not grow."""

type Act = Callable[[int], Response | None]
"""One more of it, by its number; what its caller was answered, where there was a caller."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of it: bytes and partition of the largest item, whether it still grew, the last answer."""

    times: int
    size: int
    name: str
    grows: bool
    last: Response | None

    @property
    def bounded(self) -> bool:
        """Whether it stops growing well below the limit of an item."""
        return not self.grows and self.size <= LARGEST


def repeated(stack: Stack, act: Act) -> Filled:
    """Do it again and again."""
    before = _sizes(stack)
    for number in range(1, MOST + 1):
        last = act(number)
        if number % ROUND:
            continue
        sizes = _sizes(stack)
        grows = any(size - before.get(name, size) > STILL for name, size in sizes.items())
        name = max(sizes, key=lambda each: sizes[each])
        if not grows or sizes[name] > LARGEST or number == MOST:
            return Filled(number, sizes[name], name, grows, last)
        before = sizes
    raise AssertionError


def _sizes(stack: Stack) -> dict[str, int]:
    return {f"{item['pk']['S']} {item['sk']['S']}": item_size(item) for item in stack.dump()}
