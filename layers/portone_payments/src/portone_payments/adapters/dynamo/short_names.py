"""Under which names the fields of the records that every renewal writes are stored: names are paid for too.

DynamoDB charges a write by the kB, names included, and they were a third of these items. A field that is not
listed is stored under its own name, as are those that conditions, indexes and the stream read.
"""

from collections.abc import Mapping
from typing import Any

from portone_payments.domain.readings.payment import Channel, Method
from portone_payments.domain.records.instructions import Approval
from portone_payments.domain.records.payments import HistoryLine, Payment, Seen, Terms
from portone_payments.domain.records.subscriptions import Agreement, Consent, Invoice, Subscription
from portone_payments.domain.shared.calendar import Interval

SHORT: Mapping[Any, Mapping[str, str]] = {
    Subscription: {
        "subscription_id": "i",
        "user_id": "u",
        "plan_id": "p",
        "name": "n",
        "amount": "a",
        "tax_free": "t",
        "currency": "c",
        "created_at": "m",
        "start": "b",
        "interval": "e",
        "starts_at": "s",
        "paid_until": "d",
        "group": "g",
        "billing_key_id": "k",
        "pays_with": "w",
        "next_number": "x",
        "invoices": "v",
        "next_invoice": "y",
        "in_flight": "f",
        "last_try_at": "l",
        "agreed": "r",
        "consents": "o",
        "hash_version": "j",
        "history": "h",
        "next_seq": "q",
    },
    Invoice: {
        "id": "i",
        "kind": "k",
        "name": "n",
        "amount": "a",
        "tax_free": "t",
        "starts": "b",
        "ends": "e",
        "due_at": "d",
        "price": "p",
        "interval": "v",
        "plan_id": "l",
        "state": "s",
        "series": "r",
        "payment_id": "y",
        "tries": "c",
        "tried_at": "m",
        "paid_by": "w",
        "settled_at": "z",
        "lines": "h",
    },
    Interval: {"unit": "u", "count": "c"},
    Agreement: {"amount": "a", "interval": "e", "plan_id": "p", "since": "s"},
    Consent: {"amount": "a", "given_at": "g", "interval": "e", "plan_id": "p"},
    HistoryLine: {"seq": "n", "fact": "f", "data": "d"},
    Payment: {
        "payment_id": "i",
        "order_id": "o",
        "user_id": "u",
        "total": "a",
        "tax_free": "t",
        "currency": "c",
        "order_name": "n",
        "created_at": "m",
        "expires_at": "x",
        "customer_id": "k",
        "terms": "e",
        "seen": "s",
        "read_at": "r",
        "approvals": "p",
        "history": "h",
        "next_seq": "q",
        "poll_step": "l",
        "subscription_id": "b",
        "invoice_id": "v",
    },
    Terms: {"store": "s", "live": "l", "channels": "c", "merchants": "m"},
    Seen: {
        "transaction_id": "i",
        "updated_at": "u",
        "status": "s",
        "total": "a",
        "paid": "p",
        "tax_free": "t",
        "vat": "v",
        "method": "m",
        "channel": "c",
        "paid_at": "d",
        "pg_tx_id": "x",
        "receipt_url": "r",
    },
    Method: {"kind": "k", "provider": "p"},
    Channel: {"test": "t", "pg_provider": "p", "pg_merchant_id": "m", "key": "k"},
    Approval: {
        "attempt": "n",
        "token_hash": "h",
        "key": "k",
        "created_at": "c",
        "state": "s",
        "sent_at": "t",
        "transaction_id": "i",
        "settled_at": "z",
        "billing_key_id": "b",
    },
}


def stored_as(kind: Any, field: str) -> str:
    """The name of a record's field in its item."""
    return SHORT.get(kind, {}).get(field, field)
