"""What one hostile user costs: the same again and again, while timers and workers go on."""

import operator
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Any, Self

from portone_local.actors.approver import HOOK
from portone_local.actors.subscribers import to_hour
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.stack.passing import clock_of
from tests.support.careless import Touches
from tests.support.filling import Act

TIMES = 80
APART = 1
"""Seconds between two of them."""

LAST = 20
FOLLOWED = 600
"""Seconds for which timers and workers go on after the last."""

MONTH = 40 * 24 * 3600
_NEVER = {"N": "inf"}
_KMS = ("kms encrypt", "kms decrypt", "kms generate_data_key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was spent: calls of PortOne, of KMS, of the stock hook, messages by queue and phone, rows, units.

    `rows` are those that last for longer than a month, `writes` request units of both tables.
    """

    portone: int = 0
    kms: int = 0
    stock: int = 0
    queued: int = 0
    texted: int = 0
    rows: int = 0
    writes: float = 0

    def __sub__(self, earlier: Self) -> "Cost":
        return self._with(earlier, operator.sub)

    def __add__(self, later: Self) -> "Cost":
        return self._with(later, operator.add)

    def _with(self, other: Self, of: Callable[[Any, Any], Any]) -> "Cost":
        return Cost(
            **{each.name: of(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)}
        )

    def within(self, most: Self) -> bool:
        """Whether nothing of it is above."""
        return all(getattr(self, each.name) <= getattr(most, each.name) for each in fields(self))

    def __str__(self) -> str:
        return "  ".join(f"{each.name} {getattr(self, each.name):g}" for each in fields(self))


class HostileStack(ObservedStack):
    """A stack whose every call of a service is counted; `touches` has them."""

    touches: Touches

    @property
    def spent(self) -> Cost:
        """All that was spent so far; `rows` as they are now."""
        made = Counter(self.touches.made)
        items = [*self.dump(), *self.identity_dump()]
        return Cost(
            portone=self.calls.portone,
            kms=sum(made[name] for name in _KMS),
            stock=sum(number for name, number in made.items() if name.startswith("stock ")),
            queued=made["sqs send"],
            texted=sum(book.messages for book in self.portone.verifications().values()),
            rows=sum(float(item.get("ttl", _NEVER)["N"]) > self.clock.now() + MONTH for item in items),
            writes=self.calls.writes + self.ports["people"].table.log.writes,
        )


@dataclass(frozen=True, slots=True)
class Storm:
    """What came of it: what all of it cost, with the work that followed; what the last calls cost themselves.

    `refused` is when it was first answered 429, counted from 1, None for never.
    """

    whole: Cost
    last: Cost
    answers: tuple[Response | None, ...]

    @property
    def refused(self) -> int | None:
        """The number of the first call that was answered 429."""
        numbered = enumerate(self.answers, 1)
        return next((number for number, answer in numbered if is_limit(answer)), None)


def is_limit(answer: Response | None) -> bool:
    """Whether it is an answer about a limit that ends."""
    return answer is not None and answer.status == HTTPStatus.TOO_MANY_REQUESTS


def storm_of(stack: HostileStack, act: Act) -> Storm:
    """Do it again and again, a second apart, with a sweep each minute; ten more minutes go by."""
    before, answers, last = stack.spent, [], Cost()
    for number in range(1, TIMES + 1):
        earlier = stack.spent if number > TIMES - LAST else None
        answers.append(act(number))
        last = last if earlier is None else last + (stack.spent - earlier)
        clock_of(stack).advance(APART)
        if number * APART % 60 == 0:
            stack.deliver()
            stack.tick()
    stack.run_for(FOLLOWED, step=120)
    return Storm(stack.spent - before, last, tuple(answers))


@contextmanager
def hostile(**settings: str) -> Iterator[HostileStack]:
    """A stack at noon with a hook for stock."""
    touches = Touches()
    with HostileStack.in_memory(seed=1, tap=touches.tap, **HOOK | settings) as stack:
        stack.touches = touches
        to_hour(stack, 12)
        yield stack
