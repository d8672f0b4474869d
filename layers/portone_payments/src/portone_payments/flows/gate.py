"""Whether anything may be sent to PortOne: a refusal of *us* stops it, a probe starts it again (rule 10).

Where nothing is stopped it costs nothing. A container learns of a stop by its own refusal, or from the sweep,
which finds the record among what is due.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.errors import PortOneError
from portone_payments.domain.outcomes import (
    BILLING_KEY_NOT_FOUND,
    KEYS_NOT_FOUND,
    UNAUTHORIZED,
    Outcome,
    charge_fault,
    our_fault,
)
from portone_payments.domain.stops import (
    ALL,
    Stops,
    begun,
    channel_scope,
    ended,
    may_probe,
    probed,
    scopes_of,
    standing,
    tidied,
)
from portone_payments.ports import Clock, Meter, Metric
from portone_payments.ports_store import Conflict, Store

ATTEMPTS = 3
# charges that a container sees refused, and none of the channel taken between: everybody's are
IN_A_ROW = 3
# seconds for which a container believes what it read of a stop
FRESH = 20.0
_SILENT = frozenset({Outcome.UNKNOWN, Outcome.IN_FLIGHT})


class Operation(StrEnum):
    """What is sent to PortOne and changes something there."""

    CHARGE = "charge"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    CLOSE = "close"
    RECEIPT = "receipt"
    DELETE_KEY = "delete_key"
    CONFIRM_KEY = "confirm_key"
    PRE_REGISTER = "pre_register"


@dataclass(slots=True, kw_only=True)
class Gate:
    """One container's view of what is stopped. Every method raises `StorageUnavailable`."""

    store: Store
    clock: Clock
    meter: Meter
    _heard: Stops | None = field(default=None, init=False)
    _read_at: float = field(default=0.0, init=False)
    _refused: dict[str, frozenset[str]] = field(default_factory=dict, init=False)

    @property
    def heard(self) -> Stops | None:
        """What this container has heard of; None where it never heard of a stop that may still stand."""
        return self._heard

    def look(self) -> Stops:
        """What is stopped and was: read anew unless done a moment ago."""
        heard = self._heard
        if heard is not None and 0 <= self.clock.now() - self._read_at < FRESH:
            return heard
        return self._refreshed()

    def admits(self, operation: Operation, channel: str | None = None) -> bool:
        """Whether this may be sent now; where it is stopped, whether it is the probe, which is then taken."""
        if self._heard is None:
            return True
        heard, now = self.look(), self.clock.now()
        if not heard.stops:
            self._heard = None
        held = standing(heard, channel)
        if not all(may_probe(stop, operation, now) for stop in held):
            return False
        return not held or self._take(heard, operation, channel)

    def until(self, channel: str | None = None) -> float:
        """When the next probe of what holds a request may be sent (epoch seconds UTC)."""
        return self.clock.now() + self.wait(channel)

    def why(self, channel: str | None = None) -> str:
        """The code of what holds a request."""
        held = standing(self._heard, channel) if self._heard is not None else []
        return held[0].code if held else UNAUTHORIZED

    def wait(self, channel: str | None = None) -> int:
        """Seconds until the next probe of what holds a request; 0 where nothing does."""
        held = standing(self._heard, channel) if self._heard is not None else []
        return max((max(1, int(stop.probe_at - self.clock.now())) for stop in held), default=0)

    @contextmanager
    def sending(self, operation: Operation, channel: str | None = None) -> Iterator[None]:
        """Around the one call of a request that was admitted: its answer stops or starts sending."""
        try:
            yield
        except PortOneError as error:
            self._told(error, operation, channel)
            raise
        self._passed(operation, channel)

    @contextmanager
    def charging(self, payment_id: str, channel: str) -> Iterator[None]:
        """As `sending`, of a charge: one that alone is refused stops nobody's, several in a row stop all."""
        try:
            yield
        except PortOneError as error:
            fault = charge_fault(error.status, error.error_type)
            unfound = error.error_type == BILLING_KEY_NOT_FOUND
            if our_fault(error.status, error.error_type) is None and (fault is not None or unfound):
                self._one_more(payment_id, channel, fault or KEYS_NOT_FOUND)
            else:
                self._told(error, Operation.CHARGE, channel)
            raise
        self._passed(Operation.CHARGE, channel)

    def alone(self, payment_id: str, channel: str) -> bool:
        """Whether no other charge of the channel was refused here since one was last taken."""
        return self._refused.get(channel, frozenset()) <= {payment_id}

    def tidy(self) -> Stops:
        """For the sweep: what is stopped, counted, without what keeps nobody any more."""
        held = self._refreshed()
        tidy = tidied(held, self.clock.now())
        if tidy != held:
            with suppress(Conflict):
                self.store.save(tidy)
        if tidy.stops:
            self.meter.count(Metric.SENDING_STOPPED, len(tidy.stops))
        return tidy

    def _told(self, error: PortOneError, operation: Operation, channel: str | None) -> None:
        code = our_fault(error.status, error.error_type)
        if error.outcome is Outcome.REFUSED:
            self._stop(ALL, operation, code or UNAUTHORIZED)
        elif code is not None and channel is not None:
            self._stop(channel_scope(channel), operation, code)
        elif error.outcome not in _SILENT:
            self._passed(operation, channel)

    def _stop(self, scope: str, operation: Operation, code: str) -> None:
        self.meter.count(Metric.SENDING_STOPPED)
        self._change(lambda held: begun(held, scope, operation, code, self.clock.now()))

    def _one_more(self, payment_id: str, channel: str, code: str) -> None:
        refused = self._refused.get(channel, frozenset())
        if len(refused) < IN_A_ROW:
            refused |= {payment_id}
            self._refused[channel] = refused
        if len(refused) >= IN_A_ROW:
            self._stop(channel_scope(channel), Operation.CHARGE, code)
        # it knows who we are
        self._passed(Operation.CHARGE, None)

    def _passed(self, operation: Operation, channel: str | None) -> None:
        """PortOne took us for who we are: what it had refused goes on."""
        if operation is Operation.CHARGE and channel is not None:
            self._refused.pop(channel, None)
        heard = self._heard
        over = [
            scope
            for scope in scopes_of(channel)
            if heard is not None and scope in heard.stops and heard.stops[scope].operation == operation
        ]
        if over:
            self._change(lambda held: ended(held, over, self.clock.now()))

    def _take(self, heard: Stops, operation: Operation, channel: str | None) -> bool:
        """Only one of all containers probes."""
        try:
            self.store.save(probed(heard, channel, operation, self.clock.now()))
        except Conflict:
            self._refreshed()
            return False
        self._refreshed()
        return True

    def _change(self, change: Callable[[Stops], Stops]) -> None:
        for _ in range(ATTEMPTS):
            held = self._refreshed()
            changed = change(held)
            if changed == held:
                return
            with suppress(Conflict):
                self.store.save(changed)
                break
        self._refreshed()

    def _refreshed(self) -> Stops:
        heard = self.store.stops() or Stops()
        self._read_at = self.clock.now()
        self._heard = heard
        return heard
