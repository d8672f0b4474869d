"""A gateway over the real template's routes, in front of a function that only shows what it was given."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from portone_local.gateway.api import FunctionUrl, Gateway
from portone_local.gateway.messages import Request, Response
from portone_local.gateway.sigv4 import SHOP, STAFF, Principal, SigV4
from portone_local.stack.token_issuer import AUDIENCE, TokenIssuer
from portone_local.template.cloudformation import REGION, configuration, transformed
from portone_local.twins.clock import MovableClock

NOW = 1_767_323_045.0
HOST = "api.localhost"


@dataclass
class Desk:
    """A gateway, what its functions saw, and what they answer."""

    clock: MovableClock
    issuer: TokenIssuer
    iam: SigV4
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    result: Any = field(default_factory=lambda: {"statusCode": 200, "body": ""})
    raised: BaseException | None = None

    def __post_init__(self) -> None:
        template = transformed(
            configuration("dev") | {"JwtIssuer": self.issuer.url, "JwtAudience": f"other,{AUDIENCE}"}
        )
        self.gateway = Gateway(
            template, invoke=self.invoke, clock=self.clock, iam=self.iam, fetch=self.issuer.document
        )
        self.url = FunctionUrl("Webhook", invoke=self.invoke, clock=self.clock)

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        self.seen.append((function, event))
        if self.raised:
            raise self.raised
        return self.result

    @property
    def event(self) -> dict[str, Any]:
        [(_, event)] = self.seen
        return event

    def as_user(self, method: str, path: str, *headers: tuple[str, str], body: bytes = b"") -> Response:
        token = self.issuer.issue("user-1")
        return self.with_token(token, method, path, *headers, body=body)

    def with_token(
        self, token: str, method: str, path: str, *headers: tuple[str, str], body: bytes = b""
    ) -> Response:
        sent = (("Authorization", f"Bearer {token}"), *headers)
        return self.gateway.handle(Request(method=method, target=path, headers=sent, body=body))

    def signed(self, method: str, path: str, body: bytes = b"", principal: Principal = SHOP) -> Request:
        request = Request(
            method=method, target=path, headers=(("content-type", "application/json"),), body=body
        )
        return self.iam.sign(request, principal, host=HOST)


@pytest.fixture
def desk() -> Desk:
    """A gateway whose functions answer 200."""
    clock = MovableClock(NOW)
    return Desk(clock, TokenIssuer(clock), SigV4([SHOP, STAFF], region=REGION, clock=clock))
