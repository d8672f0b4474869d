"""What holds for every message about a verification: it is open, admitted, stored before it is sent."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portone_payments.domain.errors.common import Busy
from portone_payments.domain.identity.rules import IdentityRules
from portone_payments.domain.records.identity import Attempt, Counter, Sending, SendState
from portone_payments.flows.identity.read import check_open, owned
from portone_payments.flows.identity.settle import Settler
from portone_payments.flows.shared.admission import check_gate
from portone_payments.flows.shared.gate import Gate, Operation
from portone_payments.flows.shared.optimistic import given_first, retried
from portone_payments.ports.identity import IdentityStore
from portone_payments.ports.world import Clock, Ids, Meter

READING = 5.0
UNDER_WAY = 20.0  # as long as a request may take; until then the same button does nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Intent before call, one call, one reading when its outcome is unknown."""

    settler: Settler
    store: IdentityStore
    meter: Meter
    clock: Clock
    ids: Ids
    rules: IdentityRules
    gate: Gate

    def open(self, verification_id: str, user_id: str) -> Attempt:
        """A verification of this user that is open. Raises what `owned` and `check_open` raise."""
        attempt = owned(self.store, verification_id, user_id)
        check_open(attempt, self.clock.now())
        return attempt

    def admitted(self, attempt: Attempt) -> tuple[Gate, str | None]:
        """The gate and the channel of a message. Raises `ProviderRefused` while sending is stopped."""
        gate = self.gate.of(attempt.store_id)
        channel = self.rules.channels.get(attempt.provider)
        check_gate(gate, Operation.IDENTITY, channel)
        return gate, channel

    def under_way(self, held: Sending) -> bool:
        """Whether another request may still be sending."""
        return held.state is SendState.UNKNOWN and self.clock.now() - held.at < UNDER_WAY

    def sending(self, call: str, *, method: str, phone: str) -> Sending:
        """A new message; `phone` as its keyed hash."""
        return Sending(key=self.ids.token(), call=call, method=method, phone=phone, at=self.clock.now())

    def intend(
        self, attempt: Attempt, sending: Sending, count: Callable[[], tuple[Counter, ...]] = tuple
    ) -> Attempt:
        """Store the intent, with what it counts as. Raises `Busy` when another request was faster."""
        read: Callable[[], Attempt | None] = given_first(
            attempt, lambda: self.store.attempt(attempt.verification_id)
        )

        def write() -> Attempt:
            # only a counter may be counted again: the intent is another request's where that was faster
            if read() != attempt:
                raise Busy
            counters = count()
            # an attempt stays counted where no message was sent
            counted = tuple(each.counter_id for each in counters[1:])
            intended = replace(attempt, sending=replace(sending, counted=counted))
            self.store.save(intended, *counters)
            return replace(intended, version=attempt.version + 1)

        return retried(write, meter=self.meter)
