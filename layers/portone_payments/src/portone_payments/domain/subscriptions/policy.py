"""The operator's settings for recurring charges, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from portone_payments.domain.subscriptions.dunning import DunningPolicy

# the least that PGs charge, in minor units: 100 won at cards, the others as international processors do
SMALLEST: Mapping[str, int] = MappingProxyType({"KRW": 100, "JPY": 50, "USD": 50})


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingPolicy:
    """The operator's settings for recurring charges.

    `consent_always`: every charge needs a consent given in the 30 days before it. `refund_late`: a charge
    that succeeds after its customer has cancelled is refunded. `method_fallback`: an assigned method that no
    longer works gives way to the default. `one_subscription`, `one_trial`: a user has one of each in a plan
    group. `smallest`: the smallest charge of each currency, in minor units.
    """

    dunning: DunningPolicy = field(default_factory=DunningPolicy)
    consent_always: bool = False
    refund_late: bool = True
    method_fallback: bool = True
    one_subscription: bool = True
    one_trial: bool = True
    smallest: Mapping[str, int] = field(default_factory=lambda: SMALLEST)

    def least(self, currency: str) -> int:
        """The smallest charge of a currency, in minor units."""
        return self.smallest.get(currency, 1)
