"""Reading a payment and pre-registering one (PortOne facts 2, 3)."""

from pydantic import Field

from portone_local.portone.checkout import Checkout
from portone_local.portone.desk import ApiCall, Body, Desk, parsed
from portone_local.portone.exchange import Answer, ApiError, as_json
from portone_local.portone.records import Attempt, PaymentRecord, PreRegistration


class _PreRegisterBody(Body):
    """PreRegisterPaymentBody: every field optional (PortOne facts 2)."""

    store_id: str | None = None
    total_amount: int | None = Field(default=None, ge=0, lt=2**63)
    tax_free_amount: int | None = Field(default=None, ge=0, lt=2**63)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")


def get_payment(desk: Desk, call: ApiCall) -> Answer:
    """`GET /payments/{paymentId}` (PortOne facts 3)."""
    desk.check_store(call.query.get("storeId"))
    payment = desk.ledger.answer(call.payment_id, as_of=call.as_of, lag=call.lag)
    return as_json(desk.visible(payment, call.query.get("storeId")))


def pre_register(desk: Desk, call: ApiCall) -> Answer:
    """`POST /payments/{paymentId}/pre-register` (PortOne facts 2)."""
    body = parsed(_PreRegisterBody, call.body)
    desk.check_store(body.store_id)
    with desk.ledger.changing(call.payment_id, call.at) as (record, at):
        if record.paid_attempt:
            raise ApiError("ALREADY_PAID", "결제가 이미 완료되었습니다")
        if record.pre_registered is None or desk.unknowns.second_pre_register_overwrites:
            record.pre_registered = PreRegistration(body.total_amount, body.tax_free_amount, body.currency)
        if desk.unknowns.pre_registered_is_visible and all(entry.placeholder for entry in record.attempts):
            record.attempts[:] = [_placeholder(desk, record, at, body.store_id or desk.store_id)]
    return as_json({})


def _placeholder(desk: Desk, record: PaymentRecord, at: float, store_id: str) -> Attempt:
    registered = record.pre_registered or PreRegistration()
    checkout = Checkout(
        amount=registered.total or 0,
        currency=registered.currency or "KRW",
        tax_free=registered.tax_free or 0,
        order_name="",
        customer={},
        channel=None,
        store_id=store_id,
        platform="API",
    )
    known = record.attempts[0].transaction_id if record.attempts else desk.ledger.new_id()
    return Attempt(known, checkout, at, at, window_open=False, placeholder=True)
