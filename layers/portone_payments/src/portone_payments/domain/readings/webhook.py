"""An authentic webhook delivery, read out of its body but not yet believed (PortOne facts 8)."""

from dataclasses import dataclass, field

# the type of an authentic body nobody can read: it may be a confirm request, so it is never answered 2xx
UNREADABLE = "Unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery whose signature held. Times in epoch seconds UTC.

    `fresh` is false outside the timestamp tolerance; `old_version` marks a 2024-01-01 body.
    """

    id: str
    type: str
    body_hash: str
    happened_at: float
    fresh: bool = True
    old_version: bool = False
    payment_id: str | None = None
    transaction_id: str | None = None
    store_id: str | None = None
    cancellation_id: str | None = None
    total_amount: int | None = None
    billing_key: str | None = field(default=None, repr=False)
