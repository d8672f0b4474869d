"""The kinds of trouble staff must be called to: how soon, and counted as what (rules 4.2 and 10.11)."""

from collections.abc import Mapping
from dataclasses import dataclass

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# a reading that is due comes up to ten minutes late before the alarm of unfinished work goes off
LATE_WORK = 10 * MINUTE

WITHIN: Mapping[str, int] = {
    "unknown": 30,
    "quarantined": 30,
    "receipt": 30,
    "ambiguous": 30,
    "mismatch": 15,
    "surplus": 15,
    "late": 15,
    "chargeback": 15,
    "refund-stuck": 15,
    "dead-lettered": 15,
    # three readings over at least 15 minutes
    "deposit-taken-back": 35,
    # five business days, whichever they are
    "requested": 7 * 24 * 60,
    "pending": 7 * 24 * 60,
}
"""Minutes of each kind, from the first reading that could show it."""

COUNTED_AS: Mapping[str, str] = {
    "unknown": "OutcomeUnknown",
    "ambiguous": "RefundAmbiguous",
    "mismatch": "PaymentMismatch",
    "quarantined": "PaymentQuarantined",
    "surplus": "PaymentSurplus",
    "late": "PaymentLate",
    "lagging": "PaymentLagging",
    "dead-lettered": "WorkDeadLettered",
    "receipt": "CashReceiptUnknown",
    "chargeback": "PaymentChargeback",
    "deposit-taken-back": "DepositTakenBack",
    "refund-stuck": "RefundStuck",
    "part-ended": "PartEnded",
}
"""The metric of each kind of call."""

REASONS = frozenset({"mismatch", "surplus", "late"})
"""The kinds of money that has to be refunded."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with a payment since an epoch second UTC; a call of its kind or of `also` reports it.

    `slack` in seconds: how seldom the reading comes that notices. `subject` names the part of the payment.
    """

    payment_id: str
    kind: str
    since: float
    sentence: str
    also: frozenset[str] = frozenset()
    slack: int = LATE_WORK
    subject: str = "payment"

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of call that report it."""
        return self.also | ({self.kind} & COUNTED_AS.keys())

    def told_by(self, kind: str, subject: str) -> bool:
        """Whether a call reports it; one of its own kind about another part of the payment does not."""
        elsewhere = kind == self.kind and self.subject not in {subject, "payment"}
        return kind in self.kinds and not elsewhere

    @property
    def closed_by(self) -> frozenset[str]:
        """The kinds whose closing ends it: without its reason nothing has to be refunded."""
        return self.kinds | (REASONS if self.kind == "refund-stuck" else frozenset())

    @property
    def until(self) -> float:
        """When staff must have been called."""
        return self.since + WITHIN[self.kind] * MINUTE + self.slack
