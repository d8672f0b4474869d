"""A payment with all of its refunds, also those that have items of their own by now."""

from collections.abc import Callable
from dataclasses import replace

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Key, part_key
from portone_payments.adapters.dynamo.payment_items import decode
from portone_payments.domain.records.payments import Payment, SettledRefund


def whole(payment: Payment, read: Callable[[Key], Item | None]) -> Payment:
    """The payment as if no refund had left it."""
    keys = (part_key("payment", payment.payment_id, "refund", token) for token in payment.settled)
    parts = (decode(item) for key in keys if (item := read(key)) is not None)
    gone = {part.refund.id: part.refund for part in parts if isinstance(part, SettledRefund)}
    return replace(payment, refunds={**gone, **payment.refunds})
