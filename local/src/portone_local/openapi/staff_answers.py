"""The shapes of what staff is shown of payments."""

from typing import TypedDict

from pydantic import with_config

from portone_local.openapi.answers import Payment
from portone_local.openapi.shapes import CLOSED, Cursor, Time
from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.payments import AttentionKind


@with_config(CLOSED)
class HistoryEntry(TypedDict):
    """Who changed or found out what, when."""

    seq: int
    at: Time
    fact: Fact
    by: str
    data: dict[str, str | int | bool]


@with_config(CLOSED)
class Attention(TypedDict):
    """One call for a person; subject: payment, refund:{id}, approval:{attempt}, invoice:{id} or order."""

    kind: AttentionKind
    subject: str
    since: Time


@with_config(CLOSED)
class StaffPayment(Payment):
    """A payment as staff sees it."""

    user_id: str
    attentions: list[Attention]
    surplus: bool
    due_at: Time | None
    last_read_at: Time | None
    open_hints: list[str]
    history: list[HistoryEntry]


@with_config(CLOSED)
class StaffReading(StaffPayment):
    """The same after asking PortOne; not answered: it stays due and is looked at again."""

    portone_answered: bool


@with_config(CLOSED)
class StaffPayments(TypedDict):
    """One page of payments that need a person."""

    items: list[StaffPayment]
    cursor: Cursor
