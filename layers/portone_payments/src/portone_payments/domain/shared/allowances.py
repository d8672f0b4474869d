"""How often a user may have what costs something: calls to PortOne and KMS, attempts, lasting items (I19).

A record that a command writes anyway stores what was spent, by the name of each allowance: the time at which
all of it is free again (epoch seconds UTC). An unspent allowance takes no room.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portone_payments.domain.errors.common import TooManyRequests

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
type Spent = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Allowance:
    """`most` at once, and one more every `every` seconds until it is whole again."""

    name: str
    most: int
    every: int


# readings of a payment that its app requests; in between the answer is the stored record
READINGS = (Allowance("readings", 10, 12), Allowance("readings-a-day", 200, DAY // 200))
# repeated prepares that cost a call or a decryption of a buyer's data; further client keys; further payments
PREPARES = Allowance("prepares", 30, 20)
KEYS = Allowance("keys", 20, DAY // 20)
PAYMENTS = Allowance("payments", 10, DAY // 10)
# windows that save a payment method, and subscriptions begun: their items last, so these refill slowly
METHODS = Allowance("save", 30, DAY // 2)
SUBSCRIPTIONS = Allowance("plan", 10, DAY)
REGISTRATIONS = Allowance("registrations", 5, 3 * MINUTE)
CHOICES = Allowance("choices", 20, DAY // 20)
# repeated deletion requests; the first one of each method is never refused
DELETIONS = Allowance("deletions", 10, 12)
# changes of what is charged or published: plans, methods, consents, ended pauses
COMMANDS = Allowance("commands", 20, DAY // 20)
RECEIPTS = Allowance("receipts", 10, DAY // 10)
# readings before a refund whose last reading lagged; without one the stored record decides
REFUND_READINGS = Allowance("refund-readings", 10, 12)
# readings of a verification without a result
LOOKS = Allowance("looks", 10, 12)
CONFIRMS = Allowance("confirms", 5, 12 * MINUTE)


def check(spent: Spent, *allowances: Allowance, now: float) -> None:
    """Raises `TooManyRequests` for the first that is used up, with the seconds until one is free."""
    for allowance in allowances:
        seconds = _wait(spent, allowance, now)
        if seconds > 0:
            raise TooManyRequests(allowance=allowance.name, retry_after=math.ceil(seconds))


def used_up(spent: Spent, *allowances: Allowance, now: float) -> bool:
    """Whether one of them is used up."""
    return any(_wait(spent, each, now) > 0 for each in allowances)


def with_one(spent: Spent, *allowances: Allowance, now: float) -> dict[str, int]:
    """What is spent after one more of each; a refilled allowance is dropped."""
    left = still(spent, now)
    for each in allowances:
        left[each.name] = max(left.get(each.name, 0), int(now)) + each.every
    return left


def still(spent: Spent, now: float) -> dict[str, int]:
    """What is spent, without refilled allowances."""
    return {name: free_at for name, free_at in spent.items() if free_at > now}


def spend(spent: Spent, *allowances: Allowance, now: float) -> dict[str, int]:
    """What is spent after one more of each, to be stored before it is used. Raises as `check`."""
    check(spent, *allowances, now=now)
    return with_one(spent, *allowances, now=now)


def spent_at(moments: Iterable[float], allowance: Allowance) -> dict[str, int]:
    """What is spent, computed from the stored time of each use (epoch seconds UTC)."""
    spent: dict[str, int] = {}
    for moment in sorted(moments):
        spent = with_one(spent, allowance, now=moment)
    return spent


def _wait(spent: Spent, allowance: Allowance, now: float) -> float:
    """Seconds until one more is free; 0 or less now."""
    room = (allowance.most - 1) * allowance.every
    return spent.get(allowance.name, 0) - now - room
