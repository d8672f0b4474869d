"""Every route x every missing permission x {own, foreign, absent}: refused, and nothing learned."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.gateway.client import Client
from portone_local.gateway.messages import Response
from portone_local.stack.stack import Stack
from tests.support.route_calls import BAD_SIGNATURES, BAD_TOKENS, KINDS, call, stored
from tests.support.route_rows import (
    APP_ROWS,
    IAM_ROWS,
    JWT_ROWS,
    OPS_ROWS,
    ROWS,
    SHOP_ROWS,
    STAFF_ROWS,
    Subject,
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Two users with a paid order each; tokens are checked against keys fetched over HTTP."""
    with Stack.in_memory(http_issuer=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def subjects(stack: Stack) -> dict[str, Subject]:
    """What belongs to user-1, what belongs to another user, what does not exist."""
    return {
        "own": stored(stack, "order-own", "user-1"),
        "foreign": stored(stack, "order-foreign", "user-2"),
        "absent": Subject("order-absent", "0123456789abcdefghijklmnop"),
    }


def owner_of(stack: Stack, route: str) -> Client:
    if route in SHOP_ROWS:
        return stack.shop
    if route in OPS_ROWS:
        return stack.staff
    return stack.staff_app if route in STAFF_ROWS else stack.app("user-1")


def seen_by_caller(response: Response) -> Any:
    """All of an answer but the request's own id."""
    body = response.json()
    body.get("error", {}).pop("requestId", None)
    return response.status, dict(response.headers), body


def everything(stack: Stack) -> str:
    return json.dumps([stack.dump(), stack.identity_dump()], sort_keys=True)


def test_every_route_of_the_template_has_a_row(stack: Stack) -> None:
    assert {route.key for route in stack.gateway.routes} == set(ROWS)


def test_every_route_requires_what_its_row_says(stack: Stack) -> None:
    kinds = {route.key: type(route.authorizer).__name__ for route in stack.gateway.routes}

    assert kinds == dict.fromkeys(JWT_ROWS, "Jwt") | dict.fromkeys(IAM_ROWS, "Iam")


@pytest.mark.parametrize("route", ROWS)
def test_every_permitted_caller_is_accepted(stack: Stack, subjects: dict[str, Subject], route: str) -> None:
    response = call(owner_of(stack, route), route, subjects["own"])

    assert response.status == ROWS[route].good


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", BAD_TOKENS)
@pytest.mark.parametrize("route", JWT_ROWS)
def test_a_bad_token_gets_the_same_401_whatever_it_asks_about(
    stack: Stack, subjects: dict[str, Subject], route: str, bad: str, kind: str
) -> None:
    token = BAD_TOKENS[bad](stack.issuer)
    before = everything(stack), stack.calls

    response = call(bearing(stack, token), route, subjects[kind])

    assert (response.status, response.json()) == (401, {"message": "Unauthorized"})
    assert (everything(stack), stack.calls) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", BAD_SIGNATURES)
@pytest.mark.parametrize("route", IAM_ROWS)
def test_a_bad_signature_gets_the_same_403_whatever_it_asks_about(
    stack: Stack, subjects: dict[str, Subject], route: str, bad: str, kind: str
) -> None:
    client = Client(stack.gateway.handle, lambda request: BAD_SIGNATURES[bad](stack, request))
    before = everything(stack), stack.calls

    response = call(client, route, subjects[kind])

    assert (response.status, response.json()) == (403, {"message": "Forbidden"})
    assert (everything(stack), stack.calls) == before


@pytest.mark.parametrize("route", [route for route, row in APP_ROWS.items() if row.about_something])
def test_another_users_and_an_absent_one_answer_alike(
    stack: Stack, subjects: dict[str, Subject], route: str
) -> None:
    app = stack.app("user-1")
    before = everything(stack), len(stack.portone.calls())

    foreign = call(app, route, subjects["foreign"])
    absent = call(app, route, subjects["absent"])

    assert foreign.status == 404
    assert seen_by_caller(foreign) == seen_by_caller(absent)
    assert (everything(stack), len(stack.portone.calls())) == before


def test_a_list_holds_only_the_callers_own(stack: Stack, subjects: dict[str, Subject]) -> None:
    mine = stack.app("user-1").get("/payments").json()["items"]
    theirs = stack.app("user-2").get("/payments").json()["items"]

    assert [item["paymentId"] for item in mine] == [subjects["own"].payment_id]
    assert [item["paymentId"] for item in theirs] == [subjects["foreign"].payment_id]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "claims",
    [{}, {"role": "payments-staff-not"}, {"role": ["other"]}, {"roles": "payments-staff"}],
    ids=str,
)
@pytest.mark.parametrize("route", STAFF_ROWS)
def test_a_token_without_the_staff_claim_is_403_whatever_it_asks_about(
    stack: Stack, subjects: dict[str, Subject], route: str, claims: dict[str, object], kind: str
) -> None:
    before = everything(stack), stack.calls

    response = call(stack.app("user-1", **claims), route, subjects[kind])

    assert (response.status, response.json()["error"]["code"]) == (403, "forbidden")
    assert (everything(stack), stack.calls) == before


@pytest.mark.parametrize("route", STAFF_ROWS)
def test_the_staff_claim_may_be_one_of_a_list(stack: Stack, subjects: dict[str, Subject], route: str) -> None:
    response = call(stack.app("staff-1", role=["other", "payments-staff"]), route, subjects["own"])

    assert response.status == ROWS[route].good


@pytest.mark.parametrize("route", STAFF_ROWS)
def test_without_a_staff_claim_setting_staff_routes_are_closed(route: str) -> None:
    with Stack.in_memory(staff_claim="") as closed:
        response = call(closed.staff_app, route, Subject("order-1", "payment1"))

    assert response.status == 403


def bearing(stack: Stack, token: str | None) -> Client:
    if token is None:
        return Client(stack.gateway.handle)
    return Client(stack.gateway.handle, lambda request: request.having(("authorization", f"Bearer {token}")))
