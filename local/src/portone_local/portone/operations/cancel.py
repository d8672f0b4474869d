"""`POST /payments/{paymentId}/cancel` (PortOne facts 5)."""

import datetime as dt
from typing import Literal

from pydantic import Field

from portone_local.portone.banks import Bank
from portone_local.portone.desk import ApiCall, Body, Desk, parsed, pg_error
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.pg import Refusal
from portone_local.portone.records import Attempt, CancellationStatus, Parts, PaymentRecord, Refused
from portone_local.portone.refunds import Ask, paid_attempt

OPERATION = "cancel_payment"
_ACCOUNT = "PaymentMethodVirtualAccount"
_KST = dt.timezone(dt.timedelta(hours=9))
_TOO_LATE = Refusal(pg_code="2013", pg_message="당월 결제 건만 취소할 수 있습니다")
_WHOLE_ONLY = Refusal(pg_code="2031", pg_message="부분취소가 불가능한 결제수단입니다")


class _RefundAccount(Body):
    """Where a refund is transferred to: virtual accounts, next-month phone bills."""

    bank: Bank
    number: str = Field(min_length=1)
    holder_name: str = Field(min_length=1)
    holder_phone_number: str | None = None


class _CancelBody(Body):
    """CancelPaymentBody (PortOne facts 5.1); amounts of 0 and below mean nothing and are refused."""

    reason: str
    store_id: str | None = None
    amount: int | None = Field(default=None, ge=1, lt=2**63)
    tax_free_amount: int | None = Field(default=None, ge=0, lt=2**63)
    vat_amount: int | None = Field(default=None, ge=0, lt=2**63)
    requester: Literal["CUSTOMER", "ADMIN"] | None = None
    current_cancellable_amount: int | None = Field(default=None, ge=0, lt=2**63)
    promotion_discount_retain_option: Literal["RETAIN", "RELEASE"] = "RELEASE"
    refund_account: _RefundAccount | None = None
    refund_email: str | None = None
    skip_webhook: bool = False

    def ask(self) -> Ask:
        """The requested cancellation."""
        return Ask(
            reason=self.reason,
            amount=self.amount,
            tax_free=self.tax_free_amount,
            vat=self.vat_amount,
            retain_option=self.promotion_discount_retain_option,
            skip_webhook=self.skip_webhook,
        )


def cancel_payment(desk: Desk, call: ApiCall) -> Answer:
    """Cancel in whole or in part: 200 with the cancellation, be it SUCCEEDED, REQUESTED or FAILED."""
    body = parsed(_CancelBody, call.body)
    desk.check_store(body.store_id)
    refusal = desk.refusal_of(OPERATION)
    desk.check_payment(call.payment_id, body.store_id)
    with desk.ledger.changing(call.payment_id, call.at) as (record, at):
        attempt = paid_attempt(record)
        parts = _checked(desk, record, attempt, body)
        partial = parts.amount < desk.refunds.left(record, attempt).amount
        refusal = refusal or _limit(desk, attempt, body, at, partial=partial)
        if refusal and refusal.leaves:
            desk.refunds.book(record, parts, body.ask(), CancellationStatus(refusal.leaves), at)
        if refusal:
            return pg_error(refusal)
        status = desk.commands.outcome() or _usual_outcome(desk, attempt)
        entry = desk.refunds.book(record, parts, body.ask(), status, at)
        return as_json({"cancellation": desk.till.answers.cancellation(call.payment_id, entry)})


def _checked(desk: Desk, record: PaymentRecord, attempt: Attempt, body: _CancelBody) -> Parts:
    """What is cancelled; Refused or ApiError where PortOne itself says no."""
    if record.cancelled().amount >= attempt.refundable.amount:
        raise Refused("PAYMENT_ALREADY_CANCELLED")
    tries = sum(entry.trigger == "API" for entry in record.cancellations)
    if desk.pg.max_cancels is not None and tries >= desk.pg.max_cancels:
        raise Refused("MAX_CANCEL_COUNT_REACHED")
    _check_account(attempt, body.refund_account)
    expected = body.current_cancellable_amount
    if expected is not None and expected != desk.refunds.left(record, attempt).amount:
        raise Refused("CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN")
    return desk.refunds.parts_of(record, attempt, body.ask())


def _check_account(attempt: Attempt, account: _RefundAccount | None) -> None:
    """A virtual account needs a refundAccount, Smartro's its holder's phone too (PortOne facts 5.1, 5.2)."""
    if attempt.kind != _ACCOUNT:
        return
    if account is None:
        raise ApiError("INVALID_REQUEST", "refundAccount is required for virtual accounts")
    smartro = attempt.channel is not None and attempt.channel.pg_provider.startswith("SMARTRO")
    if smartro and not account.holder_phone_number:
        raise ApiError("INVALID_REQUEST", "holderPhoneNumber is required for Smartro")


def _limit(desk: Desk, attempt: Attempt, body: _CancelBody, at: float, *, partial: bool) -> Refusal | None:
    """What the PG says to what the method cannot do (PortOne facts 5.2)."""
    if partial and attempt.kind in desk.pg.whole_only:
        return _WHOLE_ONLY
    billed = attempt.kind == "PaymentMethodMobile" and _month(attempt.paid_at or at) != _month(at)
    return _TOO_LATE if billed and body.refund_account is None else None


def _month(moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, tz=_KST).strftime("%Y-%m")


def _usual_outcome(desk: Desk, attempt: Attempt) -> CancellationStatus:
    account = attempt.kind == _ACCOUNT and desk.unknowns.account_refund_is_asynchronous
    later = account or attempt.kind in desk.pg.asynchronous
    return CancellationStatus.REQUESTED if later else CancellationStatus.SUCCEEDED
