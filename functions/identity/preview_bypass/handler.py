"""POST /identity-verifications/bypass-preview: what a PG's options would look like, for staff (JWT)."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from portone_payments.domain.identity.bypass import BypassOptions, built_bypass
from portone_payments.entry.fields.closed import IdentityProvider, Media
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.http import HttpHandler
from portone_payments.entry.request import Body, Request
from portone_payments.entry.responses import answer
from portone_payments.entry.rights import Right
from portone_payments.entry.wiring.identity import IdentityDeps


class BypassBody(Body):
    """Options as in the settings; `carriers` by PortOne's names."""

    provider: IdentityProvider
    server_side: bool = False
    media: Media = "mobile"
    title: Annotated[str, Written, StringConstraints(max_length=50)] = ""
    min_age: Annotated[int, Field(ge=0, le=150)] = 0
    carriers: Annotated[list[str], Field(max_length=6)] = Field(default_factory=list)
    extra: dict[str, str | int | bool] = Field(default_factory=dict)


def route(request: Request, _deps: IdentityDeps) -> dict[str, Any]:
    """The `bypass` as the window or the server-side flow would get it; nothing is stored or sent."""
    body = request.body(BypassBody)
    options = BypassOptions(
        title=body.title, min_age=body.min_age, carriers=tuple(body.carriers), extra=body.extra
    )
    built = built_bypass(body.provider, options, server_side=body.server_side, media=body.media)
    return answer(200, {"bypass": built})


handler = HttpHandler(route, rights=(Right.STAFF,), kind=IdentityDeps)
