"""The buyer's side of billing: what `PortOne.requestIssueBillingKey` and `...AndPay` do in a browser."""

from dataclasses import replace

from portone_local.portone.billing.charging import Charging
from portone_local.portone.billing.records import (
    UNCONFIRMED,
    BillingIssue,
    ChargeAsk,
    FirstPayment,
    IssueResult,
    KeyRecord,
    ScheduleState,
)
from portone_local.portone.billing.schedules import Schedules
from portone_local.portone.billing.wallet import Wallet
from portone_local.portone.checkout import Checkout, Decline
from portone_local.portone.ledger import Ledger
from portone_local.portone.records import Attempt


class BillingVisitor:
    """Issue windows of one store. Refused with the browser's code."""

    def __init__(self, *, ledger: Ledger, wallet: Wallet, charging: Charging, schedules: Schedules) -> None:
        self._ledger = ledger
        self._schedules = schedules
        self._wallet = wallet
        self._charging = charging

    def open(self, issue: BillingIssue) -> None:
        """Open a window and leave it."""
        with self._ledger.lock:
            self._wallet.open(issue, self._ledger.clock.now())

    def settle(self, attempt: Attempt, state: ScheduleState, at: float) -> None:
        """The PG has decided a pending charge: so has its schedule, where there is one."""
        if attempt.schedule_id:
            self._schedules.settle(attempt.schedule_id, state, at)

    def issue(self, issue: BillingIssue) -> IssueResult:
        """Save a payment method."""
        with self._ledger.lock:
            at = self._ledger.clock.now()
            return self._wallet.finish(self._wallet.open(issue, at), at)

    def issue_and_pay(self, payment_id: str, checkout: Checkout, issue: BillingIssue) -> IssueResult:
        """Save a payment method and pay with it."""
        with self._ledger.changing(payment_id) as (record, at):
            channel = issue.channel_key if isinstance(issue.channel_key, str) else issue.channel_key[0]
            window = self._charging.till.open(record, at, replace(checkout, channel=channel))
            asked = window.checkout
            key = self._wallet.open(issue, at)
        key.first_payment = FirstPayment(payment_id, _ask_of(key, asked))
        return replace(self._finished(key, key.first_payment, at), payment_id=payment_id)

    def pay_first(self, key: KeyRecord, first: FirstPayment, at: float) -> IssueResult:
        """Issue a key that is not issued yet, with its payment; a declined one is kept by a switch."""
        attempt, said = self._charging.charge(first.payment_id, first.ask, at, key=key)
        tx_id = attempt.transaction_id if attempt else None
        unknowns = self._charging.till.answers.unknowns.billing
        if said is None or unknowns.declined_issue_and_pay_keeps_the_key:
            self._wallet.issue(key, at)
        if said is None:
            return IssueResult(key.billing_key, tx_id=tx_id)
        if key.issued_at is None:
            self._wallet.fail(key, at, Decline())
        code, message = said.pg_code, said.pg_message
        return IssueResult("", tx_id=tx_id, code="PGProviderError", pg_code=code, pg_message=message)

    def _finished(self, key: KeyRecord, first: FirstPayment, at: float) -> IssueResult:
        with self._ledger.lock:
            if key.issue.manual or key.issue.decline or not key.channels:
                result = self._wallet.finish(key, at)
                return replace(result, tx_id=UNCONFIRMED) if result.billing_issue_token else result
            return self.pay_first(key, first, at)


def _ask_of(key: KeyRecord, checkout: Checkout) -> ChargeAsk:
    return ChargeAsk(
        billing_key=key.billing_key,
        order_name=checkout.order_name,
        total=checkout.amount or 0,
        tax_free=checkout.tax_free,
        vat=checkout.vat,
        currency=checkout.currency or "KRW",
        custom_data=checkout.custom_data,
        customer=dict(checkout.customer),
    )
