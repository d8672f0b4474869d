"""The buyer's side: checkout windows, approvals, declines, deposits, each with the webhook PortOne sends."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from portone_local.portone.billing.buyer import BillingVisitor
from portone_local.portone.billing.records import BillingIssue, IssueResult, ScheduleState
from portone_local.portone.checkout import NO, Checkout, Decline
from portone_local.portone.identity.window import IdentityVisitor, IdentityWindow
from portone_local.portone.ledger import Ledger
from portone_local.portone.records import Attempt, PaymentRecord, Refused, Status
from portone_local.portone.till import Till, event_data
from portone_local.portone.webhooks import Webhooks


class Buyer:
    """What a buyer in front of `PortOne.requestPayment` can do. Refused when PortOne would not allow it.

    Each method takes the paymentId and, where it does not say otherwise, answers the attempt's transactionId.
    With a `checkout` a new window is opened (a new attempt); without one the newest open window goes on, or
    one opens as pre-registered.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        webhooks: Webhooks,
        till: Till,
        identity: IdentityVisitor,
        billing: BillingVisitor,
    ) -> None:
        self._ledger = ledger
        self._webhooks = webhooks
        self._till = till
        self._identity = identity
        self._billing = billing

    def open_window(self, payment_id: str, checkout: Checkout | None = None) -> str:
        """Open a checkout window: READY. Two open windows are two attempts."""
        with self._changing(payment_id) as (record, at):
            return self._till.open(record, at, checkout or Checkout()).transaction_id

    def close_window(self, payment_id: str) -> str:
        """Leave without paying: the payment stays as it is, for ever if the buyer does not return."""
        with self._changing(payment_id) as (record, _):
            attempt = _newest(record, Status.READY)
            attempt.window_open = False
            return attempt.transaction_id

    def pay(self, payment_id: str, checkout: Checkout | None = None) -> str:
        """Pay: PAID, or VIRTUAL_ACCOUNT_ISSUED with that method."""
        with self._changing(payment_id) as (record, at):
            attempt = self._till.window(record, at, checkout)
            self._till.pay(record, attempt, at)
            return attempt.transaction_id

    def authenticate(self, payment_id: str, checkout: Checkout | None = None) -> str:
        """Authenticate where the shop approves by hand (facts 4.1): READY, uncharged; the paymentToken."""
        with self._changing(payment_id) as (record, at):
            attempt = self._till.window(record, at, checkout)
            attempt.token = f"example-payment-token-{self._ledger.new_id()}"
            attempt.token_at, attempt.window_open = at, False
            return attempt.token

    def pay_pending(self, payment_id: str, checkout: Checkout | None = None) -> str:
        """Authenticate and wait for the PG: PAY_PENDING, until `approve` or `refuse`."""
        with self._changing(payment_id) as (record, at):
            attempt = self._till.window(record, at, checkout)
            self._till.move(record, attempt, Status.PAY_PENDING, at)
            return attempt.transaction_id

    def approve(self, payment_id: str) -> str:
        """The PG approves what was pending: PAID."""
        with self._changing(payment_id) as (record, at):
            attempt = _newest(record, Status.PAY_PENDING)
            self._till.succeed(record, attempt, at)
            self._billing.settle(attempt, ScheduleState.SUCCEEDED, at)
            return attempt.transaction_id

    def refuse(self, payment_id: str, decline: Decline = NO) -> str:
        """The PG refuses what was pending: FAILED."""
        with self._changing(payment_id) as (record, at):
            attempt = _newest(record, Status.PAY_PENDING)
            self._till.fail(record, attempt, at, decline)
            self._billing.settle(attempt, ScheduleState.FAILED, at)
            return attempt.transaction_id

    def deposit(self, payment_id: str, *, after: float = 0.0) -> str:
        """Transfer the money to the issued account, in time or not: PAID.

        PortOne hears of it `after` seconds later; until then the PG does not close the account.
        """
        with self._changing(payment_id) as (record, at):
            attempt = _newest(record, Status.VIRTUAL_ACCOUNT_ISSUED)
            if after:
                attempt.deposited = True
                self._succeed_later(payment_id, attempt.transaction_id, at + after)
            else:
                self._till.succeed(record, attempt, at)
            return attempt.transaction_id

    def decline(self, payment_id: str, checkout: Checkout | None = None, decline: Decline = NO) -> str:
        """Pay and be declined: FAILED, unless the decline leaves no readable attempt."""
        with self._changing(payment_id) as (record, at):
            if decline.readable:
                attempt = self._till.window(record, at, checkout)
            else:
                attempt = self._till.new_attempt(record, at, checkout or Checkout())
            self._till.fail(record, attempt, at, decline)
            return attempt.transaction_id

    def pay_if_confirmed(self, payment_id: str, checkout: Checkout | None = None) -> int:
        """Pay where the shop must confirm (facts 4.3): PAID on a 2xx, else FAILED; the shop's status."""
        with self._changing(payment_id) as (record, at):
            attempt = self._till.window(record, at, checkout)
        question = {**event_data(record, attempt), "totalAmount": attempt.checkout.amount}
        status = self._webhooks.ask("Transaction.Confirm", question)
        with self._changing(payment_id) as (record, at):
            if status // 100 == 2:  # noqa: PLR2004 - 2xx
                self._till.succeed(record, attempt, at)
            else:
                self._till.fail(record, attempt, at, Decline(pg_code="ConfirmProcessFailed"))
        return status

    def fail_then_approve(
        self, payment_id: str, checkout: Checkout | None = None, *, after: float = 600.0
    ) -> str:
        """FAILED now, the same attempt PAID `after` seconds later unless another has succeeded by then."""
        transaction_id = self.decline(payment_id, checkout)
        self._succeed_later(payment_id, transaction_id, self._ledger.clock.now() + after)
        return transaction_id

    def open_issue_window(self, issue: BillingIssue | None = None, **changes: Any) -> None:
        """Open `PortOne.requestIssueBillingKey` and leave; `changes` are fields of the issue."""
        self._billing.open(replace(issue or BillingIssue(), **changes))

    def issue_billing_key(self, issue: BillingIssue | None = None, **changes: Any) -> IssueResult:
        """Go through `PortOne.requestIssueBillingKey`; `changes` are fields of the issue."""
        return self._billing.issue(replace(issue or BillingIssue(), **changes))

    def issue_billing_key_and_pay(
        self,
        payment_id: str,
        checkout: Checkout | None = None,
        issue: BillingIssue | None = None,
        **changes: Any,
    ) -> IssueResult:
        """Go through `PortOne.requestIssueBillingKeyAndPay`; `changes` are fields of the issue."""
        asked = replace(issue or BillingIssue(), **changes)
        return self._billing.issue_and_pay(payment_id, checkout or Checkout(), asked)

    def verify_identity(
        self, verification_id: str, window: IdentityWindow | None = None, **changes: Any
    ) -> None:
        """Go through `PortOne.requestIdentityVerification`; `changes` are fields of the window."""
        self._identity.visit(verification_id, replace(window or IdentityWindow(), **changes))

    def otp_of(self, verification_id: str) -> str:
        """Read the code in the newest SMS."""
        return self._identity.code_of(verification_id)

    def approve_in_app(self, verification_id: str) -> None:
        """Say yes in the carrier's app."""
        self._identity.approve_in_app(verification_id)

    def _succeed_later(self, payment_id: str, transaction_id: str, due: float) -> None:
        def succeed(moment: float) -> None:
            with self._changing(payment_id, moment) as (record, at):
                self._till.succeed(record, _by_id(record, transaction_id), at)

        self._ledger.later(due, succeed)

    def _changing(
        self, payment_id: str, at: float | None = None
    ) -> AbstractContextManager[tuple[PaymentRecord, float]]:
        return self._ledger.changing(payment_id, at)


def _newest(record: PaymentRecord, status: Status) -> Attempt:
    attempt = record.newest(status)
    if attempt is None:
        raise Refused(f"NoAttemptIs{status.value}")
    return attempt


def _by_id(record: PaymentRecord, transaction_id: str) -> Attempt:
    return next(entry for entry in record.attempts if entry.transaction_id == transaction_id)
