"""POST /identity-verifications/{verificationId}/send: without an SDK, an SMS or a carrier's app (JWT)."""

from typing import Annotated, Any

from pydantic import StringConstraints

from portone_payments.entry.fields.closed import Carrier, Media, SendMethod
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import INLINE_SECONDS, HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.views.identity import message_answer, verification_id
from portone_payments.entry.wiring.identity import IdentityDeps
from portone_payments.flows.identity.send import Typed


class SendBody(Body):
    """What the person typed, none of it kept; for SMS also the first seven digits of the resident number."""

    method: SendMethod
    operator: Carrier
    name: Annotated[str, Written, StringConstraints(min_length=1, max_length=50)]
    phone_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{9,11}$")]
    birth_and_sex: Annotated[str, StringConstraints(pattern=r"^[0-9]{7}$")] | None = None
    media: Media = "mobile"


def route(request: Request, deps: IdentityDeps) -> dict[str, Any]:
    """200 when it was sent, 202 while that is open; only the person presses again."""
    body = request.body(SendBody)
    typed = Typed(
        operator=body.operator,
        method=body.method,
        name=body.name,
        phone=body.phone_number,
        ip_address=request.source_ip,
        birth_and_sex=body.birth_and_sex,
        media=body.media,
    )
    deadline = deps.deadline(INLINE_SECONDS)
    sent = deps.messenger.send(verification_id(request), request.user_id, typed, deadline=deadline)
    return message_answer(sent, deps.clock.now())


handler = HttpHandler(route, needs=("people", "verifications", "hashes", "gate"), kind=IdentityDeps)
