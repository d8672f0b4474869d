"""An item that fails is counted, logged by id and skipped: one must not stop all (rule 10.8)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from portone_payments.ports.store import Skipped
from portone_payments.ports.world import Meter, Metric

type Note = Callable[[Skipped], None]


def unnoted(_skipped: Skipped) -> None:
    """For those that keep no log."""


@dataclass(frozen=True, slots=True)
class Skips:
    """Counts skipped items; `note` writes them to the log."""

    meter: Meter
    note: Note = unnoted

    def skip(self, kind: str, id_: str, error: Exception) -> None:
        """Skip one item because of `error`."""
        self.add([Skipped(kind, id_, error)])

    def add(self, skipped: Iterable[Skipped]) -> None:
        """Skip items that failed elsewhere."""
        for each in skipped:
            self.meter.count(Metric.ITEM_SKIPPED)
            self.note(each)

    @contextmanager
    def over(self, kind: str, id_: str) -> Iterator[None]:
        """Skip one item if anything in here fails."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            self.skip(kind, id_, error)
