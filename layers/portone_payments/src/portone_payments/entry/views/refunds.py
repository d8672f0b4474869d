"""Refunds over HTTP: the body owners and staff send, and how a refund is answered."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.payments import RefundFailed
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.refunds.banks import bank_of
from portone_payments.domain.refunds.reserve import RefundWish
from portone_payments.domain.shared.money import checked_amount
from portone_payments.entry.fields.closed import AskedAmount, Bank, PartOfAmount
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import INLINE_SECONDS
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.refund_views import refund_view, shown_id
from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.flows.refunds.desk import Refunded
from portone_payments.flows.refunds.refund import Said
from portone_payments.flows.shared.ownership import Asker
from portone_payments.ports.portone import RefundAccount
from portone_payments.ports.world import Deadline

_PENDING = frozenset(RefundState) - {RefundState.SUCCEEDED, RefundState.FAILED}
type Digits = Annotated[str, StringConstraints(pattern=r"^[0-9-]{6,24}$")]


class AccountBody(Body):
    """A bank account to refund to; `bank` by PortOne's REST or SDK name, `phone` where the PG asks for it."""

    bank: Bank
    number: Digits
    holder_name: Annotated[str, Written, StringConstraints(min_length=1, max_length=40)]
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9-]{9,14}$")] | None = None

    def account(self) -> RefundAccount:
        """As PortOne wants it: digits only. Raises `InvalidRequest`."""
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


def wish_of(
    request: Request, body: CancelBody, asker: Asker, hash_key: str, currency: str = "KRW"
) -> RefundWish:
    """What the body asks for, in the asker's name space. Raises `InvalidRequest`."""
    for field, value, least in (
        ("amount", body.amount, 1),
        ("taxFreeAmount", body.tax_free_amount, 0),
        ("vatAmount", body.vat_amount, 0),
    ):
        if value is not None:
            checked_amount(value, currency, field=field, least=least)
    if body.full == (body.amount is not None):
        raise InvalidRequest(field="amount", reason="either_full_or_amount")
    return RefundWish(
        id=f"{asker.space}:{body.refund_id}",
        by=asker.by,
        requester="CUSTOMER" if asker.owner else "ADMIN",
        door=asker.door,
        person=asker.person,
        body_hash=request.keyed_body_hash(hash_key),
        full=body.full,
        amount=body.amount,
        tax_free=body.tax_free_amount,
        vat=body.vat_amount,
    )


def cancel_answer(request: Request, deps: PaymentDeps, asker: Asker) -> dict[str, Any]:
    """Carry out a cancel request of an owner or of staff."""
    body = request.body(CancelBody)
    account = body.refund_account.account() if body.refund_account else None
    deadline = Deadline.after(deps.clock, INLINE_SECONDS)
    wish = wish_of(request, body, asker, deps.secrets.hash_key())
    said = Said(reason=body.reason, account=account)
    return refund_answer(deps.canceller.cancel(request.payment_id, asker, wish, said, deadline))


def refund_answer(refunded: Refunded) -> dict[str, Any]:
    """200 SUCCEEDED; 202 while the outcome is open, with a status URL. Raises `RefundFailed`."""
    refund, payment = refunded.refund, refunded.payment
    if refund.state is RefundState.FAILED:
        raise RefundFailed(refund_id=shown_id(refund), reason=refund.code or "failed")
    view = refund_view(refund)
    if refund.state not in _PENDING:
        return answer(200, view)
    status_url = f"/payments/{payment.payment_id}/refunds/{shown_id(refund)}"
    return answer(202, {**view, "statusUrl": status_url}, retry_after="10")
