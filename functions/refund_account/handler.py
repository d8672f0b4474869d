"""PUT /payments/{paymentId}/refunds/{refundId}/account: the account a waiting refund goes to (JWT)."""

from typing import Any

from portone_payments.domain.send_back import MISMATCH, SURPLUS
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.payment_deps import PaymentDeps
from portone_payments.entry.refund_views import refund_id
from portone_payments.entry.refunds import AccountBody, refund_answer
from portone_payments.entry.request import Request
from portone_payments.flows.asking import Asker
from portone_payments.ports import Deadline

# refunds the system made are supplied with an account by the owner too
_SYSTEM = {stored.partition(":")[2]: stored for stored in (MISMATCH, SURPLUS)}


def route(request: Request, deps: PaymentDeps) -> dict[str, Any]:
    """200 when it is back, 202 while that is open."""
    account = request.body(AccountBody).account()
    asker = Asker(name=request.user_id, owner=True)
    shown = refund_id(request)
    stored = _SYSTEM.get(shown, f"{asker.space}:{shown}")
    deadline = Deadline.after(deps.clock, INLINE_SECONDS)
    return refund_answer(deps.canceller.supply_account(request.payment_id, stored, asker, account, deadline))


handler = HttpHandler(route, needs=("store", "portone", "queue", "vault"), kind=PaymentDeps)
