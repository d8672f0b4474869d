"""POST /billing-keys: a window that saves a payment method, for `PortOne.requestIssueBillingKey` (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.entry.fields.buyers import BuyerBody
from portone_payments.entry.fields.closed import BillingMethod, Platform
from portone_payments.entry.fields.offers import OfferPeriodBody
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.issue_window import (
    buyer_to_keep,
    check_given,
    check_offered,
    completed,
    issue_view,
    said_by_app,
)
from portone_payments.entry.wiring.windows import WindowDeps
from portone_payments.flows.payments.open_checkout import open_checkout
from portone_payments.flows.payments.prepare import Prepared, PrepareRequest


class IssueBody(Body):
    """Which method, and where the window opens; with `orderId` the order is paid in the same window.

    `buyer` and `offerPeriod` for PGs that ask who saves it, and for what (docs/windows.md); an order that
    names its buyer needs none.
    """

    pay_method: BillingMethod
    platform: Platform
    order_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    buyer: BuyerBody | None = None
    offer_period: OfferPeriodBody | None = None


def route(request: Request, deps: WindowDeps) -> dict[str, Any]:
    """A fresh issueId bound to the caller; the payment of an order is prepared as by POST /payments."""
    body, user_id = request.body(IssueBody), request.user_id
    settings, said = deps.settings, said_by_app(body.buyer, body.offer_period, body.platform)
    windows = settings.saving_and_paying if body.order_id else settings.saving
    check_offered(body.pay_method, windows)
    prepared = _prepared(body, user_id, request, deps)
    payment = prepared.payment if prepared else None
    given = said if prepared is None else completed(prepared.given, said)
    check_given(body.pay_method, given, windows)
    buyer = buyer_to_keep(body.pay_method, given, settings)
    key = deps.billing_keys.start(user_id, body.pay_method, payment=payment, buyer=buyer)
    return answer(200, issue_view(key, settings, given, payment))


def _prepared(body: IssueBody, user_id: str, request: Request, deps: WindowDeps) -> Prepared | None:
    if body.order_id is None:
        return None
    if body.pay_method != "MOBILE":
        # the SDK saves and pays at once with a phone only (PortOne facts 12.1)
        raise InvalidRequest(field="payMethod", reason="mobile_only_with_order")
    requested = PrepareRequest(
        user_id=user_id,
        order_id=body.order_id,
        platform=body.platform,
        body_hash=request.keyed_body_hash(deps.secrets.hash_key()),
    )
    prepared = deps.preparer.prepare(requested)
    deadline = deps.deadline(INLINE_SECONDS)
    open_checkout(prepared, reader=deps.reader, ids=deps.ids, clock=deps.clock, deadline=deadline)
    return prepared


handler = HttpHandler(route, needs=("store", "portone", "vault", "billing_keys"), kind=WindowDeps)
