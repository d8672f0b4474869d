"""The operator's settings for recurring charges, as plain data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from portone_payments.domain.subscriptions.dunning import DunningPolicy

# the least that PGs charge, in minor units: 100 won at cards, the others as international processors do
SMALLEST: Mapping[str, int] = MappingProxyType({"KRW": 100, "JPY": 50, "USD": 50})
_MOST_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """How many days before its charge each kind is announced; 0 is never.

    `yearly` is the renewal of a period of a year or longer, `renewal` of any other: each is a write more.
    ValueError for anything but 0 to 60.
    """

    renewal: int = 0
    yearly: int = 7
    trial: int = 3
    price: int = 30

    def __post_init__(self) -> None:
        days = (self.renewal, self.yearly, self.trial, self.price)
        if not all(type(each) is int and 0 <= each <= _MOST_DAYS for each in days):
            raise ValueError(f"announcements come 0 to {_MOST_DAYS} whole days ahead")

    @classmethod
    def parse(cls, source: str) -> "Announce":
        """From JSON: {renewal?, yearly?, trial?, price?}; what is left out keeps its default.

        Raises ValueError, also for an unknown name.
        """
        days = json.loads(source)
        if not isinstance(days, Mapping) or not set(days) <= {"renewal", "yearly", "trial", "price"}:
            raise ValueError("announcements are renewal, yearly, trial and price")
        return cls(**days)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingPolicy:
    """The operator's settings for recurring charges.

    `consent_always`: every charge needs a consent given in the 30 days before it. `refund_late`: a charge
    that succeeds after its customer has cancelled is refunded. `method_fallback`: an assigned method that no
    longer works gives way to the default. `one_subscription`, `one_trial`: a user has one of each in a plan
    group. `smallest`: the smallest charge of each currency, in minor units.
    """

    dunning: DunningPolicy = field(default_factory=DunningPolicy)
    announce: Announce = field(default_factory=Announce)
    consent_always: bool = False
    refund_late: bool = True
    method_fallback: bool = True
    one_subscription: bool = True
    one_trial: bool = True
    smallest: Mapping[str, int] = field(default_factory=lambda: SMALLEST)

    def least(self, currency: str) -> int:
        """The smallest charge of a currency, in minor units."""
        return self.smallest.get(currency, 1)
