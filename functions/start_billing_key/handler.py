"""POST /billing-keys: a window that saves a payment method, for `PortOne.requestIssueBillingKey` (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.domain.errors import InvalidRequest
from portone_payments.domain.records import Payment
from portone_payments.entry.closed import BillingMethod, Platform
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.issue_window import channel_of, issue_view
from portone_payments.entry.key_deps import KeyDeps
from portone_payments.entry.preparing import preparer
from portone_payments.entry.reader_deps import ReaderDeps
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.flows.open_checkout import open_checkout
from portone_payments.flows.prepare import Wish
from portone_payments.ports import Deadline


class WindowDeps(KeyDeps, ReaderDeps):
    """A window of its own, or one that pays an order as well."""


class IssueBody(Body):
    """Which method, and where the window opens; with `orderId` the order is paid in the same window."""

    pay_method: BillingMethod
    platform: Platform
    order_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


def route(request: Request, deps: WindowDeps) -> dict[str, Any]:
    """A fresh issueId bound to the caller; the payment of an order is prepared as by POST /payments."""
    body, user_id = request.body(IssueBody), request.user_id
    channel_of(body.pay_method, deps.settings)
    payment = _prepared(body, user_id, request, deps)
    key = deps.keys.start(user_id, body.pay_method, payment=payment)
    return answer(200, issue_view(key, deps.settings, payment))


def _prepared(body: IssueBody, user_id: str, request: Request, deps: WindowDeps) -> Payment | None:
    if body.order_id is None:
        return None
    if body.pay_method != "MOBILE":
        # the SDK saves and pays at once with a phone only (PortOne facts 12.4)
        raise InvalidRequest(field="payMethod", reason="mobile_only_with_order")
    wish = Wish(
        user_id=user_id, order_id=body.order_id, platform=body.platform, body_hash=request.body_hash()
    )
    payment = preparer(deps).prepare(wish).payment
    deadline = Deadline.after(deps.clock, INLINE_SECONDS)
    open_checkout(payment, reader=deps.reader, ids=deps.ids, clock=deps.clock, deadline=deadline)
    return payment


handler = HttpHandler(route, needs=("store", "portone", "keys"), kind=WindowDeps)
