"""Every handler knows its caller: whatever line of the template is missing, it opens nothing (E4 to E8)."""

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from portone_local.gateway.messages import Response
from portone_local.gateway.routes import Route
from portone_local.stack.parameters import STAFF_CLAIM
from portone_local.stack.stack import Stack
from tests.support.careless import ABSENT, Touches, bearing, own, sent, strangers
from tests.support.route_rows import IAM_ROWS, ROWS

REFUSED = {HTTPStatus.UNAUTHORIZED: "unauthenticated", HTTPStatus.FORBIDDEN: "forbidden"}
TOUCHES = Touches()


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Every call to a service is recorded; staff and readers of personal data have different claims."""
    with Stack.in_memory(tap=TOUCHES.tap) as opened:
        yield opened


@pytest.fixture(scope="module")
def routes(stack: Stack) -> dict[str, Route]:
    return {route.key: route for route in stack.gateway.routes}


def refused(response: Response) -> bool:
    """By the handler itself, with its own error."""
    code = REFUSED.get(HTTPStatus(response.status))
    return code is not None and response.json().get("error", {}).get("code") == code


@pytest.mark.parametrize("route", ROWS)
def test_nobody_is_accepted_behind_another_authorizer_or_none(
    stack: Stack, routes: dict[str, Route], route: str
) -> None:
    TOUCHES.made.clear()

    let_in = [
        f"{name}: {answer.status}"
        for name, context in strangers(route)
        if not refused(answer := sent(stack, routes[route], context))
    ]

    assert let_in == []
    assert TOUCHES.made == []


@pytest.mark.parametrize("route", ROWS)
def test_every_permitted_caller_is_accepted_by_the_same_event(
    stack: Stack, routes: dict[str, Route], route: str
) -> None:
    assert not refused(sent(stack, routes[route], own(route)))


@pytest.mark.parametrize("route", ROWS)
def test_a_function_url_without_authorization_opens_nothing(
    stack: Stack, routes: dict[str, Route], route: str
) -> None:
    TOUCHES.made.clear()

    assert refused(sent(stack, routes[route], ABSENT, route_key="$default"))
    assert TOUCHES.made == []


@pytest.mark.parametrize("route", ROWS)
def test_an_unverified_token_proves_nothing(stack: Stack, routes: dict[str, Route], route: str) -> None:
    forged = f"Bearer {stack.issuer.unsigned('user-1', **STAFF_CLAIM)}"
    contexts = [ABSENT, {}, {"jwt": {}}, bearing()] + ([bearing(sub="user-1")] if route in IAM_ROWS else [])
    TOUCHES.made.clear()

    assert all(refused(sent(stack, routes[route], context, bearer=forged)) for context in contexts)
    assert TOUCHES.made == []


TIMERS = ("Sweep", "IdentitySweep", "Audit")


@pytest.mark.parametrize("function", ["Work", "Charges", "Publish", *TIMERS])
@pytest.mark.parametrize("route_key", ["POST /jobs", "$default"])
def test_a_job_behind_a_route_or_a_url_does_nothing(stack: Stack, function: str, route_key: str) -> None:
    any_route = stack.gateway.routes[0]
    at_job = Route(method=any_route.method, path=any_route.path, function=function, authorizer=None)
    TOUCHES.made.clear()

    answer = sent(stack, at_job, ABSENT, route_key=route_key)

    assert answer.status >= HTTPStatus.BAD_REQUEST
    assert TOUCHES.made == []
