"""Cash receipts (현금영수증): issue, read, cancel (PortOne facts 3.5, 13)."""

from dataclasses import replace
from typing import Literal

from pydantic import Field

from portone_local.portone.desk import ApiCall, Body, Desk, Moment, parsed, pg_error
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.records import CashReceipt, Parts

ISSUE, CANCEL = "issue_cash_receipt", "cancel_cash_receipt"


class _Customer(Body):
    """Whose receipt it is; the number is checked and forgotten."""

    identity_number: str = Field(min_length=1, repr=False)
    identity_number_type: Literal["PHONE", "CARD", "BUSINESS"] | None = None
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None


class Amount(Body):
    """PaymentAmountInput; an absent `vat` is an eleventh of what is not tax-free."""

    total: int = Field(ge=1, lt=2**63)
    tax_free: int = Field(default=0, ge=0)
    vat: int | None = Field(default=None, ge=0)

    def parts(self, kind: str = "INVALID_REQUEST") -> Parts:
        """Its shares; ApiError `kind` where they do not fit into the total."""
        vat = (self.total - self.tax_free) // 11 if self.vat is None else self.vat
        if vat < 0 or self.tax_free + vat > self.total:
            raise ApiError(kind, "taxFree and vat exceed total")
        return Parts(self.total, self.tax_free, vat)


class _IssueBody(Body):
    """IssueCashReceiptBody."""

    payment_id: str = Field(min_length=1)
    channel_key: str
    type: Literal["PERSONAL", "CORPORATE"]
    order_name: str
    currency: str = Field(pattern="^[A-Z]{3}$")
    amount: Amount
    customer: _Customer
    store_id: str | None = None
    product_type: Literal["PHYSICAL", "DIGITAL"] | None = None
    paid_at: Moment | None = None
    business_registration_number: str | None = None
    payment_method: Literal["TRANSFER", "VIRTUAL_ACCOUNT"] | None = None


def issue_cash_receipt(desk: Desk, call: ApiCall) -> Answer:
    """`POST /cash-receipts`: also for a paymentId that PortOne has never seen."""
    body = parsed(_IssueBody, call.body)
    parts = body.amount.parts()
    desk.check_store(body.store_id)
    refusal = desk.refusal_of(ISSUE)
    channel = desk.till.channels.get(body.channel_key)
    if channel is None:
        raise ApiError("CHANNEL_NOT_FOUND", "요청된 채널이 존재하지 않습니다")
    with desk.ledger.changing(body.payment_id, call.at) as (record, at):
        if record.standing_receipt:
            raise ApiError("CASH_RECEIPT_ALREADY_ISSUED", "현금영수증이 이미 발급되었습니다")
        receipt = CashReceipt(
            issue_number=str(int(desk.ledger.new_id()[:8], 16)).zfill(10),
            kind=body.type,
            channel=channel.as_answer(),
            order_name=body.order_name,
            currency=body.currency,
            parts=parts,
            issued_at=at,
        )
        if refusal is None or refusal.leaves == "ISSUED":
            record.receipts.append(receipt)
    return pg_error(refusal) if refusal else as_json({"cashReceipt": receipt.summary()})


def get_cash_receipt(desk: Desk, call: ApiCall) -> Answer:
    """`GET /payments/{paymentId}/cash-receipt`: the newest one, cancelled or not."""
    desk.check_store(call.query.get("storeId"))
    _check_shown(desk, call)
    record = desk.ledger.payments.get(call.payment_id)
    states = _states(record.receipts if record else [], call.as_of)
    if len(states) <= call.lag:
        raise ApiError("CASH_RECEIPT_NOT_FOUND", "현금영수증이 존재하지 않습니다")
    return as_json(desk.till.answers.cash_receipt(call.payment_id, states[-1 - call.lag], desk.store_id))


def cancel_cash_receipt(desk: Desk, call: ApiCall) -> Answer:
    """`POST /payments/{paymentId}/cash-receipt/cancel`: all of it."""
    desk.check_store(call.query.get("storeId"))
    _check_shown(desk, call)
    refusal = desk.refusal_of(CANCEL)
    with desk.ledger.changing(call.payment_id, call.at) as (record, at):
        if not record.receipts:
            raise ApiError("CASH_RECEIPT_NOT_FOUND", "현금영수증이 존재하지 않습니다")
        receipt = record.standing_receipt
        if receipt is None:
            raise ApiError("CASH_RECEIPT_NOT_ISSUED", "현금영수증이 발급되지 않았습니다")
        if refusal is None or refusal.leaves == "CANCELLED":
            receipt.cancelled_at = at
        if refusal:
            return pg_error(refusal)
        cancelled_at = desk.till.answers.stamp(call.payment_id, "receipt.cancelledAt", at)
        return as_json({"cancelledAmount": receipt.parts.amount, "cancelledAt": cancelled_at})


def _check_shown(desk: Desk, call: ApiCall) -> None:
    """A payment's receipts belong to its store."""
    payment = desk.ledger.answer(call.payment_id)
    held_by = payment["storeId"] if payment else None
    desk.check_shown(held_by, call.query.get("storeId"), "CASH_RECEIPT_NOT_FOUND")


def _states(receipts: list[CashReceipt], as_of: float | None) -> list[CashReceipt]:
    """Every state the receipts were in until epoch second `as_of`, oldest first."""
    states = []
    for receipt in receipts:
        states.append((receipt.issued_at, replace(receipt, cancelled_at=None)))
        if receipt.cancelled_at is not None:
            states.append((receipt.cancelled_at, receipt))
    return [state for moment, state in states if as_of is None or moment <= as_of]
