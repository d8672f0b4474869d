"""The PG behind PortOne: what it can do by contract, and what it says to the next call on command."""

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import ConfigDict

from portone_local.portone.billing.cards import ANY_CARD, CardDecline, CardScript
from portone_local.portone.records import CancellationStatus

LEAVES = {
    "cancel_payment": frozenset(CancellationStatus),
    "confirm_payment": frozenset({"PAID", "FAILED"}),
    "close_virtual_account": frozenset({"FAILED"}),
    "issue_cash_receipt": frozenset({"ISSUED"}),
    "cancel_cash_receipt": frozenset({"CANCELLED"}),
    "pay_with_billing_key": frozenset({"PAID", "FAILED"}),
    "issue_billing_key": frozenset({"ISSUED"}),
    "confirm_billing_key": frozenset({"ISSUED"}),
    "confirm_issue_and_pay": frozenset({"ISSUED", "PAID"}),
    "delete_billing_key": frozenset({"DELETED"}),
    "create_schedule": frozenset(),
    "revoke_schedules": frozenset(),
    "send_identity_verification": frozenset({"READY"}),
    "resend_identity_verification": frozenset(),
    "confirm_identity_verification": frozenset({"VERIFIED", "FAILED"}),
}
"""Operations that can be refused on command, and the states that a PG_PROVIDER may leave behind."""

PORTONE_ONLY = frozenset({"create_schedule", "revoke_schedules"})
"""Those of them that end at PortOne, without the PG."""

WHOLE_ONLY = frozenset({"PaymentMethodMobile", "PaymentMethodGiftCertificate"})


@dataclass
class PgRules:
    """What differs from PG to PG; change it at any time. Methods by the discriminator of PortOne facts 3.4.

    `whole_only`: methods without partial cancels (facts 5.2). `asynchronous`: methods whose cancels are
    REQUESTED first, settled by the console or, given `settles_after` seconds, by themselves. `max_cancels`:
    tries before MAX_CANCEL_COUNT_REACHED. `reason_bytes`: the PG keeps so many bytes of a reason.
    `token_life`: seconds a paymentToken lives. `closes_accounts`: whether a virtual account can be
    closed, `accounts_expire`: whether its `expiredAt` is told.
    `voids_receipts`: whether a full cancel voids the cash receipt. `max_attempts`: tries at one
    paymentId before MAX_TRANSACTION_COUNT_REACHED. `gateway`: seconds the PG takes to
    answer, at least and at most. `schedules_take`: seconds a schedule is STARTED before its charge ends;
    `schedules_pend`: whether the PG approves a scheduled charge later only, so that it is PENDING.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    whole_only: frozenset[str] = WHOLE_ONLY
    asynchronous: frozenset[str] = frozenset()
    settles_after: float | None = None
    max_cancels: int | None = None
    reason_bytes: int | None = None
    token_life: float = 600.0
    closes_accounts: bool = True
    accounts_expire: bool = True
    voids_receipts: bool = False
    max_attempts: int | None = None
    gateway: tuple[float, float] | None = None
    schedules_take: float = 0.0
    schedules_pend: bool = False

    def __post_init__(self) -> None:
        self.cards = CardScript()

    def decline(
        self,
        card: str = ANY_CARD,
        *,
        code: str = "51",
        message: str = "잔액이 부족합니다",
        times: int | None = 1,
        readable: bool | None = None,
        approves_after: float | None = None,
        silent: bool = False,
    ) -> None:
        """Decline the next `times` charges (None: all) of a billing key, a card or any; see CardDecline."""
        decline = CardDecline(code, message, readable, approves_after, silent)
        self.cards.add(card, decline, times)

    def accept(self, card: str = ANY_CARD) -> None:
        """Take back what `decline` ordered for `card`; all of it without one."""
        self.cards.clear(card)


@dataclass(frozen=True)
class Refusal:
    """An error that an operation gets next; `leaves` is the state it leaves behind nevertheless."""

    kind: str = "PG_PROVIDER"
    leaves: str | None = None
    pg_code: str = "9999"
    pg_message: str = "PG사에서 거절되었습니다"


@dataclass
class Commands:
    """What was ordered to happen to the next calls."""

    refusals: dict[str, list[Refusal]] = field(default_factory=dict)
    outcomes: list[CancellationStatus] = field(default_factory=list)

    def refuse(self, operation: str, refusal: Refusal, times: int) -> None:
        """Refuse the next `times` calls of `operation`; ValueError where LEAVES has no such thing."""
        possible = LEAVES.get(operation)
        if possible is None or not (refusal.leaves is None or refusal.leaves in possible):
            raise ValueError(f"{operation} does not leave {refusal.leaves} behind")
        if refusal.leaves and refusal.kind != "PG_PROVIDER":
            raise ValueError(f"{refusal.kind} leaves nothing behind")
        self.refusals.setdefault(operation, []).extend([refusal] * times)

    def refusal_of(self, operation: str) -> Refusal | None:
        """The refusal that this call of `operation` gets, spent by asking."""
        waiting = self.refusals.get(operation)
        return waiting.pop(0) if waiting else None

    def outcome(self) -> CancellationStatus | None:
        """How this cancellation ends, spent by asking."""
        return self.outcomes.pop(0) if self.outcomes else None
