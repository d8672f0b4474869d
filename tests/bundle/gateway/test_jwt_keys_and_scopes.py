"""The JWT authorizer finds an issuer's keys and requires the scopes of a route."""

from typing import Any

import httpx
import pytest

from portone_local.gateway.routes import Jwt, routes_of
from portone_local.gateway.server import Server
from portone_local.gateway.tokens import JwtAuthorizer, Refused, fetch_json
from portone_local.stack.token_issuer import AUDIENCE, TokenIssuer
from portone_local.twins.clock import MovableClock

NOW = 1_767_323_045.0


def test_keys_are_found_by_discovery_over_http() -> None:
    clock = MovableClock(NOW)
    issuer = TokenIssuer(clock)
    with Server(issuer.handle) as server:
        issuer.url = server.url
        authorizer = JwtAuthorizer(Jwt(issuer.url, (AUDIENCE,)), fetch=fetch_json, clock=clock)

        claims = authorizer.claims(issuer.issue("user-1"))

    assert claims["sub"] == "user-1"


def test_an_unreachable_issuer_admits_nobody() -> None:
    clock = MovableClock(NOW)
    issuer = TokenIssuer(clock)
    with Server(issuer.handle) as server:
        issuer.url = server.url
    authorizer = JwtAuthorizer(Jwt(issuer.url, (AUDIENCE,)), fetch=fetch_json, clock=clock)

    with pytest.raises(Refused, match="discovery"):
        authorizer.claims(issuer.issue("user-1"))


def test_nothing_but_discovery_and_keys_is_served() -> None:
    with Server(TokenIssuer(MovableClock(NOW)).handle) as server:
        assert httpx.get(server.url + "/key.pem", trust_env=False).status_code == 404


@pytest.mark.parametrize("claim", [{"scope": "read pay"}, {"scp": ["pay"]}], ids=str)
def test_one_of_the_required_scopes_is_enough(claim: dict[str, Any]) -> None:
    clock = MovableClock(NOW)
    issuer = TokenIssuer(clock)
    authorizer = JwtAuthorizer(Jwt(issuer.url, (AUDIENCE,)), fetch=issuer.document, clock=clock)

    claims = authorizer.claims(issuer.issue("user-1", **claim), scopes=("pay", "admin"))

    assert claims["sub"] == "user-1"


def test_a_token_without_the_scope_is_403() -> None:
    clock = MovableClock(NOW)
    issuer = TokenIssuer(clock)
    authorizer = JwtAuthorizer(Jwt(issuer.url, (AUDIENCE,)), fetch=issuer.document, clock=clock)

    with pytest.raises(Refused) as caught:
        authorizer.claims(issuer.issue("user-1", scope="read"), scopes=("pay",))

    assert caught.value.status == 403


def test_scopes_are_read_from_the_template() -> None:
    template = {
        "Resources": {
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {"Body": small_api({"Jwt": ["pay"]})},
            }
        }
    }

    [route] = routes_of(template)

    assert route.scopes == ("pay",)
    assert route.authorizer == Jwt("https://issuer.example", ("app",))


def small_api(security: dict[str, list[str]]) -> dict[str, Any]:
    uri = {"Fn::Sub": "arn:aws:apigateway:functions/${Thing.Arn}/invocations"}
    jwt_configuration = {"issuer": "https://issuer.example", "audience": ["app"]}
    scheme = {
        "x-amazon-apigateway-authorizer": {"type": "jwt", "jwtConfiguration": jwt_configuration},
    }
    operation = {"security": [security], "x-amazon-apigateway-integration": {"uri": uri}}
    return {"paths": {"/thing": {"get": operation}}, "components": {"securitySchemes": {"Jwt": scheme}}}
