"""What the books of identity verifications consist of."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from portone_local.portone.checkout import Channel
from portone_local.portone.identity.people import Person


class IdentityStatus(StrEnum):
    """The three states of a verification (PortOne facts 9)."""

    READY = "READY"
    VERIFIED = "VERIFIED"
    FAILED = "FAILED"


@dataclass
class IdentityAttempt:
    """One attempt under an id. Epoch seconds. `code` is the newest SMS's, None where none was sent.

    `without` names fields that this one answer leaves out; `given` is what the PG said of the person.
    """

    tx_id: str
    channel: Channel
    requested_at: float
    changed_at: float
    customer: dict[str, str] = field(default_factory=dict, repr=False)
    custom_data: str | None = None
    status: IdentityStatus = IdentityStatus.READY
    person: Person | None = None
    method: Literal["SDK", "SMS", "APP"] = "SDK"
    code: str | None = field(default=None, repr=False)
    codes_sent: int = 0
    code_at: float = 0.0
    wrong_codes: int = 0
    approved_in_app: bool = False
    given: dict[str, Any] = field(default_factory=dict, repr=False)
    failure: dict[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    readable: bool = True

    @property
    def sent(self) -> bool:
        """Whether it waits for a code or for the app."""
        return self.method != "SDK" and self.status is IdentityStatus.READY


@dataclass
class IdentityRecord:
    """All that happened under one verification id; `history` holds each answer GET gave, with its time."""

    verification_id: str
    attempts: list[IdentityAttempt] = field(default_factory=list)
    history: list[tuple[float, dict[str, Any] | None]] = field(default_factory=list, repr=False)

    @property
    def shown(self) -> IdentityAttempt | None:
        """The attempt that GET answers with: the one that verified, else the newest readable one."""
        readable = [attempt for attempt in self.attempts if attempt.readable]
        return self.verified or (readable[-1] if readable else None)

    @property
    def verified(self) -> IdentityAttempt | None:
        """The one attempt that succeeded: an id is verified once."""
        return next((entry for entry in self.attempts if entry.status is IdentityStatus.VERIFIED), None)


@dataclass(frozen=True)
class VerificationBook:
    """What is true at PortOne about one verification id. `messages` counts the SMS that cost money."""

    verification_id: str
    status: IdentityStatus | None
    pg_provider: str
    pg_merchant_id: str
    test: bool
    custom_data: str | None
    attempts: int
    messages: int
    person: Person | None = None


def book_of(record: IdentityRecord) -> VerificationBook:
    """The truth about `record`, which has an attempt."""
    shown = record.shown
    told = shown or record.attempts[-1]
    return VerificationBook(
        verification_id=record.verification_id,
        status=shown.status if shown else None,
        pg_provider=told.channel.pg_provider,
        pg_merchant_id=told.channel.pg_merchant_id,
        test=told.channel.type == "TEST",
        custom_data=told.custom_data,
        attempts=len(record.attempts),
        messages=sum(attempt.codes_sent for attempt in record.attempts),
        person=told.person,
    )
