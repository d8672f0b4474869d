"""GET /identity-verifications/{verificationId}: where it stands, and masked facts once used (JWT)."""

from typing import Any

from portone_payments.domain.records.identity import AttemptState
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Request
from portone_payments.entry.responses import answer
from portone_payments.entry.views.identity import purpose_view, state_view, verification_id
from portone_payments.entry.wiring.identity import IdentityDeps
from portone_payments.flows.identity.read import owned


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """An unknown outcome of a message is settled by a reading; absent and foreign ids answer alike."""
    attempt = owned(deps.people, verification_id(request), request.user_id)
    if attempt.state is AttemptState.OPEN:
        deadline = deps.deadline(INLINE_SECONDS)
        attempt = deps.settler.shown(attempt, deps.clock.now(), deadline=deadline)
    person = deps.people.person(request.user_id) if attempt.state is AttemptState.USED else None
    shown = person.purposes.get(attempt.purpose) if person else None
    ours = person and shown and shown.verification_id == attempt.verification_id
    verified = purpose_view(person, attempt.purpose, deps) if person and ours else None
    return answer(200, {**state_view(attempt, deps.clock.now()), "verified": verified})


handler = HttpHandler(route, needs=("people", "verifications", "envelope"), kind=IdentityDeps)
