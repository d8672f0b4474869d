"""PortOne's payments in, our own types out. The unknown becomes UNRECOGNISED, the impossible a ValueError.

Fields that the schema requires of a payment in every state are required here too: an invented store, amount
or time could move money. Everything else may be missing or strange without an error (PortOne facts 1.1), and
a text of a PG's is kept only where it passes the `Sieve`.
"""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from portone_payments.adapters.portone.cancellations import Amount, State, WireCancellation, cancellations_of
from portone_payments.adapters.portone.texts import Sieve, Wire, micros, moment_of, parsed, text_of
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import (
    AccountRefund,
    Channel,
    Method,
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
# an easy pay without a method inside, or with a new one, is not known to be cash
_INSIDE = {
    "PaymentMethodCard": True,
    "PaymentMethodTransfer": False,
    "PaymentMethodEasyPayMethodCharge": False,
}
_ISSUED = {"ISSUED": True, "NOT_ISSUED": False}

type Text = Annotated[str, Field(min_length=1, max_length=200)]


class _Amount(Wire):
    total: Amount
    tax_free: Amount
    paid: Amount
    discount: Amount
    cancelled: Amount
    cancelled_tax_free: Amount
    vat: Amount | None = None


class WirePayment(Wire):
    """A payment in any state, as GET and the list show it."""

    id: Text
    status: State
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
    cancellations: list[WireCancellation] | None = None
    disputes: Any = None
    cash_receipt: Any = None
    cash_receipt_issuance_status: Any = None
    paid_at: Any = None
    failed_at: Any = None
    failure: Any = None
    pg_tx_id: Any = None
    receipt_url: Any = None


def payment_of(payment_id: str, body: bytes) -> Snapshot:
    """The answer of GET /payments/{id} (facts 3). Raises ValueError when it is not that payment."""
    wire = WirePayment.model_validate(parsed(body))
    if wire.id != payment_id:
        raise ValueError("the answer is about another payment")
    return snapshot_of(wire)


def snapshot_of(wire: WirePayment) -> Snapshot:
    """The payment as PortOne shows it. Raises ValueError for a time that is none."""
    sieve = Sieve()
    snapshot = _snapshot(wire, sieve)
    return replace(snapshot, dropped=sieve.dropped)


def _snapshot(wire: WirePayment, sieve: Sieve) -> Snapshot:
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
        version=sieve.word(wire.version) or "V2",
        custom_data=text_of(wire.custom_data),
        customer_id=text_of(wire.customer, "id"),
        channel=channel_of(wire.channel, sieve),
        method=None if wire.method is None else _method(wire.method, sieve),
        cancellations=cancellations_of(wire.cancellations, sieve),
        disputed=_disputed(wire.disputes),
        receipt_issued=_receipt_issued(wire),
        paid_at=moment_of(wire.paid_at),
        failed_at=moment_of(wire.failed_at),
        pg_code=sieve.code(wire.failure, "pgCode"),
        pg_tx_id=sieve.identifier(wire.pg_tx_id),
        receipt_url=sieve.url(wire.receipt_url),
    )


def _receipt_issued(wire: WirePayment) -> bool | None:
    """Whether a receipt was issued: two fields show one, and either may be omitted (facts 3.2)."""
    if text_of(wire.cash_receipt, "status") == "ISSUED":
        return True
    return _ISSUED.get(text_of(wire.cash_receipt_issuance_status) or "")


def channel_of(raw: Any, sieve: Sieve | None = None) -> Channel | None:
    """The channel; None unless it is surely LIVE or TEST: a guess would accept or refund (rule 6.2)."""
    sieve = sieve or Sieve()
    provider, merchant = sieve.word(raw, "pgProvider"), sieve.merchant(raw, "pgMerchantId")
    kind, key = text_of(raw, "type"), sieve.identifier(raw, "key")
    if kind not in {"LIVE", "TEST"} or provider is None or merchant is None:
        return None
    return Channel(test=kind == "TEST", pg_provider=provider, pg_merchant_id=merchant, key=key)


def _method(raw: Any, sieve: Sieve) -> Method:
    kind = METHODS.get(text_of(raw, "type") or "", PayMethod.UNRECOGNISED)
    if kind is PayMethod.EASY_PAY:
        inside = _INSIDE.get(text_of(raw.get("easyPayMethod"), "type") or "")
        return Method(kind=kind, provider=sieve.word(raw, "provider"), card_inside=inside)
    if kind is PayMethod.VIRTUAL_ACCOUNT:
        return Method(kind=kind, virtual_account=_virtual_account(raw, sieve), refund=_refund(raw))
    return Method(kind=kind)


def _refund(raw: Any) -> AccountRefund | None:
    status = text_of(raw, "refundStatus")
    if status is None:
        return None
    return AccountRefund(status) if status in AccountRefund else AccountRefund.UNRECOGNISED


def _virtual_account(raw: Any, sieve: Sieve) -> VirtualAccount:
    due_at, issued_at = moment_of(raw.get("expiredAt")), moment_of(raw.get("issuedAt"))
    return VirtualAccount(
        bank=sieve.word(raw, "bank"),
        number=sieve.number(raw, "accountNumber"),
        holder=sieve.name(raw, "remitteeName"),
        due_at=None if due_at is None else due_at // 1_000_000,
        issued_at=None if issued_at is None else issued_at // 1_000_000,
    )


def _disputed(raw: Any) -> bool | None:
    if not isinstance(raw, list):
        return None
    return any(text_of(dispute, "status") != "RESOLVED" for dispute in raw)
