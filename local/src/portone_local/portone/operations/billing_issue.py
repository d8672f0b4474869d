"""Issues that end at the shop's server: confirmed tokens, and cards typed in (PortOne facts 4.2, 6.2)."""

from typing import Any

from pydantic import Field

from portone_local.portone.billing.records import BillingIssue, FirstPayment, KeyRecord, KeyState
from portone_local.portone.checkout import Decline
from portone_local.portone.desk import ApiCall, Body, Desk, parsed, pg_error
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.operations.customers import Customer
from portone_local.portone.pg import Refusal
from portone_local.portone.records import Refused

CONFIRM, CONFIRM_AND_PAY, ISSUE = "confirm_billing_key", "confirm_issue_and_pay", "issue_billing_key"
_LATE = Refusal(pg_code="9001", pg_message="인증 유효시간이 지났습니다")


class _ConfirmBody(Body):
    """ConfirmBillingKeyBody."""

    billing_issue_token: str = Field(repr=False)
    store_id: str | None = None
    is_test: bool | None = None
    skip_webhook: bool = False


class _ConfirmAndPayBody(_ConfirmBody):
    """ConfirmBillingKeyIssueAndPayBody; all but the token is compared with what the buyer agreed to."""

    payment_id: str | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    total_amount: int | None = Field(default=None, ge=0, lt=2**63)
    tax_free_amount: int | None = Field(default=None, ge=0, lt=2**63)

    def agrees_with(self, first: FirstPayment) -> bool:
        """Whether whatever was given is so of `first`."""
        pairs = (
            (self.payment_id, first.payment_id),
            (self.currency, first.ask.currency),
            (self.total_amount, first.ask.total),
            (self.tax_free_amount, first.ask.tax_free),
        )
        return all(given in (None, held) for given, held in pairs)


class _Credential(Body):
    """CardCredential; checked and forgotten."""

    number: str = Field(pattern=r"^\d{12,19}$", repr=False)
    expiry_year: str = Field(pattern=r"^\d{2}$", repr=False)
    expiry_month: str = Field(pattern=r"^\d{2}$", repr=False)
    birth_or_business_registration_number: str | None = Field(default=None, repr=False)
    password_two_digits: str | None = Field(default=None, repr=False)


class _Card(Body):
    credential: _Credential


class _Method(Body):
    card: _Card


class _IssueBody(Body):
    """IssueBillingKeyBody; there are no channel groups here."""

    method: _Method
    channel_key: str
    store_id: str | None = None
    customer: Customer | None = None
    custom_data: str | None = None
    bypass: dict[str, Any] | None = None
    notice_urls: list[str] | None = None
    skip_webhook: bool = False

    def issue(self) -> BillingIssue:
        """The requested issue; of the card no more than its last digits are kept."""
        customer = self.customer.shown() if self.customer else {}
        return BillingIssue(
            customer_id=customer.pop("id", None),
            customer=customer,
            custom_data=self.custom_data,
            channel_key=self.channel_key,
            card=f"card-{self.method.card.credential.number[-4:]}",
        )


def confirm_billing_key(desk: Desk, call: ApiCall) -> Answer:
    """`POST /billing-keys/confirm`: issue what the buyer authenticated."""
    body = parsed(_ConfirmBody, call.body)
    desk.check_store(body.store_id)
    refusal = desk.refusal_of(CONFIRM)
    record = _awaiting(desk, body, pays=False)
    refusal = refusal or _late(desk, record, call.at)
    if refusal is None or refusal.leaves == KeyState.ISSUED:
        desk.billing.wallet.issue(record, call.at, silent=body.skip_webhook)
    return pg_error(refusal) if refusal else as_json({"billingKey": record.billing_key})


def confirm_issue_and_pay(desk: Desk, call: ApiCall) -> Answer:
    """`POST /billing-keys/confirm-issue-and-pay`: issue and charge in one."""
    body = parsed(_ConfirmAndPayBody, call.body)
    desk.check_store(body.store_id)
    refusal = desk.refusal_of(CONFIRM_AND_PAY)
    record = _awaiting(desk, body, pays=True)
    first = record.first_payment
    if first is None or not body.agrees_with(first):
        raise Refused("INFORMATION_MISMATCH")
    refusal = refusal or _late(desk, record, call.at)
    if refusal and refusal.leaves == KeyState.ISSUED:
        desk.billing.wallet.issue(record, call.at)
    if refusal and refusal.leaves != "PAID":
        return pg_error(refusal)
    result = desk.billing.visitor.pay_first(record, first, call.at)
    if refusal or result.code:
        said = Refusal(pg_code=result.pg_code or "", pg_message=result.pg_message or "")
        return pg_error(refusal or said)
    return as_json({"billingKey": record.billing_key, "paymentId": first.payment_id})


def issue_billing_key(desk: Desk, call: ApiCall) -> Answer:
    """`POST /billing-keys`: issue from card data, which no buyer authenticates."""
    body = parsed(_IssueBody, call.body)
    desk.check_store(body.store_id)
    refusal = desk.refusal_of(ISSUE)
    if body.channel_key not in desk.till.channels:
        raise ApiError("CHANNEL_NOT_FOUND", "요청된 채널이 존재하지 않습니다")
    wallet = desk.billing.wallet
    record = wallet.open(body.issue(), call.at)
    record.platform = "API"
    if refusal and refusal.leaves != KeyState.ISSUED:
        wallet.fail(record, call.at, Decline())
    else:
        wallet.issue(record, call.at, silent=body.skip_webhook)
    if refusal:
        return pg_error(refusal)
    issued_at = desk.till.answers.stamp(record.billing_key, "issuedAt", call.at)
    info = {"billingKey": record.billing_key, "issuedAt": issued_at}
    return as_json({"billingKeyInfo": {**info, "channels": wallet.answers.channels(record)}})


def _awaiting(desk: Desk, body: _ConfirmBody, *, pays: bool) -> KeyRecord:
    """The key that waits for the token; Refused for a token of the other kind, or of another channel type."""
    record = desk.billing.wallet.awaiting(body.billing_issue_token)
    if (record.first_payment is not None) != pays:
        raise Refused("BILLING_KEY_NOT_FOUND")
    if body.is_test not in (None, record.channels[0].type == "TEST"):
        raise Refused("INFORMATION_MISMATCH")
    return record


def _late(desk: Desk, record: KeyRecord, at: float) -> Refusal | None:
    """What a token that outlived the PG's patience gets, by a switch."""
    if at - record.token_at < desk.pg.token_life:
        return None
    if desk.unknowns.billing.expired_issue_token_is_not_found:
        raise Refused("BILLING_KEY_NOT_FOUND")
    return _LATE
