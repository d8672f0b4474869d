"""Every route x every way not to be allowed x {own, foreign, absent}: nobody gets in or learns a thing."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from portone_local.clock import MovableClock
from portone_local.gateway.client import Client
from portone_local.gateway.messages import Request, Response
from portone_local.issuer import TokenIssuer
from portone_local.parameters import STAFF_CLAIM
from portone_local.sigv4 import NOBODY, SHOP, STAFF, Principal, SigV4
from portone_local.stack import Stack
from portone_local.template import REGION
from portone_local.testing.billing_app import issue_window, save_key, subscribe


@dataclass(frozen=True)
class Subject:
    """An order, its payment, a verification, an issue window, a subscription."""

    order_id: str
    payment_id: str
    verification_id: str = "0123456789abcdefghijklmnop"
    billing_key_id: str = "0123456789abcdefghijklmnop"
    subscription_id: str = "0123456789abcdefghijklmnop"


@dataclass(frozen=True)
class Row:
    """How a route is called about a subject, and what whoever may call it is answered about their own."""

    json: Callable[[Subject], object] = lambda _: None
    query: str = ""
    keyed: bool = False
    good: int = 200
    about_something: bool = True


REASON = {"reason": "looked at it"}
ORDER = {
    "userId": "user-1",
    "name": "Blue shoes",
    "amount": {"total": 1000},
    "currency": "KRW",
    "payMethods": ["CARD"],
}

REFUND = {"refundId": "refund-1", "full": True, "reason": "changed my mind"}
ACCOUNT = {"bank": "SHINHAN", "number": "000-000-0000", "holderName": "Example"}
RECEIPT = {"type": "PERSONAL", "identityNumber": "01000000000"}

PERSON = {
    "method": "SMS",
    "operator": "SKT",
    "name": "Example",
    "phoneNumber": "01000000000",
    "birthAndSex": "0001013",
}
LOOK = {"purpose": "signup", "reason": "asked for support"}
STORED = "/identity-verifications/{verificationId}"

PLAN = {
    "name": "plan",
    "amount": 9_900,
    "currency": "KRW",
    "interval": {"unit": "MONTH", "count": 1},
    "trialDays": 30,
}
TO_PLAN = {"planId": "plan-1"}
END = {"atPeriodEnd": True}
KEY = "/billing-keys/{billingKeyId}"
SUBSCRIPTION = "/subscriptions/{subscriptionId}"
KEY_ROWS = {
    "POST /billing-keys": Row(json=lambda _: {"payMethod": "CARD", "platform": "web"}, about_something=False),
    "GET /billing-keys": Row(about_something=False),
    f"GET {KEY}": Row(),
    f"POST {KEY}/register": Row(json=lambda _: {"billingKey": "a-guess"}, good=409),
    f"PUT {KEY}/default": Row(good=409),
    f"DELETE {KEY}": Row(good=202),
    "POST /payments/{paymentId}/charge": Row(
        json=lambda subject: {"chargeId": "charge-1", "billingKeyId": subject.billing_key_id}, good=409
    ),
}
SUBSCRIPTION_ROWS = {
    "GET /plans/{planId}": Row(about_something=False),
    "POST /subscriptions": Row(json=lambda _: TO_PLAN, keyed=True, about_something=False),
    "POST /schedules": Row(json=lambda subject: {"orderId": subject.order_id}, keyed=True, good=409),
    "GET /subscriptions": Row(about_something=False),
    f"GET {SUBSCRIPTION}": Row(),
    f"POST {SUBSCRIPTION}/preview": Row(json=lambda _: TO_PLAN),
    f"PUT {SUBSCRIPTION}/plan": Row(json=lambda _: TO_PLAN),
    f"PUT {SUBSCRIPTION}/billing-key": Row(json=lambda _: {"billingKeyId": None}),
    f"POST {SUBSCRIPTION}/pause": Row(),
    f"POST {SUBSCRIPTION}/resume": Row(),
    f"POST {SUBSCRIPTION}/consent": Row(json=lambda _: {"amount": 9_900}),
    f"POST {SUBSCRIPTION}/parts/{{invoiceId}}/cancel": Row(good=409),
    f"POST {SUBSCRIPTION}/cancel": Row(json=lambda _: END),
}
SHOP_ROWS = {
    "PUT /plans/{planId}": Row(json=lambda _: PLAN),
    "PUT /orders/{orderId}": Row(json=lambda _: ORDER),
    "GET /orders/{orderId}": Row(),
    "DELETE /users/{userId}/identity": Row(about_something=False),
}
APP_ROWS = {
    "POST /payments": Row(json=lambda subject: {"orderId": subject.order_id, "platform": "web"}),
    "POST /payments/{paymentId}/verify": Row(),
    "GET /payments/{paymentId}": Row(),
    "GET /payments": Row(about_something=False),
    "POST /payments/{paymentId}/cancel": Row(json=lambda _: REFUND, good=409),
    "GET /payments/{paymentId}/refunds/{refundId}": Row(good=404),
    "PUT /payments/{paymentId}/refunds/{refundId}/account": Row(json=lambda _: ACCOUNT, good=404),
    "POST /payments/{paymentId}/confirm": Row(json=lambda _: {"paymentToken": "a-guess"}, good=409),
    "POST /payments/{paymentId}/cash-receipt": Row(json=lambda _: RECEIPT, good=409),
    "GET /payments/{paymentId}/cash-receipt": Row(good=404),
    "POST /identity-verifications": Row(json=lambda _: {"purpose": "signup"}, about_something=False),
    "GET /me/verification": Row(about_something=False),
    f"GET {STORED}": Row(),
    f"POST {STORED}/verify": Row(good=409),
    f"POST {STORED}/resend": Row(good=409),
    f"POST {STORED}/confirm": Row(json=lambda _: {"otp": "000000"}, good=409),
    f"POST {STORED}/send": Row(json=lambda _: PERSON, good=409),
}
APP_ROWS |= KEY_ROWS | SUBSCRIPTION_ROWS
# a path of its own, and yet for staff only
PREVIEW_ROWS = {
    "POST /identity-verifications/bypass-preview": Row(
        json=lambda _: {"provider": "DANAL"}, about_something=False
    )
}


def of_staff(side: str) -> dict[str, Row]:
    """Refunds and receipts, for staff under this authorizer."""
    return {
        f"POST {side}/payments/{{paymentId}}/cancel": Row(json=lambda _: REFUND, good=409),
        f"POST {side}/payments/{{paymentId}}/refunds/{{refundId}}/approve": Row(good=404),
        f"POST {side}/payments/{{paymentId}}/cash-receipt": Row(json=lambda _: RECEIPT, good=409),
        f"GET {side}/payments/{{paymentId}}/cash-receipt": Row(good=404),
        f"POST {side}/payments/{{paymentId}}/cash-receipt/cancel": Row(good=404),
        f"POST {side}/users/{{userId}}/identity/reveal": Row(
            json=lambda _: LOOK, good=404, about_something=False
        ),
        f"POST {side}/users/{{userId}}/identity/replace": Row(
            json=lambda _: REASON, good=404, about_something=False
        ),
    }


OPS_ROWS = of_staff("/ops") | {
    f"GET /ops{SUBSCRIPTION}": Row(),
    f"PUT /ops{SUBSCRIPTION}/plan": Row(json=lambda _: TO_PLAN),
    f"POST /ops{SUBSCRIPTION}/cancel": Row(json=lambda _: END),
    "GET /ops/attention": Row(query="?kind=mismatch", about_something=False),
    "POST /ops/payments/{paymentId}/catch-up": Row(),
    "POST /ops/payments/{paymentId}/resolve": Row(json=lambda _: REASON, good=409),
    "GET /ops/discrepancies": Row(about_something=False),
    "POST /ops/discrepancies/{discrepancyId}/close": Row(
        json=lambda _: REASON, good=404, about_something=False
    ),
}
STAFF_ROWS = (
    of_staff("/staff")
    | PREVIEW_ROWS
    | {
        "GET /staff/attention": Row(query="?kind=mismatch", about_something=False),
        "POST /staff/payments/{paymentId}/catch-up": Row(),
        "POST /staff/payments/{paymentId}/resolve": Row(json=lambda _: REASON, good=409),
        "GET /staff/discrepancies": Row(about_something=False),
        "POST /staff/discrepancies/{discrepancyId}/close": Row(
            json=lambda _: REASON, good=404, about_something=False
        ),
    }
)
JWT_ROWS = APP_ROWS | STAFF_ROWS
IAM_ROWS = SHOP_ROWS | OPS_ROWS
ROWS = JWT_ROWS | IAM_ROWS

BAD_TOKENS: dict[str, Callable[[TokenIssuer], str | None]] = {
    "no token": lambda _: None,
    "expired": lambda issuer: issuer.issue("user-1", **STAFF_CLAIM, exp=int(issuer.clock.now())),
    "wrong issuer": lambda issuer: issuer.issue("user-1", **STAFF_CLAIM, iss="https://elsewhere.example"),
    "wrong audience": lambda issuer: issuer.issue("user-1", **STAFF_CLAIM, aud="another-app"),
    "alg none": lambda issuer: issuer.unsigned("user-1", **STAFF_CLAIM),
    "HS256 with the public key": lambda issuer: issuer.signed_with_public_key("user-1", **STAFF_CLAIM),
    "unknown key": lambda issuer: TokenIssuer(issuer.clock, url=issuer.url, key_name="stranger").issue(
        "user-1", **STAFF_CLAIM
    ),
}
BAD_SIGNATURES: dict[str, Callable[[Stack, Request], Request]] = {
    "no signature": lambda _, request: request,
    "a token instead": lambda stack, request: request.having(
        ("authorization", f"Bearer {stack.issuer.issue('user-1', **STAFF_CLAIM)}")
    ),
    "forged": lambda stack, request: signed_by(stack, request, guessing(SHOP)),
    "forged as staff": lambda stack, request: signed_by(stack, request, guessing(STAFF)),
    "expired": lambda stack, request: signed_earlier(stack, request, SHOP),
    "expired as staff": lambda stack, request: signed_earlier(stack, request, STAFF),
    "by the other side": lambda stack, request: signed_by(stack, request, other_side(request.target)),
    "by somebody without a policy": lambda stack, request: signed_by(stack, request, NOBODY),
}
KINDS = ("own", "foreign", "absent")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Two users with a paid order each; tokens are checked against keys fetched over HTTP."""
    with Stack.in_memory(http_issuer=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def subjects(stack: Stack) -> dict[str, Subject]:
    """What belongs to user-1, what belongs to somebody else, what does not exist."""
    return {
        "own": stored(stack, "order-own", "user-1"),
        "foreign": stored(stack, "order-foreign", "user-2"),
        "absent": Subject("order-absent", "0123456789abcdefghijklmnop"),
    }


def stored(stack: Stack, order_id: str, user_id: str) -> Subject:
    stack.shop.put(f"/orders/{order_id}", ORDER | {"userId": user_id})
    prepared = stack.app(user_id).post("/payments", {"orderId": order_id, "platform": "web"}).json()
    started = stack.app(user_id).post("/identity-verifications", {"purpose": "signup"}).json()
    stack.shop.put("/plans/plan-1", PLAN)
    save_key(stack, user_id)
    window, trial = issue_window(stack, user_id), subscribe(stack, user_id, key="trial")
    return Subject(
        order_id,
        prepared["paymentId"],
        started["identityVerificationId"],
        window["billingKeyId"],
        trial.json()["subscriptionId"],
    )


def call(client: Client, route: str, subject: Subject) -> Response:
    method, path = route.split()
    names = {
        "orderId": subject.order_id,
        "paymentId": subject.payment_id,
        "verificationId": subject.verification_id,
        "userId": "user-1",
        "planId": "plan-1",
        "billingKeyId": subject.billing_key_id,
        "subscriptionId": subject.subscription_id,
        "invoiceId": "1",
    }
    filled = path.format(**names, refundId="refund-1", discrepancyId="0" * 32)
    row = ROWS[route]
    headers = {"idempotency-key": "grid"} if row.keyed else {}
    return client.request(method, filled + row.query, json=row.json(subject), headers=headers)


def guessing(principal: Principal) -> Principal:
    return Principal(name=principal.name, access_key=principal.access_key, secret_key="a-guess")


def other_side(target: str) -> Principal:
    """Who may call much, but not this; what both sides may call, nobody else may."""
    if target.startswith("/ops/subscriptions/"):
        return NOBODY
    return SHOP if target.startswith("/ops/") else STAFF


def signed_by(stack: Stack, request: Request, principal: Principal) -> Request:
    return stack.iam.sign(request, principal, host=stack.gateway.host)


def signed_earlier(stack: Stack, request: Request, principal: Principal) -> Request:
    earlier = SigV4([], region=REGION, clock=MovableClock(stack.clock.now() - 301))
    return earlier.sign(request, principal, host=stack.gateway.host)


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


def test_every_route_asks_for_what_its_row_says(stack: Stack) -> None:
    kinds = {route.key: type(route.authorizer).__name__ for route in stack.gateway.routes}

    assert kinds == dict.fromkeys(JWT_ROWS, "Jwt") | dict.fromkeys(IAM_ROWS, "Iam")


@pytest.mark.parametrize("route", ROWS)
def test_whoever_may_call_a_route_is_let_in(stack: Stack, subjects: dict[str, Subject], route: str) -> None:
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
