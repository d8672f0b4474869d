"""How a refund is shown and found."""

import re
from typing import Any

from portone_payments.domain.instruction_records import Refund
from portone_payments.domain.payment_errors import RefundNotFound
from portone_payments.entry.request import Request
from portone_payments.entry.views import refund_summary, time_view

REFUND_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")


def refund_view(refund: Refund) -> dict[str, Any]:
    """A refund as its asker sees it."""
    return {
        **refund_summary(refund),
        "taxFreeAmount": refund.tax_free,
        "vatAmount": refund.vat,
        "reason": refund.reason,
        "code": refund.code,
        "createdAt": time_view(refund.created_at),
        "settledAt": time_view(refund.settled_at),
    }


def shown_id(refund: Refund) -> str:
    """The id without its name space."""
    return refund.id.partition(":")[2]


def refund_id(request: Request) -> str:
    """The path's refundId. Raises `RefundNotFound` for one that cannot be."""
    found = request.path("refundId")
    if not REFUND_ID.fullmatch(found):
        raise RefundNotFound
    return found
