"""PortOne's payments in, our own types out. The unknown becomes UNRECOGNISED, the impossible a ValueError.

What the schema requires of a payment in every state is required here too: a made-up store, amount or
time could move money. Everything else may be missing or strange without an error (PortOne facts 1.1).
"""

from typing import Annotated, Any

from pydantic import Field

from portone_payments.adapters.portone_texts import Wire, micros, moment_of, text_of
from portone_payments.domain.snapshot import (
    AccountRefund,
    Cancellation,
    CancellationStatus,
    Channel,
    Method,
    PayMethod,
    RemoteStatus,
    Snapshot,
    VirtualAccount,
)

METHODS = {
    "PaymentMethodCard": PayMethod.CARD,
    "PaymentMethodVirtualAccount": PayMethod.VIRTUAL_ACCOUNT,
    "PaymentMethodTransfer": PayMethod.TRANSFER,
    "PaymentMethodMobile": PayMethod.MOBILE,
    "PaymentMethodEasyPay": PayMethod.EASY_PAY,
    "PaymentMethodGiftCertificate": PayMethod.GIFT_CERTIFICATE,
    "PaymentMethodConvenienceStore": PayMethod.CONVENIENCE_STORE,
    "PaymentMethodCrypto": PayMethod.CRYPTO,
}
# an easy pay that says nothing of what is inside, or something new, is not known to be cash
_INSIDE = {
    "PaymentMethodCard": True,
    "PaymentMethodTransfer": False,
    "PaymentMethodEasyPayMethodCharge": False,
}
_ISSUED = {"ISSUED": True, "NOT_ISSUED": False}

type Text = Annotated[str, Field(min_length=1)]
type Amount = Annotated[int, Field(ge=0, lt=2**63)]


class _Amount(Wire):
    total: Amount
    tax_free: Amount
    paid: Amount
    discount: Amount
    cancelled: Amount
    cancelled_tax_free: Amount
    vat: Amount | None = None


class _Cancellation(Wire):
    id: Text
    status: str
    total_amount: Amount
    tax_free_amount: Amount
    vat_amount: Amount = 0
    reason: str
    requested_at: str
    trigger: Any = None


class WirePayment(Wire):
    """A payment in any state, as GET and the list show it."""

    id: Text
    status: str
    transaction_id: Text
    store_id: Text
    amount: _Amount
    currency: Text
    requested_at: str
    updated_at: str
    version: Any = None
    custom_data: Any = None
    customer: Any = None
    channel: Any = None
    method: Any = None
    cancellations: list[_Cancellation] | None = None
    disputes: Any = None
    cash_receipt: Any = None
    cash_receipt_issuance_status: Any = None
    paid_at: Any = None
    failed_at: Any = None
    failure: Any = None
    pg_tx_id: Any = None
    receipt_url: Any = None


class _Cancelled(Wire):
    cancellation: _Cancellation


def cancellation_of(body: bytes) -> Cancellation:
    """The answer of a cancel (facts 5.3). Raises ValueError when it is none."""
    return _cancellation(_Cancelled.model_validate_json(body).cancellation)


def payment_of(payment_id: str, body: bytes) -> Snapshot:
    """The answer of GET /payments/{id} (facts 3). Raises ValueError when it is not that payment."""
    wire = WirePayment.model_validate_json(body)
    if wire.id != payment_id:
        raise ValueError("the answer is about another payment")
    return snapshot_of(wire)


def snapshot_of(wire: WirePayment) -> Snapshot:
    """The payment as PortOne shows it. Raises ValueError for a time that is none."""
    return Snapshot(
        payment_id=wire.id,
        transaction_id=wire.transaction_id,
        store_id=wire.store_id,
        status=RemoteStatus(wire.status) if wire.status in RemoteStatus else RemoteStatus.UNRECOGNISED,
        total=wire.amount.total,
        tax_free=wire.amount.tax_free,
        paid=wire.amount.paid,
        discount=wire.amount.discount,
        cancelled=wire.amount.cancelled,
        cancelled_tax_free=wire.amount.cancelled_tax_free,
        vat=wire.amount.vat,
        currency=wire.currency,
        requested_at=micros(wire.requested_at),
        updated_at=micros(wire.updated_at),
        version=text_of(wire.version) or "V2",
        custom_data=text_of(wire.custom_data),
        customer_id=text_of(wire.customer, "id"),
        channel=channel_of(wire.channel),
        method=None if wire.method is None else _method(wire.method),
        cancellations=_cancellations(wire.cancellations),
        disputed=_disputed(wire.disputes),
        receipt_issued=_receipt_issued(wire),
        paid_at=moment_of(wire.paid_at),
        failed_at=moment_of(wire.failed_at),
        pg_code=text_of(wire.failure, "pgCode"),
        pg_tx_id=text_of(wire.pg_tx_id),
        receipt_url=text_of(wire.receipt_url),
    )


def _receipt_issued(wire: WirePayment) -> bool | None:
    """Either field tells of a receipt, and either may be left out (facts 3.2)."""
    if text_of(wire.cash_receipt, "status") == "ISSUED":
        return True
    return _ISSUED.get(text_of(wire.cash_receipt_issuance_status) or "")


def channel_of(raw: Any) -> Channel | None:
    """None unless it is surely LIVE or surely TEST: a guess would accept or refund (money rule 6)."""
    kind, provider, merchant = (text_of(raw, key) for key in ("type", "pgProvider", "pgMerchantId"))
    if kind not in {"LIVE", "TEST"} or provider is None or merchant is None:
        return None
    return Channel(
        test=kind == "TEST", pg_provider=provider, pg_merchant_id=merchant, key=text_of(raw, "key")
    )


def _method(raw: Any) -> Method:
    kind = METHODS.get(text_of(raw, "type") or "", PayMethod.UNRECOGNISED)
    if kind is PayMethod.EASY_PAY:
        inside = _INSIDE.get(text_of(raw.get("easyPayMethod"), "type") or "")
        return Method(kind=kind, provider=text_of(raw, "provider"), card_inside=inside)
    if kind is PayMethod.VIRTUAL_ACCOUNT:
        return Method(kind=kind, virtual_account=_virtual_account(raw), refund=_refund(raw))
    return Method(kind=kind)


def _refund(raw: Any) -> AccountRefund | None:
    status = text_of(raw, "refundStatus")
    if status is None:
        return None
    return AccountRefund(status) if status in AccountRefund else AccountRefund.UNRECOGNISED


def _virtual_account(raw: Any) -> VirtualAccount:
    due_at = moment_of(raw.get("expiredAt"))
    return VirtualAccount(
        bank=text_of(raw, "bank"),
        number=text_of(raw, "accountNumber") or None,
        holder=text_of(raw, "remitteeName"),
        due_at=None if due_at is None else due_at // 1_000_000,
    )


def _cancellations(wire: list[_Cancellation] | None) -> tuple[Cancellation, ...] | None:
    """None where the list was left out, which is not an empty one (PortOne facts 3.2)."""
    return None if wire is None else tuple(_cancellation(each) for each in wire)


def _cancellation(wire: _Cancellation) -> Cancellation:
    known = wire.status in CancellationStatus
    return Cancellation(
        id=wire.id,
        status=CancellationStatus(wire.status) if known else CancellationStatus.UNRECOGNISED,
        total=wire.total_amount,
        tax_free=wire.tax_free_amount,
        reason=wire.reason,
        requested_at=micros(wire.requested_at),
        trigger=text_of(wire.trigger),
        vat=wire.vat_amount,
    )


def _disputed(raw: Any) -> bool | None:
    if not isinstance(raw, list):
        return None
    return any(text_of(dispute, "status") != "RESOLVED" for dispute in raw)
