"""When a declined charge is retried, on the KST calendar, and when it is given up; the policy is data.

A method that the customer chose anew is charged at once, outside this policy (rule 8.6).
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from portone_payments.domain.shared.calendar import DAY, HOUR, kst_day, kst_midnight, kst_seconds
from portone_payments.domain.subscriptions.decline_codes import HARD_CODES

ANY_PG = "*"
_DAY_HOURS = 24
_LONGEST_GRACE = 365

_KEY_IS_GONE = frozenset({"billing_key_not_found", "billing_key_already_deleted"})


class AtEnd(StrEnum):
    """The state of a subscription whose dunning ended without money."""

    PAUSE = "PAUSE"
    CANCEL = "CANCEL"
    UNPAID = "UNPAID"


class CatchUp(StrEnum):
    """Which periods are charged after an outage of days."""

    CURRENT = "CURRENT"
    ALL = "ALL"


@dataclass(frozen=True, slots=True, kw_only=True)
class DunningPolicy:
    """Retries on `retry_days` after the first failure, at hours [`allowed_from`, `allowed_to`), all KST.

    `hard_codes`: PG's provider name, or "*", to the codes that no retry can heal. `smoothing_seconds`: the
    window over which a spike is spread. ValueError for a policy that makes no sense.
    """

    retry_days: tuple[int, ...] = (1, 3, 5, 7)
    allowed_from: int = 10
    allowed_to: int = 21
    grace_days: int = 14
    at_end: AtEnd = AtEnd.UNPAID
    hard_codes: Mapping[str, frozenset[str]] = field(default_factory=lambda: HARD_CODES)
    smoothing_seconds: int = 0
    catch_up: CatchUp = CatchUp.CURRENT

    def __post_init__(self) -> None:
        if not 0 <= self.allowed_from < self.allowed_to <= _DAY_HOURS:
            raise ValueError("allowed hours lie inside one day, 0 to 24, and do not cross midnight")
        if not 0 <= self.grace_days <= _LONGEST_GRACE:
            raise ValueError(f"grace is 0 to {_LONGEST_GRACE} days")
        if list(self.retry_days) != sorted({day for day in self.retry_days if 1 <= day <= self.grace_days}):
            raise ValueError("retry days rise from 1 to the days of grace, each once")
        if not 0 <= self.smoothing_seconds <= DAY:
            raise ValueError("smoothing is 0 to 86400 seconds")

    @classmethod
    def parse(cls, source: str | Mapping[str, object]) -> "DunningPolicy":
        """A policy from settings, JSON or its object, in camelCase: {retryDays?, allowedFrom?, ...}.

        What is left out keeps its default; a provider in `hardCodes` replaces that provider's codes only.
        Raises ValueError, also for an unknown name.
        """
        fields = _object(json.loads(source) if isinstance(source, str) else source)
        unknown = set(fields) - set(_READERS)
        if unknown:
            raise ValueError(f"unknown fields in a dunning policy: {sorted(unknown)}")
        values = {name: reader(fields[key]) for key, (name, reader) in _READERS.items() if key in fields}
        return cls(**values)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a dunning policy counts in whole numbers")
    return value


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("retry days and hard codes are lists")  # noqa: TRY004 - one error for all nonsense
    return value


def _object(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError("a dunning policy and its hard codes are objects")  # noqa: TRY004 - as above
    return value


def _code(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a hard code is a string")
    return value


def _hard_codes(value: object) -> Mapping[str, frozenset[str]]:
    said = {
        _code(provider): frozenset(map(_code, _listed(codes))) for provider, codes in _object(value).items()
    }
    return MappingProxyType({**HARD_CODES, **said})


_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "retryDays": ("retry_days", lambda days: tuple(map(_whole, _listed(days)))),
    "allowedFrom": ("allowed_from", _whole),
    "allowedTo": ("allowed_to", _whole),
    "graceDays": ("grace_days", _whole),
    "atEnd": ("at_end", AtEnd),
    "hardCodes": ("hard_codes", _hard_codes),
    "smoothingSeconds": ("smoothing_seconds", _whole),
    "catchUp": ("catch_up", CatchUp),
}


def is_hard(policy: DunningPolicy, pg_provider: str | None, pg_code: str | None, *, code: str = "") -> bool:
    """Whether no retry with this method can succeed; a PG's code that is not listed is soft.

    `code` is PortOne's `type` or our own for it, in either case: a billing key that is gone is always hard.
    """
    if code.lower() in _KEY_IS_GONE:
        return True
    listed = policy.hard_codes.get(pg_provider or ANY_PG, frozenset())
    return pg_code in listed | policy.hard_codes.get(ANY_PG, frozenset())


def at_allowed_time(policy: DunningPolicy, at: int, spread: int) -> int:
    """The first allowed second from `at` on, plus this charge's share of the smoothing window.

    `spread` is any whole number that differs from charge to charge, such as a hash. The window is cut at
    the end of the allowed hours; a later `at` never gives an earlier answer.
    """
    opened = _opened(policy, at)
    closes = kst_midnight(kst_day(opened)) + policy.allowed_to * HOUR
    window = min(policy.smoothing_seconds, closes - opened)
    if window == 0:
        return opened
    return opened + spread % policy.smoothing_seconds * window // policy.smoothing_seconds


def one_a_day(policy: DunningPolicy, last_try_at: float, wanted_at: int) -> int:
    """`wanted_at`, or that time on the day after the last attempt if later; always in allowed hours."""
    next_day = kst_day(last_try_at) + timedelta(days=1)
    if kst_day(wanted_at) < next_day:
        wanted_at = kst_midnight(next_day) + kst_seconds(wanted_at)
    return _opened(policy, wanted_at)


def end_of_grace(policy: DunningPolicy, first_failed_at: float) -> int:
    """The second at which grace is over: the end of the KST day `grace_days` after the first failure's."""
    return kst_midnight(kst_day(first_failed_at) + timedelta(days=policy.grace_days + 1))


def next_try(
    policy: DunningPolicy,
    first_failed_at: float,
    tries_done: int,
    now: float,
    *,
    last_try_at: float | None = None,
    spread: int = 0,
) -> int | None:
    """When the next automatic retry is due after `tries_done` retries, the first failure aside; None: never.

    At the time of day of the first failure, which keeps a spike spread, or from the first allowed hour. A day
    missed in an outage is caught up. With `last_try_at` never twice on one KST day.
    """
    if tries_done >= len(policy.retry_days):
        return None
    day = kst_day(first_failed_at) + timedelta(days=policy.retry_days[tries_done])
    # to the minute: what became due in the same one is charged in its order
    seconds = kst_seconds(first_failed_at) // 60 * 60
    wanted = max(_on(policy, day, seconds, spread), math.ceil(now))
    at = one_a_day(policy, first_failed_at if last_try_at is None else last_try_at, wanted)
    return at if at < end_of_grace(policy, first_failed_at) else None


def _opened(policy: DunningPolicy, at: int) -> int:
    """The first second from `at` on that lies in the allowed hours."""
    midnight = kst_midnight(kst_day(at))
    if at >= midnight + policy.allowed_to * HOUR:
        return midnight + DAY + policy.allowed_from * HOUR
    return max(at, midnight + policy.allowed_from * HOUR)


def _on(policy: DunningPolicy, day: date, seconds: int, spread: int) -> int:
    """That time of `day` when it is allowed, else a time from the first allowed hour on."""
    if policy.allowed_from * HOUR <= seconds < policy.allowed_to * HOUR:
        return kst_midnight(day) + seconds
    return at_allowed_time(policy, kst_midnight(day), spread)
