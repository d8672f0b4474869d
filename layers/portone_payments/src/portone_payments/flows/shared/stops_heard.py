"""What one container knows of stops: what it has read of their record."""

from collections.abc import Callable
from dataclasses import dataclass, field

from portone_payments.domain.errors.common import Busy
from portone_payments.domain.records.stops import Stops
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.store import Store
from portone_payments.ports.world import Clock, Meter

ATTEMPTS = 3
# seconds for which a container believes what it read of a stop
FRESH = 5.0


@dataclass(slots=True, kw_only=True)
class Heard:
    """The record of stops as it was read last, and when (epoch seconds UTC).

    Every method raises `StorageUnavailable`.
    """

    store: Store
    clock: Clock
    meter: Meter
    stops: Stops | None = field(default=None, init=False)
    read_at: float = field(default=0.0, init=False)

    def look(self) -> Stops:
        """What is stopped and was: read anew unless done a moment ago."""
        if self.stops is not None and 0 <= self.clock.now() - self.read_at < FRESH:
            return self.stops
        return self.refreshed()

    def refreshed(self) -> Stops:
        """The same, read anew."""
        read_at = self.clock.now()
        stops = self.store.stops() or Stops()
        self.stops, self.read_at = stops, read_at
        return stops

    def believe_nothing(self) -> None:
        """The sweep has just found nothing stopped: as good as a reading, where none says otherwise."""
        if self.stops is None or not self.stops.stops:
            self.stops, self.read_at = self.stops or Stops(), self.clock.now()

    def changed(self, change: Callable[[Stops], Stops]) -> None:
        """Have the record changed, as it is now."""

        def write() -> None:
            held = self.refreshed()
            changed = change(held)
            if changed != held:
                self.store.save(changed)
                self.refreshed()

        try:
            retried(write, meter=self.meter, attempts=ATTEMPTS)
        except Busy:
            self.refreshed()
