"""POST /identity-verifications/{verificationId}/resend: have the SMS sent once more (JWT)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.views.identity import message_answer, verification_id
from portone_payments.entry.wiring.identity import IdentityDeps


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """200 when it was sent, 202 while that is open."""
    deadline = deps.deadline(INLINE_SECONDS)
    sent = deps.messenger.resend(verification_id(request), request.user_id, deadline=deadline)
    return message_answer(sent, deps.clock.now())


handler = HttpHandler(route, needs=("people", "verifications", "hashes", "gate"), kind=IdentityDeps)
