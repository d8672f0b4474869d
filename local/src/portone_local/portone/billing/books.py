"""What is true at PortOne about billing, to compare the shop's own books with."""

from dataclasses import dataclass, field

from portone_local.portone.billing.buyer import BillingVisitor
from portone_local.portone.billing.charging import Charging, RefusedCharge
from portone_local.portone.billing.records import KeyState, ScheduleState
from portone_local.portone.billing.schedules import Schedules
from portone_local.portone.billing.wallet import Wallet
from portone_local.portone.records import Status


@dataclass(frozen=True)
class KeyBook:
    """One billing key, in any state. Epoch seconds."""

    billing_key: str = field(repr=False)
    state: KeyState
    customer_id: str | None
    issue_id: str | None
    channel_keys: tuple[str | None, ...]
    issued_at: float | None
    deleted_at: float | None


@dataclass(frozen=True)
class ScheduleBook:
    """One schedule. Minor units, epoch seconds."""

    id: str
    payment_id: str
    billing_key: str = field(repr=False)
    state: ScheduleState
    total: int
    time_to_pay: float


@dataclass(frozen=True)
class ChargeBook:
    """One attempt at charging a key, as the PG saw it. Minor units, epoch seconds."""

    payment_id: str
    transaction_id: str
    billing_key: str = field(repr=False)
    schedule_id: str | None
    total: int
    at: float
    paid_at: float | None
    status: Status


@dataclass(frozen=True)
class BillingBooks:
    """All of it: keys by billing key, schedules by id, attempts, and charges that PortOne itself refused."""

    keys: dict[str, KeyBook]
    schedules: dict[str, ScheduleBook]
    charges: tuple[ChargeBook, ...]
    refused: tuple[RefusedCharge, ...]


@dataclass(frozen=True)
class Billing:
    """Everything about billing of one store."""

    wallet: Wallet
    charging: Charging
    schedules: Schedules
    visitor: BillingVisitor
    refused: list[RefusedCharge] = field(default_factory=list)

    def books(self) -> BillingBooks:
        """What is true now; the ledger's lock is the caller's."""
        return BillingBooks(
            keys=self._keys(),
            schedules=self._schedules(),
            charges=self._charges(),
            refused=tuple(self.refused),
        )

    def _keys(self) -> dict[str, KeyBook]:
        return {
            name: KeyBook(
                billing_key=name,
                state=record.state,
                customer_id=record.issue.customer_id,
                issue_id=record.issue.issue_id,
                channel_keys=tuple(channel.key for channel in record.channels),
                issued_at=record.issued_at,
                deleted_at=record.deleted_at,
            )
            for name, record in self.wallet.keys.items()
        }

    def _schedules(self) -> dict[str, ScheduleBook]:
        return {
            name: ScheduleBook(
                id=name,
                payment_id=record.payment_id,
                billing_key=record.ask.billing_key,
                state=record.state,
                total=record.ask.total,
                time_to_pay=record.time_to_pay,
            )
            for name, record in self.schedules.records.items()
        }

    def _charges(self) -> tuple[ChargeBook, ...]:
        return tuple(
            ChargeBook(
                payment_id=record.payment_id,
                transaction_id=attempt.transaction_id,
                billing_key=attempt.billing_key,
                schedule_id=attempt.schedule_id,
                total=attempt.checkout.amount or 0,
                at=attempt.requested_at,
                paid_at=attempt.paid_at,
                status=attempt.status,
            )
            for record in self.charging.ledger.payments.values()
            for attempt in record.attempts
            if attempt.billing_key is not None
        )
