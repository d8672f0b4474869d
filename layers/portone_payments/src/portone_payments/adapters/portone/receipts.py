"""Cash receipts in PortOne's words: the body of an issue, its answer, a reading (facts 13)."""

from typing import Annotated, Any

from pydantic import Field

from portone_payments.adapters.portone.texts import Sieve, Wire, parsed
from portone_payments.domain.readings.payment import ReceiptReading, ReceiptStatus
from portone_payments.ports.portone import IssuedReceipt, ReceiptCommand

type Amount = Annotated[int, Field(ge=0, lt=2**63)]


class _Summary(Wire):
    issue_number: Annotated[str, Field(pattern=r"^[!-~]{1,128}$")]
    url: Any = None


class _Issued(Wire):
    cash_receipt: _Summary


class _Reading(Wire):
    payment_id: str
    status: str
    amount: Amount = 0
    issue_number: Any = None
    url: Any = None


def receipt_body(payment_id: str, order: ReceiptCommand, store_id: str) -> dict[str, Any]:
    """IssueCashReceiptBody; without VAT, which PortOne computes as an eleventh of the taxable part."""
    return {
        "storeId": store_id,
        "paymentId": payment_id,
        "channelKey": order.channel_key,
        "type": order.kind,
        "orderName": order.order_name,
        "currency": order.currency,
        "amount": {"total": order.amount, "taxFree": order.tax_free},
        "customer": {"identityNumber": order.identity},
    }


def issued_of(body: bytes) -> IssuedReceipt:
    """The answer of an issue. Raises ValueError when it is none."""
    summary = _Issued.model_validate(parsed(body)).cash_receipt
    return IssuedReceipt(issue_number=summary.issue_number, url=Sieve().url(summary.url))


def receipt_of(payment_id: str, body: bytes) -> ReceiptReading:
    """The newest cash receipt of a payment. Raises ValueError when it is not that payment's."""
    wire = _Reading.model_validate(parsed(body))
    if wire.payment_id != payment_id:
        raise ValueError("the answer is about another payment")
    known = wire.status in ReceiptStatus
    return ReceiptReading(
        status=ReceiptStatus(wire.status) if known else ReceiptStatus.UNRECOGNISED,
        amount=wire.amount,
        issue_number=Sieve().identifier(wire.issue_number),
        url=Sieve().url(wire.url),
    )
