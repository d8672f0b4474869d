"""POST /billing-keys/{billingKeyId}/register: what the SDK returned, read back from PortOne (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.billing_keys import KeyState
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.billing_keys import billing_key_id, key_view, open_answer
from portone_payments.entry.wiring.billing_keys import KeyDeps
from portone_payments.flows.billing_keys.register import NEEDS_CONFIRMATION

type SdkValue = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,2000}$")]


class RegisterBody(Body):
    """The SDK's answer; neither field after a lost one, then PortOne is asked for a key of this issue."""

    billing_key: SdkValue | None = None
    billing_issue_token: SdkValue | None = None


def route(request: Request, deps: KeyDeps) -> dict[str, Any]:
    """200 when the method can be charged, 202 while PortOne has not said so."""
    body, user_id = request.body(RegisterBody), request.user_id
    if body.billing_key == NEEDS_CONFIRMATION and body.billing_issue_token is None:
        raise InvalidRequest(field="billingIssueToken", reason="missing")
    key = deps.billing_keys.register(
        user_id,
        billing_key_id(request),
        billing_key=body.billing_key,
        token=body.billing_issue_token,
        deadline=deps.deadline(INLINE_SECONDS),
    )
    wallet = deps.default_key.heard(user_id)
    if key.state is not KeyState.ACTIVE:
        return open_answer(key, wallet, "portone")
    return answer(200, key_view(key, wallet))


handler = HttpHandler(
    route, needs=("store", "portone", "queue", "vault", "billing_keys", "default_key"), kind=KeyDeps
)
