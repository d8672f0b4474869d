"""A PG's own options of a verification, as staff tries them out."""

from typing import Annotated

from pydantic import Field, StringConstraints

from portone_payments.entry.fields.closed import IdentityProvider, Media
from portone_payments.entry.fields.texts import Written
from portone_payments.entry.request import Body


class BypassBody(Body):
    """Options as in the settings; `carriers` by PortOne's names."""

    provider: IdentityProvider
    server_side: bool = False
    media: Media = "mobile"
    title: Annotated[str, Written, StringConstraints(max_length=50)] = ""
    min_age: Annotated[int, Field(ge=0, le=150)] = 0
    carriers: Annotated[list[str], Field(max_length=6)] = Field(default_factory=list)
    extra: dict[str, str | int | bool] = Field(default_factory=dict)
