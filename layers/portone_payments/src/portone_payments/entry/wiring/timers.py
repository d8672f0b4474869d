"""What functions need that run by the clock or from the stream, and send nothing to PortOne."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from portone_payments.adapters.dynamo.stream import changes_in
from portone_payments.domain.records.events import Change
from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.timers.publish import Publisher
from portone_payments.flows.timers.retention import Remover
from portone_payments.flows.timers.sweep import Sweeper
from portone_payments.ports.store import Skipped


class TimerDeps(PortDeps):
    """What is due, what has been kept long enough, what is published to other services."""

    @cached_property
    def sweeper(self) -> Sweeper:
        """Leases what is due and sends its ids."""
        return Sweeper(
            store=self.store,
            queue=self.queue,
            charges=self.charge_queue,
            clock=self.clock,
            meter=self.meter,
            rate=self.settings.sweep_rate,
            charge_rate=self.settings.charge_rate,
            note=self.skips.note,
        )

    @cached_property
    def remover(self) -> Remover:
        """Deletes what has been kept long enough."""
        return Remover(store=self.store, clock=self.clock, meter=self.meter, note=self.skips.note)

    @cached_property
    def publisher(self) -> Publisher:
        """Publishes facts on the bus."""
        return Publisher(bus=self.bus, store=self.store, meter=self.meter, note=self.skips.note)

    @staticmethod
    def changes(event: Mapping[str, Any]) -> Iterator[Change | Skipped]:
        """What a batch of the table's stream says was saved."""
        return changes_in(event["Records"])
