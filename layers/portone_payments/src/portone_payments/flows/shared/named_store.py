"""What a webhook names without a record of ours is read in the store it names (PortOne facts 1.3, 8)."""

from collections.abc import Callable

from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.ports.portone import PerStore


def in_named_store[P, T](portone: PerStore[P], store_id: str | None, read: Callable[[P], T]) -> T:
    """A reading in the store that was named; in today's where none was, or where that one is closed to us.

    Raises `PortOneError`.
    """
    if store_id:
        try:
            return read(portone.within(store_id))
        except PortOneError as error:
            if error.outcome is not Outcome.REFUSED:
                raise
    return read(portone.within(""))
