"""POST /identity-verifications/{verificationId}/confirm: hand in the code of the SMS (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.views.identity import message_answer, verification_id
from portone_payments.entry.wiring.identity import IdentityDeps


class OtpBody(Body):
    """The code of the SMS; nothing where the carrier's app was used."""

    otp: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{4,10}$")] | None = None


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """200 when PortOne confirmed, then verify; 202 while that is open."""
    otp = request.body(OtpBody).otp
    deadline = deps.deadline(INLINE_SECONDS)
    confirmed = deps.confirmer.confirm(verification_id(request), request.user_id, otp, deadline=deadline)
    return message_answer(confirmed, deps.clock.now())


handler = HttpHandler(route, needs=("people", "verifications", "gate"), kind=IdentityDeps)
