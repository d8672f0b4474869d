"""The operator's settings for recurring charges, as plain data."""

from dataclasses import dataclass, field

from portone_payments.domain.subscriptions.dunning import DunningPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingPolicy:
    """The operator's settings for recurring charges.

    `consent_always`: every charge needs a consent given in the 30 days before it. `refund_late`: a charge
    that succeeds after its customer has cancelled is refunded. `method_fallback`: an assigned method that no
    longer works gives way to the default. `one_subscription`, `one_trial`: a user has one of each in a plan
    group.
    """

    dunning: DunningPolicy = field(default_factory=DunningPolicy)
    consent_always: bool = False
    refund_late: bool = True
    method_fallback: bool = True
    one_subscription: bool = True
    one_trial: bool = True
