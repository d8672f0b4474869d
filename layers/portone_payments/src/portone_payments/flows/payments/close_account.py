"""Close a virtual account at PortOne, where the PG can; a reading decides the outcome (rule 7.1)."""

import hashlib
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Payment
from portone_payments.flows.payments.catch_up import CaughtUp, Reader
from portone_payments.flows.shared.gate import Operation
from portone_payments.ports.world import Deadline

READING = 5.0
_UNANSWERED = frozenset({Outcome.UNKNOWN, Outcome.IN_FLIGHT, Outcome.REFUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCloser:
    """Sends one close; after an unknown outcome it is sent again under the same key."""

    reader: Reader

    def close(self, payment: Payment, moment: Moment, *, deadline: Deadline) -> CaughtUp:
        """Request the close from PortOne, then read. Raises `Busy`."""
        answered = self._asked(payment, deadline)

        def told(held: Payment, _moment: Moment) -> Payment:
            return replace(held, close_asked=held.close_asked or answered)

        return self.reader.catch_up(payment.payment_id, moment, deadline=deadline, told=told)

    def _asked(self, payment: Payment, deadline: Deadline) -> bool:
        # another attempt has another account: under the same key the answer to the first would be replayed
        account = payment.seen.transaction_id if payment.seen else ""
        key = hashlib.sha256(f"{payment.payment_id} {account} close".encode()).hexdigest()
        gate = self.reader.gate_of(payment)
        if not gate.admits(Operation.CLOSE):
            return False
        try:
            with gate.sending(Operation.CLOSE):
                self.reader.at(payment).close_virtual_account(
                    payment.payment_id, key=key, deadline=deadline.leaving(READING)
                )
        except PortOneError as error:
            return error.outcome not in _UNANSWERED
        return True
