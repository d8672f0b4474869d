"""`POST /payments/{paymentId}/confirm`: manual approval (수동 승인, PortOne facts 4.1)."""

from pydantic import Field

from portone_local.portone.checkout import Decline
from portone_local.portone.desk import ApiCall, Body, Desk, parsed, pg_error
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.pg import Refusal
from portone_local.portone.records import Attempt, PaymentRecord, Refused, Status

OPERATION = "confirm_payment"


class _ConfirmBody(Body):
    """ConfirmPaymentBody; all but the token and skipWebhook are compared with the attempt."""

    payment_token: str
    store_id: str | None = None
    tx_id: str | None = None
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    total_amount: int | None = Field(default=None, ge=0, lt=2**63)
    tax_free_amount: int | None = Field(default=None, ge=0, lt=2**63)
    is_test: bool | None = None
    skip_webhook: bool = False

    def agrees_with(self, attempt: Attempt) -> bool:
        """Whether whatever was given is so of `attempt`."""
        checkout = attempt.checkout
        pairs = (
            (self.tx_id, attempt.transaction_id),
            (self.currency, checkout.currency),
            (self.total_amount, checkout.amount),
            (self.tax_free_amount, checkout.tax_free),
            (self.is_test, attempt.channel is not None and attempt.channel.type == "TEST"),
        )
        return all(given in (None, held) for given, held in pairs)


def confirm_payment(desk: Desk, call: ApiCall) -> Answer:
    """Charge what the buyer authenticated; a virtual account is issued by this call."""
    body = parsed(_ConfirmBody, call.body)
    desk.check_store(body.store_id)
    refusal = desk.refusal_of(OPERATION)
    desk.check_payment(call.payment_id, body.store_id)
    with desk.ledger.changing(call.payment_id, call.at) as (record, at):
        attempt = _authenticated(desk, record, body.payment_token, at)
        if not body.agrees_with(attempt):
            raise Refused("INFORMATION_MISMATCH")
        if refusal:
            _leave(desk, record, attempt, refusal, at)
            return pg_error(refusal)
        desk.till.pay(record, attempt, at, silent=body.skip_webhook)
        paid_at = desk.till.answers.stamp(call.payment_id, "paidAt", at)
        return as_json({"pgTxId": f"pg-{attempt.transaction_id}", "paidAt": paid_at})


def _authenticated(desk: Desk, record: PaymentRecord, token: str, at: float) -> Attempt:
    """The attempt that waits for `token`; each is used once and lives as long as the PG keeps it."""
    if record.paid_attempt:
        raise ApiError("ALREADY_PAID", "결제가 이미 완료되었습니다")
    for attempt in record.attempts:
        waits = attempt.token == token and attempt.status is Status.READY
        if waits and at - attempt.token_at < desk.pg.token_life:
            return attempt
    raise ApiError("INVALID_PAYMENT_TOKEN", "유효하지 않은 결제 토큰입니다")


def _leave(desk: Desk, record: PaymentRecord, attempt: Attempt, refusal: Refusal, at: float) -> None:
    if refusal.leaves == Status.PAID:
        desk.till.pay(record, attempt, at)
    elif refusal.leaves == Status.FAILED:
        decline = Decline(pg_code=refusal.pg_code, pg_message=refusal.pg_message)
        desk.till.fail(record, attempt, at, decline)
