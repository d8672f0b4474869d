"""Whether anything may be sent to PortOne: a refusal of *us* stops it, a probe starts it again (rule 10.13).

Each container that sends reads what is stopped, and believes it for some seconds: one read however often it
sends meanwhile. So all containers stop sending seconds after the first refusal.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum

from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import (
    BILLING_KEY_NOT_FOUND,
    KEYS_NOT_FOUND,
    UNAUTHORIZED,
    Outcome,
    charge_fault,
    our_fault,
)
from portone_payments.domain.records.refused_rows import is_everybodys, refused, taken
from portone_payments.domain.records.stops import (
    ALL,
    Stop,
    Stops,
    alone_scope,
    begun,
    channel_scope,
    ended,
    may_probe,
    probed,
    scopes_of,
    standing,
    store_scope,
    tidied,
    turn,
)
from portone_payments.flows.shared.stops_heard import Heard
from portone_payments.ports.store import Conflict, Store
from portone_payments.ports.world import Clock, Meter, Metric

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
    IDENTITY = "identity"


@dataclass(slots=True, kw_only=True)
class Gate:
    """One container's view of what is stopped. Every method raises `StorageUnavailable`.

    `store_id`: today's store at PortOne, whose refusals are about us.
    """

    store_id: str = ""
    store: Store
    clock: Clock
    meter: Meter
    _known: Heard = field(init=False)
    _left: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """It begins without having read anything."""
        self._known = Heard(store=self.store, clock=self.clock, meter=self.meter)

    def of(self, store_id: str) -> "Gate":
        """The gate of another store than today's: where it refuses us, the others go on. "": today's."""
        if store_id in {"", self.store_id}:
            return self
        other = copy(self)
        other._left = store_scope(store_id)  # noqa: SLF001 - its own kind
        return other

    @property
    def heard(self) -> Stops | None:
        """What this container has read; None where it has not yet."""
        return self._known.stops

    def look(self) -> Stops:
        """What is stopped and was: read anew unless done a moment ago."""
        return self._known.look()

    def believe_nothing(self) -> None:
        """The sweep has just found nothing stopped: as good as a reading, where none says otherwise."""
        self._known.believe_nothing()

    def admits(
        self,
        operation: Operation,
        channel: str | None = None,
        *,
        again: bool = False,
        alone: str | None = None,
    ) -> bool:
        """Whether this may be sent now; where it is stopped, whether it is the probe, which is then taken.

        `again`: a charge that was refused itself. It may be the only one that is, and leaves others a turn.
        `alone`: the code a renewal was refused with itself; those of one code take turns.
        """
        heard, now = self.look(), self.clock.now()
        scope = _alone(channel, alone)
        held = standing(heard, channel, self._left, scope)
        if not all(may_probe(stop, operation, now - turn(stop, again=again)) for stop in held):
            return False
        return not held or self._take(heard, operation, channel, again=again, alone=scope)

    def until(self, channel: str | None = None, *, again: bool = False, alone: str | None = None) -> float:
        """When the next probe of what holds a request may be sent (epoch seconds UTC); the rest as above."""
        now = self.clock.now()
        held = self._held(channel, _alone(channel, alone))
        marks = (stop.probe_at + turn(stop, again=again) for stop in held)
        return max((max(now + 1, mark) for mark in marks), default=now)

    def why(self, channel: str | None = None) -> str:
        """The code of what holds a request."""
        held = self._held(channel)
        return held[0].code if held else UNAUTHORIZED

    def wait(self, channel: str | None = None, *, again: bool = False, alone: str | None = None) -> int:
        """Seconds until the next probe of what holds a request; 0 where nothing does. The rest as above."""
        return math.ceil(self.until(channel, again=again, alone=alone) - self.clock.now())

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
    def charging(
        self, customer: str, channel: str, *, again: bool, alone: str | None = None, renewal: bool = False
    ) -> Iterator[None]:
        """As `sending`, of a charge: one customer's that are refused stop nobody's, several customers' all.

        `customer`: as the PG knows them. `again`: it was refused before, which says nothing new of others; a
        `renewal` with the code `alone`.
        """
        try:
            yield
        except PortOneError as error:
            fault = charge_fault(error.status, error.error_type)
            unfound = error.error_type == BILLING_KEY_NOT_FOUND
            if our_fault(error.status, error.error_type) is None and (fault is not None or unfound):
                code = fault or KEYS_NOT_FOUND
                self._one_more(None if again else customer, channel, code, renewal=renewal)
            else:
                self._told(error, Operation.CHARGE, channel)
            raise
        self._passed(Operation.CHARGE, channel, _alone(channel, alone))

    def tidy(self) -> Stops:
        """For the sweep: what is stopped, counted, without stops that hold no request any more."""
        held = self._known.refreshed()
        tidy = tidied(held, self.clock.now())
        if tidy != held:
            with suppress(Conflict):
                self.store.save(tidy)
        for_all = sum(not stop.alone for stop in tidy.stops.values())
        if for_all:
            self.meter.count(Metric.SENDING_STOPPED, for_all)
        return tidy

    def _told(self, error: PortOneError, operation: Operation, channel: str | None) -> None:
        code = our_fault(error.status, error.error_type)
        if error.outcome is Outcome.REFUSED:
            self._stop(self._left or ALL, operation, code or UNAUTHORIZED)
        elif code is not None and channel is not None:
            self._stop(channel_scope(channel), operation, code)
        elif error.outcome not in _SILENT:
            self._passed(operation, channel)

    def _stop(self, scope: str, operation: Operation, code: str) -> None:
        self.meter.count(Metric.SENDING_STOPPED)
        self._known.changed(lambda held: begun(held, scope, operation, code, self.clock.now()))

    def _one_more(self, customer: str | None, channel: str, code: str, *, renewal: bool) -> None:
        """One more charge that was refused for itself; renewals are sent one after the other from now on."""
        now = self.clock.now()

        def told(held: Stops) -> Stops:
            if renewal:
                held = begun(held, alone_scope(channel, code), Operation.CHARGE, code, now, alone=True)
            if customer is None:
                return held
            held = refused(held, channel, customer, now)
            if not is_everybodys(held, channel):
                return held
            return begun(held, channel_scope(channel), Operation.CHARGE, code, now)

        self._known.changed(told)
        # PortOne has authenticated us
        self._passed(Operation.CHARGE, None)

    def _passed(self, operation: Operation, channel: str | None, alone: str | None = None) -> None:
        """PortOne authenticated us: the stop for a refused credential ends."""
        heard = self._known.stops
        row = channel if operation is Operation.CHARGE and _in_a_row(heard, channel) else None
        over = [
            scope
            for scope in (*scopes_of(channel, self._left), alone)
            if scope is not None
            and heard is not None
            and scope in heard.stops
            and heard.stops[scope].operation == operation
        ]
        if over or row:
            now = self.clock.now()
            self._known.changed(lambda held: ended(taken(held, row) if row else held, over, now))

    def _take(
        self, heard: Stops, operation: Operation, channel: str | None, *, again: bool, alone: str | None
    ) -> bool:
        """Only one of all containers probes."""
        now = self.clock.now()
        try:
            self.store.save(probed(heard, channel, operation, now, self._left, again=again, alone=alone))
        except Conflict:
            self._known.refreshed()
            return False
        self._known.refreshed()
        return True

    def _held(self, channel: str | None, alone: str | None = None) -> list[Stop]:
        """What holds a request, as far as this container has read."""
        heard = self._known.stops
        return [] if heard is None else standing(heard, channel, self._left, alone)


def _alone(channel: str | None, code: str | None) -> str | None:
    return None if channel is None or code is None else alone_scope(channel, code)


def _in_a_row(heard: Stops | None, channel: str | None) -> bool:
    return heard is not None and channel is not None and channel_scope(channel) in heard.rows
