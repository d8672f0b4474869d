"""What an operator may choose about recurring charges, as plain data."""

from dataclasses import dataclass, field

from portone_payments.domain.subscriptions.dunning import DunningPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingPolicy:
    """What an operator chose about recurring charges.

    `consent_always`: every charge needs a consent given in the 30 days before it. `refund_late`: what a
    charge under way took after its customer had cancelled goes back.
    """

    dunning: DunningPolicy = field(default_factory=DunningPolicy)
    consent_always: bool = False
    refund_late: bool = True
