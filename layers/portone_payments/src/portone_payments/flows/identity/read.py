"""Read a verification at PortOne, and check whose it is here."""

from contextlib import suppress
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import (
    PortOneError,
    ProviderRefused,
    ProviderUnavailable,
    TooManyRequests,
)
from portone_payments.domain.errors.identity import (
    VerificationExpired,
    VerificationLimit,
    VerificationNotFound,
    VerificationPending,
    VerificationUsed,
)
from portone_payments.domain.identity.causes import cause_of
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.verification import VerificationReading
from portone_payments.domain.records.identity import Attempt, AttemptState
from portone_payments.domain.shared.allowances import LOOKS, check, with_one
from portone_payments.ports.identity import IdentityPortOne, IdentityStore
from portone_payments.ports.portone import PerStore
from portone_payments.ports.store import Conflict
from portone_payments.ports.world import Deadline, Meter, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityReader:
    """One reading; it changes nothing."""

    portone: PerStore[IdentityPortOne]
    meter: Meter

    def at(self, attempt: Attempt) -> IdentityPortOne:
        """PortOne in the store a verification was started in, which is not always today's."""
        return self.portone.within(attempt.store_id)

    def read(self, attempt: Attempt, *, deadline: Deadline) -> VerificationReading:
        """What PortOne says. Raises `VerificationPending`, `ProviderUnavailable`, `ProviderRefused`."""
        try:
            reading = self.at(attempt).get_identity_verification(attempt.verification_id, deadline=deadline)
        except PortOneError as error:
            if error.outcome is Outcome.REFUSED:
                self.meter.count(Metric.CREDENTIAL_REFUSED)
                raise ProviderRefused from None
            raise ProviderUnavailable from None
        if reading is None:
            raise VerificationPending
        return reading

    def glance(self, attempt: Attempt, *, deadline: Deadline) -> VerificationReading | None:
        """The reading, None where PortOne shows nothing yet."""
        try:
            return self.read(attempt, deadline=deadline)
        except (VerificationPending, ProviderUnavailable, ProviderRefused):
            return None


def owned(store: IdentityStore, verification_id: str, user_id: str) -> Attempt:
    """The user's verification. Raises `VerificationNotFound` for an absent one and for another's alike."""
    attempt = store.attempt(verification_id)
    if attempt is None or attempt.user_id != user_id:
        raise VerificationNotFound
    return attempt


def check_open(attempt: Attempt, now: float) -> None:
    """Raises `VerificationExpired`, `VerificationUsed`."""
    if attempt.state is AttemptState.USED:
        raise VerificationUsed
    if attempt.state is not AttemptState.OPEN or attempt.expires_at <= now:
        raise VerificationExpired


def check_looks(attempt: Attempt, now: float) -> None:
    """Check that one more reading is allowed. Raises `VerificationLimit`: each costs a call of PortOne."""
    try:
        check(attempt.spent, LOOKS, now=now)
    except TooManyRequests as used_up:
        raise VerificationLimit(**used_up.data) from None


def looked_in_vain(attempt: Attempt, store: IdentityStore, now: float) -> Attempt:
    """The verification with one more reading that came to nothing, saved if nobody was faster."""
    looked = replace(attempt, spent=with_one(attempt.spent, LOOKS, now=now))
    with suppress(Conflict):
        store.save(looked)
        return replace(looked, version=attempt.version + 1)
    return attempt


def failure_cause(attempt: Attempt, reading: VerificationReading) -> str:
    """The stable cause of a FAILED verification, by what the PG's code means."""
    provider = reading.channel.pg_provider if reading.channel else attempt.provider
    return str(cause_of(provider, reading.failure.pg_code if reading.failure else None))
