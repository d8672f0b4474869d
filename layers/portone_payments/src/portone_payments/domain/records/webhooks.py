"""The records of webhooks: hints about stored payments, and unmatched ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class HintState(StrEnum):
    """The state of a stored webhook; only OPEN is unfinished (invariant I2)."""

    OPEN = "open"
    DONE = "done"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A webhook about a payment, and what it promises a reading will show. Times in epoch seconds UTC."""

    id: str
    type: str
    body_hash: str
    received_at: float
    happened_at: float
    transaction_id: str | None = None
    cancellation_id: str | None = None
    state: HintState = HintState.OPEN
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedWebhook:
    """A webhook without a stored payment (foreign, orphaned, a billing key), by webhook id.

    Never the body: `subject_hash` is a keyed hash, `subject_cipher` a ciphertext of the billing key.
    `store_id` is the one it named, where that is not today's.
    """

    webhook_id: str
    type: str
    body_hash: str
    received_at: float
    expires_at: int
    payment_id: str | None = None
    store_id: str | None = None
    subject_hash: str | None = None
    subject_cipher: str | None = None
    state: HintState = HintState.OPEN
    tries: int = 0
    due_at: int | None = None
    version: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)
