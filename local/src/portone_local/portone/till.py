"""How attempts begin and end: the checks, one success per paymentId, the webhook of each state."""

from dataclasses import dataclass, field, replace
from typing import Any

from portone_local.portone.answers import PaymentAnswers
from portone_local.portone.checkout import (
    FIRST_CHANNEL,
    METHODS,
    Channel,
    Checkout,
    Decline,
    method_answer,
)
from portone_local.portone.ledger import Ledger
from portone_local.portone.pg import PgRules
from portone_local.portone.records import Attempt, Parts, PaymentRecord, PreRegistration, Refused, Status
from portone_local.portone.webhooks import Webhooks
from portone_local.portone.windows import check_paying

ACCOUNT_LIFE_SECONDS = 3 * 24 * 60 * 60


@dataclass(frozen=True)
class Till:
    """Moves attempts of a record that the caller holds open in the ledger. Times in epoch seconds.

    `closed` are channels that were taken away in the console.
    """

    ledger: Ledger
    webhooks: Webhooks
    answers: PaymentAnswers
    store_id: str
    channels: dict[str, Channel]
    pg: PgRules = field(default_factory=PgRules)
    closed: list[Channel] = field(default_factory=list)

    def window(self, record: PaymentRecord, at: float, checkout: Checkout | None) -> Attempt:
        """The newest open window when there is no `checkout`, else a new one."""
        open_windows = [entry for entry in record.attempts if entry.window_open]
        if checkout is None and open_windows:
            return open_windows[-1]
        return self.open(record, at, checkout or Checkout())

    def open(self, record: PaymentRecord, at: float, checkout: Checkout) -> Attempt:
        """A new attempt whose window the buyer sees."""
        attempt = self.new_attempt(record, at, checkout)
        self.emit("Transaction.Ready", record, attempt, at)
        return attempt

    def new_attempt(self, record: PaymentRecord, at: float, checkout: Checkout) -> Attempt:
        """A new attempt; Refused when the payment succeeded before or the checkout does not fit."""
        if record.paid_attempt:
            raise Refused("PaymentAlreadyPaid")
        asked = self._resolved(checkout, record.pre_registered or PreRegistration())
        if asked.handed is not None and isinstance(asked.channel, Channel):
            check_paying(asked.channel.pg_provider, asked.platform, asked.handed, at)
        attempt = Attempt(self.ledger.new_id(), asked, at, at)
        record.attempts.append(attempt)
        return attempt

    def _resolved(self, checkout: Checkout, registered: PreRegistration) -> Checkout:
        amount = registered.total if checkout.amount is None else checkout.amount
        currency = checkout.currency or registered.currency or "KRW"
        if amount is None:
            raise Refused("RequestParseFailed")
        if isinstance(checkout.method, str) and checkout.method not in METHODS:
            raise Refused("RequestParseFailed")
        same = amount == (amount if registered.total is None else registered.total)
        if not checkout.tampered and not (same and currency == (registered.currency or currency)):
            raise Refused("AmountNotEqualToPredefined")
        channel = checkout.channel
        if isinstance(channel, str):
            channel = self._channel(channel)
        store_id = checkout.store_id or self.store_id
        return replace(checkout, amount=amount, currency=currency, channel=channel, store_id=store_id)

    def _channel(self, key: str) -> Channel:
        chosen = next(iter(self.channels)) if key == FIRST_CHANNEL else key
        if chosen not in self.channels:
            raise Refused("ChannelNotFound")
        return self.channels[chosen]

    def pay(self, record: PaymentRecord, attempt: Attempt, at: float, *, silent: bool = False) -> None:
        """PAID, or VIRTUAL_ACCOUNT_ISSUED with that method."""
        method = attempt.checkout.method
        kind = method if isinstance(method, str) else method.get("type")
        if kind in ("VIRTUAL_ACCOUNT", "PaymentMethodVirtualAccount"):
            self.move(record, attempt, Status.VIRTUAL_ACCOUNT_ISSUED, at, silent=silent)
        else:
            self.succeed(record, attempt, at, silent=silent)

    def succeed(self, record: PaymentRecord, attempt: Attempt, at: float, *, silent: bool = False) -> None:
        """PAID; Refused when another attempt succeeded: a paymentId does so once."""
        if record.paid_attempt:
            raise Refused("PaymentAlreadyPaid")
        attempt.paid_at = at
        attempt.readable = True
        attempt.refundable = self._refundable(attempt.checkout)
        record.times_paid += 1
        self.move(record, attempt, Status.PAID, at, silent=silent)

    def _refundable(self, checkout: Checkout) -> Parts:
        """What a full refund returns, by the switch that says on which base (PortOne facts 5.5)."""
        base = checkout.amount or 0
        if not self.answers.unknowns.refunds_are_based_on_total:
            base -= checkout.discount
        tax_free = min(checkout.tax_free, base)
        return Parts(base, tax_free, min(checkout.vat_or_computed(), base - tax_free))

    def take_back(self, record: PaymentRecord, attempt: Attempt, at: float, *, silent: bool) -> None:
        """The bank takes a deposit back: the account waits again."""
        attempt.paid_at, attempt.refundable, attempt.deposited = None, Parts(), False
        record.times_paid -= 1
        record.taken_back_at = at
        self.move(record, attempt, Status.VIRTUAL_ACCOUNT_ISSUED, at, silent=silent)

    def fail(self, record: PaymentRecord, attempt: Attempt, at: float, decline: Decline) -> None:
        """FAILED for the reason given."""
        attempt.failure = decline.as_answer()
        attempt.readable = decline.readable
        self.move(record, attempt, Status.FAILED, at, silent=decline.silent)

    def move(
        self, record: PaymentRecord, attempt: Attempt, status: Status, at: float, *, silent: bool = False
    ) -> None:
        """Into another state, with its webhook."""
        attempt.status, attempt.changed_at, attempt.window_open = status, at, False
        attempt.method = attempt.method or self._method(record, attempt, at)
        if not silent:
            event = "".join(word.capitalize() for word in status.value.split("_"))
            self.emit(f"Transaction.{event}", record, attempt, at)

    def _method(self, record: PaymentRecord, attempt: Attempt, at: float) -> dict[str, Any]:
        wanted = attempt.checkout.method
        if not isinstance(wanted, str):
            return dict(wanted)
        stamp = self.answers.stamp
        answer = method_answer(
            wanted,
            issued_at=stamp(record.payment_id, "issuedAt", at),
            expires_at=stamp(record.payment_id, "expiredAt", at + ACCOUNT_LIFE_SECONDS),
            number=str(int(attempt.transaction_id[:8], 16)).zfill(12),
        )
        if not self.pg.accounts_expire:
            answer.pop("expiredAt", None)
        return answer

    def emit(self, kind: str, record: PaymentRecord, attempt: Attempt, at: float, **more: str) -> None:
        """Send the webhook `kind` about `attempt`, with `more` in its data."""
        self.webhooks.emit(kind, event_data(record, attempt) | more, at)


def event_data(record: PaymentRecord, attempt: Attempt) -> dict[str, Any]:
    """The data of an event about `attempt`."""
    return {
        "paymentId": record.payment_id,
        "storeId": attempt.checkout.store_id,
        "transactionId": attempt.transaction_id,
    }
