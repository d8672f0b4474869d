"""POST /identity-verifications/{verificationId}/verify: the app says done, we read PortOne (JWT)."""

from typing import Any

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.identity import purpose_view, state_view, verification_id
from portone_payments.entry.wiring.identity import IdentityDeps


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """The person as verified, masked; used once, by whoever started it, while it is in time."""
    deadline = deps.deadline(INLINE_SECONDS)
    attempt, person = deps.verifier.verify(verification_id(request), request.user_id, deadline=deadline)
    verified = purpose_view(person, attempt.purpose, deps)
    return answer(200, {**state_view(attempt, deps.clock.now()), "verified": verified})


handler = HttpHandler(route, needs=("people", "verifications", "hashes", "envelope"), kind=IdentityDeps)
