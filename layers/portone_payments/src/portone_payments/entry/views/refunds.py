"""Refunds over HTTP: the body owners and staff send, how a refund is shown, found and answered."""

import re
from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.payments import RefundFailed, RefundNotFound
from portone_payments.domain.identity.masking import masked_name, masked_phone
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.refunds.banks import bank_of
from portone_payments.domain.refunds.reserve import RefundRequest
from portone_payments.domain.shared.money import checked_amount
from portone_payments.entry.fields.closed import AskedAmount, Bank, PartOfAmount
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.payments import refund_summary, time_view
from portone_payments.flows.refunds.refund import Said
from portone_payments.flows.refunds.refunds import Refunded
from portone_payments.flows.refunds.send import read_sealed
from portone_payments.flows.shared.ownership import Requester, shown_id
from portone_payments.ports.portone import RefundAccount
from portone_payments.ports.world import Vault

REFUND_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}")
_PENDING = frozenset(RefundState) - {RefundState.SUCCEEDED, RefundState.FAILED}
type Digits = Annotated[str, StringConstraints(pattern=r"^[0-9-]{6,24}$")]


class AccountBody(Body):
    """A bank account to refund to; `bank` by PortOne's REST or SDK name, `phone` where the PG asks for it."""

    bank: Bank
    number: Digits
    holder_name: Annotated[str, Written, StringConstraints(min_length=1, max_length=40)]
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9-]{9,14}$")] | None = None

    def account(self) -> RefundAccount:
        """As PortOne requires it: digits only. Raises `InvalidRequest`."""
        return RefundAccount(
            bank=bank_of(self.bank),
            number=self.number.replace("-", ""),
            holder=self.holder_name,
            phone=self.phone.replace("-", "") if self.phone else None,
        )


class CancelBody(Body):
    """A refund: either `full` or an `amount`, in minor units; the id makes it idempotent."""

    refund_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
    reason: Annotated[str, Written, StringConstraints(min_length=1, max_length=100)]
    full: bool = False
    amount: AskedAmount | None = None
    tax_free_amount: PartOfAmount | None = None
    vat_amount: PartOfAmount | None = None
    refund_account: AccountBody | None = None


class StaffCancelBody(CancelBody):
    """The same by staff; `endSubscription`: what the payment was charged for ends with it."""

    end_subscription: bool = False


def requested_refund(
    request: Request, body: CancelBody, requester: Requester, hash_key: str, currency: str = "KRW"
) -> RefundRequest:
    """What the body requests, in the requester's namespace. Raises `InvalidRequest`."""
    for field, value, least in (
        ("amount", body.amount, 1),
        ("taxFreeAmount", body.tax_free_amount, 0),
        ("vatAmount", body.vat_amount, 0),
    ):
        if value is not None:
            checked_amount(value, currency, field=field, least=least)
    if body.full == (body.amount is not None):
        raise InvalidRequest(field="amount", reason="either_full_or_amount")
    return RefundRequest(
        id=requester.refund_id(body.refund_id),
        by=requester.by,
        requester="CUSTOMER" if requester.owner else "ADMIN",
        door=requester.door,
        person=requester.person,
        body_hash=request.keyed_body_hash(hash_key),
        full=body.full,
        amount=body.amount,
        tax_free=body.tax_free_amount,
        vat=body.vat_amount,
        ends_subscription=isinstance(body, StaffCancelBody) and body.end_subscription,
    )


def refund_said(body: CancelBody) -> Said:
    """The requester's reason and account, never stored in clear. Raises `InvalidRequest`."""
    return Said(reason=body.reason, account=body.refund_account.account() if body.refund_account else None)


def refund_answer(request: Request, refunded: Refunded) -> dict[str, Any]:
    """200 SUCCEEDED; 202 while the outcome is open, with a status URL. Raises `RefundFailed`."""
    refund, payment = refunded.refund, refunded.payment
    if refund.state is RefundState.FAILED:
        raise RefundFailed(refund_id=shown_id(refund), reason=refund.code or "failed")
    view = refund_view(refund)
    if refund.state not in _PENDING:
        return answer(200, view)
    status_url = request.status_url(f"/payments/{payment.payment_id}/refunds/{shown_id(refund)}")
    return answer(202, {**view, "statusUrl": status_url}, retry_after="10")


def refund_view(refund: Refund) -> dict[str, Any]:
    """A refund as its requester sees it."""
    return {
        **refund_summary(refund),
        "taxFreeAmount": refund.tax_free,
        "vatAmount": refund.vat,
        "code": refund.code,
        "createdAt": time_view(refund.created_at),
        "settledAt": time_view(refund.settled_at),
    }


def staff_refund_view(payment: Payment, refund: Refund, vault: Vault) -> dict[str, Any]:
    """A refund as staff sees it: who requested it and why; the account it is paid to only in part.

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


def refund_id(request: Request) -> str:
    """The path's refundId. Raises `RefundNotFound` for one that cannot be."""
    found = request.path("refundId")
    if not REFUND_ID.fullmatch(found):
        raise RefundNotFound
    return found
