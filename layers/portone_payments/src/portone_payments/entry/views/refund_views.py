"""How a refund is shown and found."""

import re
from typing import Any

from portone_payments.domain.errors.payments import RefundNotFound
from portone_payments.domain.identity.masking import masked_name, masked_phone
from portone_payments.domain.records.instructions import Refund
from portone_payments.domain.records.payments import Payment
from portone_payments.entry.request import Request
from portone_payments.entry.views.payments import refund_summary, time_view
from portone_payments.flows.refunds.send import read_sealed
from portone_payments.ports.portone import RefundAccount
from portone_payments.ports.world import Vault

REFUND_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")


def refund_view(refund: Refund) -> dict[str, Any]:
    """A refund as its asker sees it."""
    return {
        **refund_summary(refund),
        "taxFreeAmount": refund.tax_free,
        "vatAmount": refund.vat,
        "code": refund.code,
        "createdAt": time_view(refund.created_at),
        "settledAt": time_view(refund.settled_at),
    }


def staff_refund_view(payment: Payment, refund: Refund, vault: Vault) -> dict[str, Any]:
    """A refund as staff sees it: by whom it was asked and why; the account it goes to only in part.

    What was sealed is gone once the refund is settled.
    """
    said, account = read_sealed(payment.payment_id, refund, vault)
    return {
        **refund_view(refund),
        "askedBy": refund.by,
        "reason": said or refund.reason or None,
        "account": masked_account(account) if account else None,
    }


def masked_account(account: RefundAccount) -> dict[str, str]:
    """Enough to compare with what the buyer wrote, not enough to use."""
    return {
        "bank": account.bank,
        "number": masked_phone(account.number),
        "holderName": masked_name(account.holder),
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
