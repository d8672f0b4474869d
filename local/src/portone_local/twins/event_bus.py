"""The event bus on this machine: one in memory, and one that remembers what a real one took."""

from collections.abc import Callable
from threading import Lock

from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.events import Event
from portone_payments.ports.store import EventBus


def nobody(_event: Event) -> bool:
    """No event is refused."""
    return False


class MemoryBus:
    """`EventBus` in memory. `refuses` says which events are turned away while the others go through."""

    def __init__(self) -> None:
        self.available = True
        self.refuses: Callable[[Event], bool] = nobody
        self.published: list[Event] = []
        self._lock = Lock()

    def publish(self, events: tuple[Event, ...]) -> None:
        """Take what is not refused. Raises `StorageUnavailable` while not available, or for a refusal."""
        if not self.available:
            raise StorageUnavailable(service="events", reason="EndpointConnectionError")
        taken = [event for event in events if not self.refuses(event)]
        with self._lock:
            self.published += taken
        if len(taken) < len(events):
            raise StorageUnavailable(service="events", reason="partial_failure")


class RecordingBus:
    """A real bus, and everything it has taken whole."""

    def __init__(self, bus: EventBus) -> None:
        self.published: list[Event] = []
        self._bus = bus

    def publish(self, events: tuple[Event, ...]) -> None:
        """Hand over all of them; what was refused in part counts as not published, it comes again."""
        self._bus.publish(events)
        self.published += events
