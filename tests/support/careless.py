"""A careless template: handlers are sent what API Gateway sends behind another authorizer, or behind none."""

from collections.abc import Iterator, Mapping
from typing import Any

from portone_local.gateway.api import outcome
from portone_local.gateway.client import Client
from portone_local.gateway.events import ACCOUNT, event_for, iam_context
from portone_local.gateway.messages import Request, Response
from portone_local.gateway.routes import Route
from portone_local.gateway.sigv4 import SHOP, STAFF
from portone_local.stack.parameters import STAFF_CLAIM
from portone_local.stack.stack import Stack
from tests.support.route_calls import BOTH_SIDES, call
from tests.support.route_rows import IAM_ROWS, OPS_ROWS, SHOP_ROWS, STAFF_ROWS, Subject

ABSENT = object()
"""In place of an authorizer's context: there is none."""

SUBJECT = Subject("order-1", "payment1")
VALUE = STAFF_CLAIM["role"]
EVERYTHING = {"sub": "user-1"} | STAFF_CLAIM
LONG = "x" * 100_000
ODD: dict[str, Any] = {
    "null": None,
    "a list": [VALUE],
    "an empty list": [],
    "a number": 7,
    "true": True,
    "an object": {VALUE: VALUE},
    "empty": "",
    "a blank": " ",
    "bracketed": f"[{VALUE}]x",
    "a list's text": f"[{VALUE} other]",
    "an empty list's text": "[]",
    "a line more": f"{VALUE}\n",
    "a blank more": f" {VALUE}",
    "not ASCII": "사용자",
    "very long": LONG,
    "longer than an id": "x" * 129,
}


class Touches:
    """Every call that is made to a service, for a stack's `tap`."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def tap(self, service: str, client: Any) -> Any:
        """The client, each of whose methods is noted when it is called."""
        return _Noted(service, client, self.made)


class _Noted:
    def __init__(self, service: str, client: Any, made: list[str]) -> None:
        self._service, self._client, self._made = service, client, made

    def __getattr__(self, name: str) -> Any:
        held = getattr(self._client, name)
        if not callable(held):
            return held

        def noted(*args: Any, **named: Any) -> Any:
            self._made.append(f"{self._service} {name}")
            return held(*args, **named)

        return noted


def sent(
    stack: Stack, route: Route, authorizer: object, *, route_key: str | None = None, bearer: str | None = None
) -> Response:
    """What the handler of a route answers behind this authorizer, called as its row says."""

    def handle(request: Request) -> Response:
        if bearer is not None:
            request = request.having(("authorization", bearer))
        return outcome(
            stack.functions.invoke, route.function, event_of(stack, route, request, authorizer, route_key)
        )

    return call(Client(handle), route.key, SUBJECT)


def event_of(
    stack: Stack, route: Route, request: Request, authorizer: object, route_key: str | None = None
) -> dict[str, Any]:
    """The event as API Gateway builds it."""
    event = event_for(
        request,
        route_key=route_key or route.key,
        path=request.path,
        host="api.localhost",
        request_id="local-careless=",
        now=stack.clock.now(),
    )
    if authorizer is not ABSENT:
        event["requestContext"]["authorizer"] = authorizer
    return event | {"pathParameters": route.match(request.method, request.path) or {}}


def bearing(**claims: object) -> dict[str, Any]:
    """Behind the JWT authorizer, whose claims are these."""
    return {"jwt": {"claims": claims, "scopes": None}}


def signed(arn: object, account: str = ACCOUNT) -> dict[str, Any]:
    """Behind IAM authorization, as the principal with this ARN."""
    return {"iam": iam_context("x", "LOCALKEY")["iam"] | {"userArn": arn, "accountId": account}}


def user(name: str) -> str:
    """The ARN of an IAM user of the API's account."""
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def session(role: str, name: str = "kim") -> str:
    """The ARN of a session of a role of the API's account."""
    return f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"


def own(route: str) -> dict[str, Any]:
    """The context of a permitted caller of a route."""
    if route in IAM_ROWS:
        return signed(user(SHOP.name if route in SHOP_ROWS else STAFF.name))
    return bearing(**(EVERYTHING if route in STAFF_ROWS else {"sub": "user-1"}))


def strangers(route: str) -> Iterator[tuple[str, object]]:
    """Every context a route must refuse, by what is wrong with it."""
    yield from NOBODY.items()
    if route in IAM_ROWS:
        yield "a token", bearing(**EVERYTHING)
        yield (
            "a token that calls itself like a principal",
            bearing(sub=user(STAFF.name), userArn=user(SHOP.name)),
        )
        yield from ((f"signed by {name}", signed(arn)) for name, arn in UNNAMED.items())
        yield "signed by the other side", signed(user(_other_side(route)))
        return
    yield from ((f"signed by {each.name}", signed(user(each.name))) for each in (SHOP, STAFF))
    yield (
        "signed, with claims",
        {"iam": signed(user(STAFF.name))["iam"] | {"claims": EVERYTHING} | EVERYTHING},
    )
    yield from (
        (f"a user who is {name}", bearing(**EVERYTHING | {"sub": odd})) for name, odd in ODD_USERS.items()
    )
    if route in STAFF_ROWS:
        yield "no claim of staff", bearing(sub="user-1")
        yield from ((f"a claim that is {name}", bearing(sub="user-1", role=odd)) for name, odd in ODD.items())


def _other_side(route: str) -> str:
    if route in OPS_ROWS and not route.partition(" ")[2].startswith(BOTH_SIDES):
        return SHOP.name
    return STAFF.name if route in SHOP_ROWS else "no-policy"


NOBODY: Mapping[str, object] = {
    "no authorizer": ABSENT,
    "null": None,
    "an empty one": {},
    "a list": [EVERYTHING],
    "a text": "user-1",
    "claims beside": EVERYTHING,
    "a REST API's": {"claims": EVERYTHING, "principalId": "user-1"},
    "a function's": {"lambda": EVERYTHING | {"userArn": user(STAFF.name)}},
    "no token": {"jwt": None},
    "a token without claims": {"jwt": {}},
    "claims that are null": {"jwt": {"claims": None}},
    "claims that are a list": {"jwt": {"claims": [EVERYTHING]}},
    "claims that are a text": {"jwt": {"claims": "user-1"}},
    "a token that is a text": {"jwt": "user-1"},
    "no signature": {"iam": None},
    "a signature that is a text": {"iam": user(STAFF.name)},
    "a signature that is a list": {"iam": [user(STAFF.name)]},
    "a signature of nobody": {"iam": {}},
}

ODD_USERS = ODD | {"a list": ["user-1"], "bracketed": "[user-1]", "a list's text": "[user-1 user-2]"}

UNNAMED: dict[str, Any] = ODD | {
    "root": f"arn:aws:iam::{ACCOUNT}:root",
    "somebody federated": f"arn:aws:sts::{ACCOUNT}:federated-user/{STAFF.name}",
    "an app's user of Cognito": session("Cognito_appUnauth_Role", "CognitoIdentityCredentials"),
    "a role called like a user": session(STAFF.name, STAFF.name),
    "a session called like a user": session("Other", STAFF.name),
    "a session called like a path": f"arn:aws:sts::{ACCOUNT}:assumed-role/Other/user/{STAFF.name}",
    "a longer name": user(f"{STAFF.name}2"),
    "another spelling": user(STAFF.name.upper()),
    "the same name elsewhere": f"arn:aws:iam::111111111111:user/{STAFF.name}",
    "a name without an account": f"user/{STAFF.name}",
    "somebody unnamed": user("kim"),
    "a line more": user(f"{STAFF.name}\n"),
    "a list of names": [user(STAFF.name)],
    "a long name": user("x" * 100_000),
}
