"""Confirming with the code of a message: the phone is not given again, so nothing is hashed."""

import math
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.errors.identity import VerificationLimit, VerificationNotSent
from portone_payments.domain.records.identity import Attempt, SendState
from portone_payments.flows.identity.exchange import READING, Exchange
from portone_payments.flows.shared.gate import Operation
from portone_payments.ports.world import Deadline

GUESSES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmer:
    """Sends PortOne the code, at most `GUESSES` times a message."""

    exchange: Exchange

    def confirm(self, verification_id: str, user_id: str, otp: str | None, *, deadline: Deadline) -> Attempt:
        """Send the code. Raises `OtpRefused`, `VerificationNotSent`, `VerificationFailed` and others."""
        exchange = self.exchange
        attempt = exchange.open(verification_id, user_id)
        held = attempt.sending
        if held is None:
            raise VerificationNotSent
        if held.state is SendState.CONFIRMED or (held.call == "confirm" and exchange.under_way(held)):
            return attempt
        if held.guesses >= GUESSES:
            # what comes after it is another verification
            left = attempt.expires_at - exchange.clock.now()
            raise VerificationLimit(allowance="guesses", retry_after=math.ceil(left))
        gate, channel = exchange.admitted(attempt)
        sending = exchange.sending("confirm", method=held.method, phone=held.phone)
        attempt = exchange.intend(attempt, replace(sending, guesses=held.guesses + 1))
        try:
            with gate.sending(Operation.IDENTITY, channel):
                exchange.settler.reader.at(attempt).confirm_identity_verification(
                    verification_id, otp, key=sending.key, deadline=deadline.leaving(READING)
                )
        except PortOneError as error:
            return exchange.settler.not_confirmed(attempt, error, deadline=deadline)
        return exchange.settler.mark(attempt, SendState.CONFIRMED)
