"""Refunds as PortOne books them in, our own type out (PortOne facts 5.3)."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from portone_payments.adapters.portone.texts import Sieve, Wire, micros, parsed
from portone_payments.domain.readings.payment import Cancellation, CancellationStatus

MOST_CANCELLATIONS = 500
"""The oldest of a payment, and again as many that carry a token: a reading is bounded."""

type Amount = Annotated[int, Field(ge=0, lt=2**63)]
type _Id = Annotated[str, Field(min_length=1, max_length=100)]
type State = Annotated[str, Field(max_length=200)]
# a PG may append any text: only the beginning of a reason matters
type _Reason = Annotated[str, BeforeValidator(Sieve().sentence)]


class WireCancellation(Wire):
    """A refund, as its answer and the payment show it."""

    id: _Id
    status: State
    total_amount: Amount
    tax_free_amount: Amount
    vat_amount: Amount = 0
    reason: _Reason
    requested_at: str
    trigger: Any = None


class _Cancelled(Wire):
    cancellation: WireCancellation


def cancellation_of(body: bytes) -> Cancellation:
    """The answer of a cancel. Raises ValueError when it is none."""
    return _cancellation(_Cancelled.model_validate(parsed(body)).cancellation, Sieve())


def cancellations_of(
    wire: Sequence[WireCancellation] | None, sieve: Sieve
) -> tuple[Cancellation, ...] | None:
    """None where the list was omitted, which is not an empty one (PortOne facts 3.2).

    None as well where it is too long to be stored and may hide one of ours: then absence proves nothing.
    """
    if wire is None:
        return None
    found = tuple(_cancellation(each, sieve) for each in wire)
    return found if len(found) <= MOST_CANCELLATIONS else _bounded(found)


def _bounded(found: Sequence[Cancellation]) -> tuple[Cancellation, ...] | None:
    """The oldest, which stay the same in every reading, and every one that may be ours."""
    in_time = sorted(found, key=lambda each: (each.requested_at, each.id))
    oldest, later = in_time[:MOST_CANCELLATIONS], in_time[MOST_CANCELLATIONS:]
    ours = [each for each in later if each.token is not None]
    return (*oldest, *ours) if len(ours) <= MOST_CANCELLATIONS else None


def _cancellation(wire: WireCancellation, sieve: Sieve) -> Cancellation:
    known = wire.status in CancellationStatus
    return Cancellation(
        id=wire.id,
        status=CancellationStatus(wire.status) if known else CancellationStatus.UNRECOGNISED,
        total=wire.total_amount,
        tax_free=wire.tax_free_amount,
        reason=wire.reason,
        requested_at=micros(wire.requested_at),
        trigger=sieve.word(wire.trigger),
        vat=wire.vat_amount,
    )
