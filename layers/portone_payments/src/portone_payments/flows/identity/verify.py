"""Verify: read PortOne, then use the verification, claim the person and store the facts, all or none."""

from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.errors.identity import (
    IdentityDuplicate,
    VerificationExpired,
    VerificationFailed,
    VerificationPending,
    VerificationUsed,
)
from portone_payments.domain.identity.rules import Field, IdentityRules, Known, recognised
from portone_payments.domain.readings.verification import Customer, VerificationReading, VerificationStatus
from portone_payments.domain.records.identity import Attempt, AttemptState, Person
from portone_payments.domain.verifications.asked import check_answer, merchant_named, stricter, typed_fields
from portone_payments.flows.identity.person import Persons
from portone_payments.flows.identity.read import (
    IdentityReader,
    check_looks,
    check_open,
    failure_cause,
    looked_in_vain,
    owned,
)
from portone_payments.flows.identity.start import started_mark
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.identity import IdentityStore
from portone_payments.ports.world import Clock, Deadline, Meter, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """The only flow by which a user becomes verified."""

    store: IdentityStore
    reader: IdentityReader
    persons: Persons
    clock: Clock
    meter: Meter
    rules: IdentityRules

    def verify(self, verification_id: str, user_id: str, *, deadline: Deadline) -> tuple[Attempt, Person]:
        """The attempt and the person, once used; the same again for a repeated request.

        Raises the errors of its helpers; `VerificationLimit` for readings that come to nothing again and
        again; `Busy` after lost races.
        """
        reading: VerificationReading | None = None

        def write() -> tuple[Attempt, Person]:
            nonlocal reading
            attempt = owned(self.store, verification_id, user_id)
            if attempt.state is AttemptState.USED:
                return attempt, self._seen_before(attempt)
            check_open(attempt, self.clock.now())
            check_looks(attempt, self.clock.now())
            try:
                reading = reading or self.reader.read(attempt, deadline=deadline)
                return self._judged(attempt, reading)
            except BundleError:
                looked_in_vain(attempt, self.store, self.clock.now())
                raise

        return retried(write, meter=self.meter)

    def _judged(self, attempt: Attempt, reading: VerificationReading) -> tuple[Attempt, Person]:
        # PortOne may have taken its time: what is late now is late
        check_open(attempt, self.clock.now())
        return self._accept(attempt, reading, self._checked(attempt, reading))

    def _checked(self, attempt: Attempt, reading: VerificationReading) -> Customer:
        """Who was verified. Raises `VerificationPending`, `VerificationFailed`, `VerificationMismatch`."""
        if reading.status is VerificationStatus.FAILED:
            raise VerificationFailed(reason=failure_cause(attempt, reading))
        if reading.status is VerificationStatus.UNRECOGNISED:
            self.meter.count(Metric.UNRECOGNISED)
        if reading.status is not VerificationStatus.VERIFIED or reading.customer is None:
            raise VerificationPending
        check_answer(attempt, reading, self.rules, started_mark(attempt))
        return reading.customer

    def _accept(
        self, attempt: Attempt, reading: VerificationReading, customer: Customer
    ) -> tuple[Attempt, Person]:
        now = self.clock.now()
        purpose = self.rules.purposes.get(attempt.purpose)
        if purpose is None or reading.channel is None:
            raise VerificationExpired
        purpose = stricter(attempt.asked, purpose)
        known = recognised(customer, reading.channel, purpose, typed_fields(attempt, self.rules), now)
        if not merchant_named(attempt, reading.channel.pg_merchant_id, self.rules):
            self.meter.count(Metric.IDENTITY_MERCHANT)
            known = replace(known, strange=not any(each.kind is Field.CI for each in known.identifiers))
        try:
            used, person, claims = self.persons.accepted(attempt, known, purpose, now)
        except IdentityDuplicate:
            self._tell_staff(attempt, known, now)
            raise
        self.store.save(used, person, *claims)
        self.meter.count(Metric.IDENTITY_VERIFIED)
        return used, person

    def _tell_staff(self, attempt: Attempt, known: Known, now: float) -> None:
        """Where two living accounts turned out to be one person. Raises `Conflict`."""
        found = self.persons.found_twice(attempt, known, now)
        if found:
            self.store.save(*found)

    def _seen_before(self, attempt: Attempt) -> Person:
        """What this very verification showed, while it is kept."""
        person = self.store.person(attempt.user_id)
        shown = person.purposes.get(attempt.purpose) if person else None
        if person is None or shown is None or shown.verification_id != attempt.verification_id:
            raise VerificationUsed
        return person
