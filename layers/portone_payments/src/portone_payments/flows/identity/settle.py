"""The outcome of a message or a code: PortOne's answer where it gave one, a reading where it did not."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import Busy, PortOneError, ProviderRefused
from portone_payments.domain.errors.identity import (
    OtpRefused,
    SendFailed,
    VerificationFailed,
    VerificationNotSent,
)
from portone_payments.domain.identity.causes import cause_of
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.verification import VerificationStatus
from portone_payments.domain.records.identity import Attempt, SendState
from portone_payments.domain.shared.allowances import LOOKS, used_up
from portone_payments.flows.identity.read import IdentityReader, failure_cause, looked_in_vain
from portone_payments.flows.identity.start import uncounted
from portone_payments.flows.shared.optimistic import given_first, retried
from portone_payments.ports.identity import IdentityStore
from portone_payments.ports.store import Conflict
from portone_payments.ports.world import Deadline, Meter, Metric

_KNOWN = {
    "IDENTITY_VERIFICATION_ALREADY_SENT": SendState.SENT,
    "IDENTITY_VERIFICATION_ALREADY_VERIFIED": SendState.CONFIRMED,
}
_NOT_SENT = frozenset({"IDENTITY_VERIFICATION_NOT_SENT", "IDENTITY_VERIFICATION_NOT_FOUND"})
_OPEN = frozenset({Outcome.UNKNOWN, Outcome.IN_FLIGHT})
_SHOWN = {VerificationStatus.READY: SendState.SENT, VerificationStatus.VERIFIED: SendState.CONFIRMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settler:
    """Settles the last thing that was sent about a verification (rule 3.5)."""

    store: IdentityStore
    reader: IdentityReader
    meter: Meter

    def settled(self, attempt: Attempt, *, deadline: Deadline) -> Attempt:
        """With what a reading says of an unknown outcome; as it was when PortOne is silent."""
        if attempt.sending is None or attempt.sending.state is not SendState.UNKNOWN:
            return attempt
        reading = self.reader.glance(attempt, deadline=deadline)
        if reading is None:
            return attempt
        if reading.status is VerificationStatus.FAILED:
            return self.mark(attempt, SendState.FAILED)
        if attempt.sending.call == "confirm" and reading.status is VerificationStatus.READY:
            return attempt
        return self.mark(attempt, _SHOWN.get(reading.status, SendState.UNKNOWN))

    def shown(self, attempt: Attempt, now: float, *, deadline: Deadline) -> Attempt:
        """As `settled`, but as stored once enough readings showed nothing."""
        if used_up(attempt.spent, LOOKS, now=now):
            return attempt
        settled = self.settled(attempt, deadline=deadline)
        waits = settled.sending is not None and settled.sending.state is SendState.UNKNOWN
        return looked_in_vain(settled, self.store, now) if waits else settled

    def not_sent(self, attempt: Attempt, error: PortOneError, *, deadline: Deadline) -> Attempt:
        """After a send or a resend that was not answered 200. Raises `SendFailed` and others."""
        if error.error_type in _KNOWN:
            return self.mark(attempt, _KNOWN[error.error_type])
        if error.outcome in _OPEN:
            return self.settled(attempt, deadline=deadline)
        why = self._why(attempt, error, deadline)
        self._forget(attempt)
        self._check_credential(error)
        if error.error_type in _NOT_SENT and attempt.sending and attempt.sending.call == "resend":
            raise VerificationNotSent
        raise SendFailed(reason=why)

    def not_confirmed(self, attempt: Attempt, error: PortOneError, *, deadline: Deadline) -> Attempt:
        """After a confirm that was not answered 200. Raises `OtpRefused`, `VerificationFailed` and others."""
        if error.error_type in _KNOWN:
            return self.mark(attempt, _KNOWN[error.error_type])
        if error.error_type in _NOT_SENT:
            self.mark(attempt, SendState.FAILED)
            raise VerificationNotSent
        if error.outcome in _OPEN or _maybe_wrong_code(error):
            return self._after_confirm(attempt, error, deadline)
        self.mark(attempt, SendState.SENT)
        self._check_credential(error)
        raise VerificationFailed(reason=_code(error))

    def mark(self, attempt: Attempt, state: SendState) -> Attempt:
        """The verification, saved unless another write came first: the next reading would say the same."""
        if attempt.sending is None or attempt.sending.state is state:
            return attempt
        settled = replace(attempt, sending=replace(attempt.sending, state=state))
        try:
            self.store.save(settled)
        except Conflict:
            return settled
        return replace(settled, version=attempt.version + 1)

    def _forget(self, attempt: Attempt) -> None:
        """Nothing was sent: its counts are removed, so that refusals lock no user out."""
        sending = attempt.sending
        if sending is None:
            return
        failed = replace(attempt, sending=replace(sending, state=SendState.FAILED, counted=()))
        read: Callable[[], Attempt | None] = given_first(
            attempt, lambda: self.store.attempt(attempt.verification_id)
        )

        def write() -> None:
            if read() == attempt:
                self.store.save(failed, *uncounted(self.store, sending.counted, sending.at))

        with suppress(Busy):
            retried(write, meter=self.meter)

    def _after_confirm(self, attempt: Attempt, error: PortOneError, deadline: Deadline) -> Attempt:
        """A refused code looks like an outage (facts 9): the status of the verification decides."""
        reading = self.reader.glance(attempt, deadline=deadline)
        if reading is not None and reading.status is VerificationStatus.FAILED:
            self.mark(attempt, SendState.FAILED)
            raise VerificationFailed(reason=failure_cause(attempt, reading))
        if reading is not None and reading.status is VerificationStatus.VERIFIED:
            return self.mark(attempt, SendState.CONFIRMED)
        if _maybe_wrong_code(error):
            self.mark(attempt, SendState.SENT)
            raise OtpRefused
        return attempt

    def _why(self, attempt: Attempt, error: PortOneError, deadline: Deadline) -> str:
        if error.outcome is not Outcome.PG_ANSWER:
            return _code(error)
        reading = self.reader.glance(attempt, deadline=deadline)
        if reading is None or reading.status is not VerificationStatus.FAILED:
            # a wrong code leaves no failed reading: the PG's own code says what it was
            return str(cause_of(attempt.provider, error.pg_code)) if error.pg_code else "refused_by_pg"
        return failure_cause(attempt, reading)

    def _check_credential(self, error: PortOneError) -> None:
        if error.outcome is Outcome.REFUSED:
            self.meter.count(Metric.CREDENTIAL_REFUSED)
            raise ProviderRefused


def _maybe_wrong_code(error: PortOneError) -> bool:
    """A wrong code has no type of its own at PortOne; our request is well-formed (facts 9)."""
    return error.outcome is Outcome.PG_ANSWER or error.error_type == "INVALID_REQUEST"


def _code(error: PortOneError) -> str:
    return (error.error_type or "refused").lower()
