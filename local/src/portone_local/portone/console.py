"""PortOne's console: refunds the shop's code did not request, chargebacks, what comes next on command."""

from portone_local.portone.billing.wallet import Wallet
from portone_local.portone.checkout import Channel
from portone_local.portone.exchange import STATUS_OF
from portone_local.portone.ledger import Ledger
from portone_local.portone.pg import Commands, Refusal
from portone_local.portone.records import CancellationStatus, PaymentRecord, Refused
from portone_local.portone.refunds import Ask, Refunds, paid_attempt
from portone_local.portone.till import Till

ACCOUNT = "PaymentMethodVirtualAccount"


class Console:
    """What the shop's staff can do in PortOne's console, and how the next calls are to end.

    Refused for a payment that is not paid.
    """

    def __init__(
        self, *, ledger: Ledger, till: Till, refunds: Refunds, commands: Commands, wallet: Wallet
    ) -> None:
        self._ledger = ledger
        self._till = till
        self._refunds = refunds
        self._commands = commands
        self._wallet = wallet

    def cancel(
        self,
        payment_id: str,
        amount: int | None = None,
        *,
        tax_free: int | None = None,
        status: CancellationStatus = CancellationStatus.SUCCEEDED,
        reason: str = "console",
        trigger: str = "CONSOLE",
    ) -> str:
        """Refund `amount` (None: all that is left), minor units, taxable first; the cancellation's id."""
        with self._ledger.changing(payment_id) as (record, at):
            return self._cancel(record, at, Ask(reason, amount, tax_free, trigger=trigger), status)

    def chargeback(self, payment_id: str, amount: int | None = None, reason: str = "구매자 이의 제기") -> str:
        """The issuer takes `amount` (None: all that is left) back, with a dispute; the cancellation's id."""
        with self._ledger.changing(payment_id) as (record, at):
            paid_attempt(record)
            ask = Ask(reason, amount, trigger="CHARGEBACK")
            cancellation_id = self._cancel(record, at, ask, CancellationStatus.SUCCEEDED)
            self._dispute(record, at, reason)
            return cancellation_id

    def settle_cancellation(self, payment_id: str, cancellation_id: str, *, succeeded: bool = True) -> None:
        """End a REQUESTED cancellation; what webhook a failure sends is a switch (facts 8.6)."""
        with self._ledger.changing(payment_id) as (record, at):
            asked = [entry for entry in record.cancellations if entry.status is CancellationStatus.REQUESTED]
            entry = next((entry for entry in asked if entry.id == cancellation_id), None)
            if entry is None:
                raise Refused("PAYMENT_CANCELLATION_NOT_PENDING")
            self._refunds.settle(record, entry, at, succeeded=succeeded)

    def reverse_cancellation(self, payment_id: str, cancellation_id: str, *, listed: bool = True) -> None:
        """The bank reverses a refund: SUCCEEDED becomes FAILED, or is no longer `listed`.

        KeyError for a cancellation there is not. No webhook reports it: none is documented (facts 8.6).
        """
        with self._ledger.changing(payment_id) as (record, at):
            [entry] = [each for each in record.cancellations if each.id == cancellation_id]
            entry.status = CancellationStatus.FAILED
            paid_attempt(record).changed_at = at
            if not listed:
                record.cancellations.remove(entry)

    def open_dispute(self, payment_id: str, reason: str = "구매자 이의 제기") -> None:
        """The buyer disputes the payment at the issuer."""
        with self._ledger.changing(payment_id) as (record, at):
            paid_attempt(record)
            self._dispute(record, at, reason)

    def resolve_dispute(self, payment_id: str) -> None:
        """The newest dispute is settled."""
        with self._ledger.changing(payment_id) as (record, at):
            attempt = paid_attempt(record)
            if not record.disputes:
                raise Refused("NoDispute")
            resolved_at = self._till.answers.stamp(payment_id, "dispute.resolvedAt", at)
            record.disputes[-1] |= {"status": "RESOLVED", "resolvedAt": resolved_at}
            self._till.emit("Transaction.DisputeResolved", record, attempt, at)

    def take_deposit_back(self, payment_id: str, *, silent: bool = False) -> None:
        """The bank takes back what was deposited: VIRTUAL_ACCOUNT_ISSUED again; Refused for anything else."""
        with self._ledger.changing(payment_id) as (record, at):
            attempt = paid_attempt(record)
            if attempt.kind != ACCOUNT or record.cancelled().amount:
                raise Refused("NotADeposit")
            self._till.take_back(record, attempt, at, silent=silent)

    def show_refund_status(self, payment_id: str, status: str | None) -> None:
        """What `refundStatus` of a refunded deposit says, such as FAILED: the bank refused the account."""
        with self._ledger.changing(payment_id) as (record, _):
            if paid_attempt(record).kind != ACCOUNT or not record.cancellations:
                raise Refused("NoAccountRefund")
            record.shown_refund_status = status

    def add_channel(self, channel: Channel) -> None:
        """A contract with a PG, or one that was taken away, for new windows and charges."""
        with self._ledger.lock:
            self._till.channels[channel.key or channel.pg_merchant_id] = channel
            self._till.closed[:] = [each for each in self._till.closed if each != channel]

    def remove_channel(self, key: str) -> None:
        """Take a channel away: no windows, and charges are CHANNEL_NOT_FOUND. KeyError for none."""
        with self._ledger.lock:
            self._till.closed.append(self._till.channels.pop(key))

    def show_status(self, payment_id: str, status: str | None) -> None:
        """Answer GET with a status outside the seven (PortOne facts 1.1); None shows the true one again."""
        with self._ledger.changing(payment_id) as (record, _):
            record.shown_status = status

    def refuse_next(
        self, operation: str, kind: str = "PG_PROVIDER", *, leaves: str | None = None, times: int = 1
    ) -> None:
        """Refuse the next `times` calls of `operation` with error type `kind`.

        A PG_PROVIDER may leave a readable state behind, one of pg.LEAVES. ValueError for what there is not.
        """
        if kind not in STATUS_OF:
            raise ValueError(f"no error type {kind}")
        self._commands.refuse(operation, Refusal(kind, leaves), times)

    def refuse_next_cancel(
        self, kind: str = "PG_PROVIDER", *, leaves: str | None = None, times: int = 1
    ) -> None:
        """Refuse the next `times` cancels with error type `kind`, see refuse_next."""
        self.refuse_next("cancel_payment", kind, leaves=leaves, times=times)

    def end_next_cancel(self, status: CancellationStatus) -> None:
        """Have the next accepted cancel be SUCCEEDED, REQUESTED or FAILED, all with HTTP 200."""
        self._commands.outcomes.append(status)

    def delete_billing_key(self, billing_key: str) -> None:
        """Delete a key behind the shop's back; its schedules stay, and fail at their time."""
        with self._ledger.lock:
            self._wallet.delete(self._wallet.usable(billing_key), self._ledger.clock.now())

    def update_billing_key(self, billing_key: str) -> None:
        """Send `BillingKey.Updated`, which does not say what changed."""
        with self._ledger.lock:
            self._wallet.updated(self._wallet.get(billing_key), self._ledger.clock.now())

    def _cancel(self, record: PaymentRecord, at: float, ask: Ask, status: CancellationStatus) -> str:
        attempt = paid_attempt(record)
        left = self._refunds.left(record, attempt)
        amount = left.amount if ask.amount is None else ask.amount
        tax_free = max(0, amount - left.taxable) if ask.tax_free is None else ask.tax_free
        exact = Ask(ask.reason, amount, tax_free, trigger=ask.trigger)
        parts = self._refunds.parts_of(record, attempt, exact)
        return self._refunds.book(record, parts, exact, status, at).id

    def _dispute(self, record: PaymentRecord, at: float, reason: str) -> None:
        created_at = self._till.answers.stamp(record.payment_id, "dispute.createdAt", at)
        record.disputes.append({"status": "UNRESOLVED", "reason": reason, "createdAt": created_at})
        self._till.emit("Transaction.DisputeCreated", record, paid_attempt(record), at)
