"""What one container knows of stops: what it has read of their record, and whose charges it saw refused."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from portone_payments.domain.stops import Stops
from portone_payments.ports import Clock
from portone_payments.ports_store import Conflict, Store

ATTEMPTS = 3
# seconds for which a container believes what it read of a stop
FRESH = 5.0
# customers whose charges a container sees refused within so many seconds, and none of the channel taken
# between: everybody's are
IN_A_ROW = 3
ROW_WITHIN = 3600


@dataclass(slots=True, kw_only=True)
class Heard:
    """The record of stops as it was read last, and when (epoch seconds UTC).

    Every method raises `StorageUnavailable`.
    """

    store: Store
    clock: Clock
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
        for _ in range(ATTEMPTS):
            held = self.refreshed()
            changed = change(held)
            if changed == held:
                return
            with suppress(Conflict):
                self.store.save(changed)
                break
        self.refreshed()


@dataclass(slots=True)
class RefusedRow:
    """Customers whose charges were refused for themselves, one after the other, by channel."""

    _rows: dict[str, dict[str, float]] = field(default_factory=dict, init=False)

    def is_everybodys(self, channel: str, user_id: str, now: float) -> bool:
        """Whether with this customer (epoch seconds UTC) so many were that it is not theirs alone."""
        before = self._rows.get(channel, {}).items()
        row = {who: at for who, at in before if who != user_id and 0 <= now - at < ROW_WITHIN}
        self._rows[channel] = row = dict([*row.items(), (user_id, now)][-IN_A_ROW:])
        return len(row) >= IN_A_ROW

    def taken(self, channel: str) -> None:
        """A charge of the channel was taken: the row begins anew."""
        self._rows.pop(channel, None)
