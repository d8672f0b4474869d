"""The rate limit of a PG, kept across sweeps: each sweep reserves its time before it sends (rule 4.7).

SQS counts its messages only about, up to a minute late: two sweeps close together would both find an empty
queue, and send twice the rate. So what is reserved is stored. A time beyond what any sweep may reserve was
written by a wrong clock, and is ignored; nor does a record that cannot be read or written stop
the charges: what the sweep before may have reserved is known without it.
"""

from dataclasses import dataclass, field, replace

from portone_payments.domain.records.subscriptions import Pace
from portone_payments.flows.shared.skipping import Skips
from portone_payments.ports.store import Conflict, Due, Store
from portone_payments.ports.world import Clock

# seconds planned in advance: more than a minute, so that a late sweep leaves no gap
AHEAD = 90
# seconds between a message and its slot at least: SQS delivers it, the worker claims its charge
HEAD_START = 0.5
# seconds between two sweeps: what one reserved is over at most AHEAD - EVERY after the next begins
EVERY = 60
# seconds that leasing a page of charges takes at most: what is left of them is not worth a write
SLACK = 1.0
# seconds within which a sweep may still be at what it reserved: another one waits for its own turn
RESERVING = 5
# seconds by which two right clocks may differ
SKEW = 5


@dataclass(slots=True)
class RateLimiter:
    """One sweep's share of `rate` charges a second; reserved at its first charge, so that idling is free.

    At first for as many as it asks for then, which mostly are all: so a few charges cost one write.
    """

    store: Store
    clock: Clock
    rate: int
    skips: Skips | None = None
    _booked: Pace | None = field(default=None, init=False)
    _start: float = field(default=0.0, init=False)
    _room: int | None = field(default=None, init=False)
    _used: int = field(default=0, init=False)

    def allow(self, wanted: int) -> int:
        """How many of `wanted` more charges have a slot; none where another sweep is reserving."""
        if self._room is None:
            self._room = self._book(wanted)
        elif self._used + wanted > self._room and self._booked is not None:
            self._room = self._used + self._book_more(self._booked)
        return min(wanted, self._room - self._used)

    def timed(self, live: tuple[Due, ...]) -> tuple[Due, ...]:
        """Each with the moment its charge may be sent (epoch seconds UTC, to the millisecond).

        Slots that passed while they were leased stay unused: late charges would all go at once.
        """
        late = self.clock.now() + HEAD_START - (self._start + self._used / self.rate)
        self._start += max(0.0, late)
        timed = tuple(
            replace(due, slot=round(self._start + number / self.rate, 3))
            for number, due in enumerate(live, start=self._used)
        )
        self._used += len(live)
        return timed

    def release(self) -> None:
        """Store where this sweep ended: the next one continues there."""
        until = self._start + self._used / self.rate
        if self._booked is not None and not 0 <= self._booked.until - until <= SLACK:
            try:
                self.store.save(replace(self._booked, until=until))
            except Conflict:
                return
            except Exception as error:  # noqa: BLE001 - what is reserved stays reserved, for a minute
                self._pass_over(error)

    def _book_more(self, booked: Pace) -> int:
        """How many more charges have a slot once all the time of a sweep is reserved; 0 where that fails."""
        ends = self.clock.now() + AHEAD
        room = int((ends - self._start) * self.rate) - self._used
        if room <= 0 or booked.until >= ends:
            return max(0, int((booked.until - self._start) * self.rate) - self._used)
        try:
            self.store.save(replace(booked, until=ends))
        except Conflict:
            # another sweep reserved behind this one
            return 0
        except Exception as error:  # noqa: BLE001 - the boundary: charges go on
            self._pass_over(error)
            return 0
        self._booked = replace(booked, until=ends, version=booked.version + 1)
        return room

    def _book(self, wanted: int) -> int:
        """How many charges have a slot from `_start` on."""
        now = self.clock.now()
        try:
            return self._booked_until(now, self.store.pace() or Pace(), wanted)
        except Conflict:
            return 0
        except Exception as error:  # noqa: BLE001 - the boundary: charges go on
            self._pass_over(error)
            # behind what the sweep before may have reserved, and not after the next one begins
            self._start = now + AHEAD - EVERY
            return int((EVERY - (AHEAD - EVERY)) * self.rate)

    def _booked_until(self, now: float, held: Pace, most: int) -> int:
        if 0 <= now - held.at < RESERVING and held.until > now:
            return 0
        believed = held.until <= now + AHEAD + SKEW
        self._start = max(now + HEAD_START, held.until if believed else now + AHEAD - EVERY)
        room = int((now + AHEAD - self._start) * self.rate)
        if room <= 0:
            return 0
        until = min(now + AHEAD, self._start + most / self.rate + SLACK)
        wanted = replace(held, until=until, at=now)
        self.store.save(wanted)
        self._booked = replace(wanted, version=wanted.version + 1)
        return min(room, most)

    def _pass_over(self, error: Exception) -> None:
        if self.skips is not None:
            self.skips.skip("pace", "charges", error)
