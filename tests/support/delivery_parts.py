"""The parts of the webhook corpus: bodies to sign, and header values that must be refused."""

import json
from urllib.parse import urlencode

from tests.support.deliveries import FORM, JSON, SENT

T = {"paymentId": "p0001", "storeId": "store-1", "transactionId": "t-1"}
AT = "2026-01-02T03:04:05.678Z"


def compact(value: object) -> bytes:
    """`value` as PortOne writes JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


READABLE: tuple[tuple[str, bytes], ...] = (
    (JSON, compact({"type": "Transaction.Paid", "timestamp": AT, "data": T})),
    (
        JSON,
        compact({"type": "Transaction.Cancelled", "timestamp": AT, "data": {**T, "cancellationId": "c"}}),
    ),
    (JSON, compact({"type": "Transaction.Confirm", "timestamp": AT, "data": {**T, "totalAmount": 1000}})),
    (JSON, compact({"type": "BillingKey.Issued", "timestamp": AT, "data": {"billingKey": "bk-1"}})),
    (JSON, compact({"type": "TaxInvoice.Issued", "timestamp": AT, "data": {"a": [1]}, "more": None})),
    (JSON, compact({"payment_id": "p0001", "tx_id": "t-1", "status": "Paid"})),
    (JSON, compact({"payment_id": "p0001", "tx_id": "t-1", "total_amount": 1000})),
    (FORM, urlencode({"payment_id": "p0001", "tx_id": "t-1", "status": "PartialCancelled"}).encode()),
)
UNREADABLE: tuple[tuple[str, bytes], ...] = (
    (JSON, b""),
    (JSON, b"null"),
    (JSON, compact([])),
    (JSON, b'{"type":"Transaction.Paid"'),
    (JSON, b"\xef\xbb\xbf{}"),
    (JSON, b"[" * 60_000),
    (JSON, b'{"type":"Transaction.Paid","data":{"paymentId":' + b"9" * 5_000 + b"}}"),
    (JSON, compact({"type": "Transaction.Paid", "timestamp": 5, "data": {"paymentId": "p\0"}})),
    (JSON, compact({"type": "Transaction.Paid", "timestamp": AT, "data": {"paymentId": "p" * 257}})),
    (JSON, compact({"type": "Transaction.Paid", "timestamp": AT, "data": {"paymentId": "\ud800"}})),
    (JSON, compact({"type": "Transaction.Paid", "timestamp": AT, "data": {"paymentId": 1}})),
    (JSON, compact({"type": "Transaction.Paid", "timestamp": AT, "data": [T]})),
    (JSON, compact({"type": "BillingKey.Issued", "timestamp": AT, "data": T})),
    (JSON, compact({"type": ["Transaction.Paid"], "data": T})),
    (JSON, compact({"type": "Transaction.Paid\n", "data": T})),
    (JSON, compact({"payment_id": "p0001", "tx_id": "t-1", "status": 5})),
    (FORM, b"&".join([b"payment_id=p0001&status=Paid"] * 50)),
    (FORM, b"%ff%fe=%00"),
)

HOSTILE = (
    *("", " ", ",", ".", "\0", "a\0b", "\n", "a b", "a,b", "x" * 257, "\ud55c\uae00", "\u200b", "\ud800"),
    *("v1", "v1,", ",v1", "v1,=", "v1,====", "v1,A"),
    *("0", "-1", "+1", "1e9", "1.0", "nan", "inf", "0x10", "1_767", "\u0661\u0667", "\uff11", "9" * 12),
    *(
        "9" * 400,
        f"0{SENT}",
        f" {SENT}",
        f"{SENT} ",
        f"{SENT}\n",
        f"{SENT}.0",
        f"{SENT},{SENT}",
        f"{SENT}.{SENT}",
    ),
)
