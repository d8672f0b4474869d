"""A handler checks its caller: another authorizer, another account and an unnamed principal are refused."""

from typing import Any

import pytest

from portone_local.template.cloudformation import configuration, refusals
from portone_payments.domain.errors.common import Forbidden, Unauthenticated
from portone_payments.entry.callers import admit
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Caller, CallerRules, Right, patterns_in, read_caller_rules

ACCOUNT = "000000000000"
KIM = f"arn:aws:iam::{ACCOUNT}:user/kim"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Shop/kim"
RULES = read_caller_rules(
    {
        "SHOP_PRINCIPALS": "role/Shop",
        "STAFF_PRINCIPALS": f"user/kim, arn:aws:iam::{ACCOUNT}:user/desk/lee,role/Ops",
        "PRIVACY_PRINCIPALS": "user/lee,role/Shop",
        "STAFF_CLAIM": "role=staff",
        "PRIVACY_CLAIM": "role=officer",
    }
)


def signed(arn: object) -> dict[str, Any]:
    return {"iam": {"userArn": arn, "accountId": ACCOUNT}}


def token(**claims: str) -> dict[str, Any]:
    return {"jwt": {"claims": {"sub": "kim"} | claims}}


def admitted(route: str, authorizer: object, *rights: Right, rules: CallerRules = RULES) -> Caller:
    context = {"authorizer": authorizer, "accountId": ACCOUNT}
    return admit(Request({"routeKey": route, "requestContext": context}), rights, rules)


@pytest.mark.parametrize(
    ("route", "rights", "authorizer", "name"),
    [
        ("GET /payments", (Right.OWNER,), token(), "kim"),
        ("PUT /orders/{orderId}", (Right.SHOP,), signed(SESSION), "iam:assumed-role/Shop/kim"),
        ("GET /ops/x", (Right.OWNER, Right.SHOP), signed(SESSION), "iam:assumed-role/Shop/kim"),
        ("GET /ops/x", (Right.OWNER, Right.STAFF), signed(KIM), "iam:user/kim"),
        ("GET /ops/x", (Right.STAFF,), signed(f"arn:aws:iam::{ACCOUNT}:user/desk/lee"), "iam:user/lee"),
        ("GET /staff/x", (Right.OWNER, Right.STAFF), token(role="staff"), "token:kim"),
        ("GET /ops/x", (Right.PRIVACY,), signed(f"arn:aws:iam::{ACCOUNT}:user/lee"), "iam:user/lee"),
    ],
)
def test_a_caller_through_the_routes_own_authorizer_is_accepted(
    route: str, rights: tuple[Right, ...], authorizer: object, name: str
) -> None:
    assert admitted(route, authorizer, *rights).name == name


@pytest.mark.parametrize("authorizer", [None, {}, [], "kim", {"iam": None}, {"jwt": None}, {"jwt": {}}])
@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("path", ["/payments", "/ops/x", "/staff/x"])
def test_a_caller_without_an_identity_is_refused(path: str, right: Right, authorizer: object) -> None:
    with pytest.raises((Unauthenticated, Forbidden)):
        admitted(f"GET {path}", authorizer, right)


@pytest.mark.parametrize(
    ("route", "rights", "authorizer"),
    [
        ("PUT /orders/{orderId}", (Right.SHOP,), token(role="staff")),
        ("GET /ops/x", (Right.OWNER, Right.STAFF), token(role="staff")),
        ("GET /ops/x", (Right.OWNER,), signed(KIM)),
        ("GET /staff/x", (Right.STAFF,), signed(KIM)),
        ("GET /staff/x", (Right.OWNER, Right.SHOP), token(role="staff")),
        ("GET /payments", (Right.OWNER, Right.STAFF), signed(KIM)),
    ],
)
def test_a_caller_through_another_authorizer_is_refused(
    route: str, rights: tuple[Right, ...], authorizer: object
) -> None:
    with pytest.raises((Unauthenticated, Forbidden)):
        admitted(route, authorizer, *rights)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:sts::{ACCOUNT}:federated-user/kim",
        "arn:aws:iam::111111111111:user/kim",
        f"arn:aws:iam::{ACCOUNT}:user/kim\n",
        "user/kim",
        7,
        None,
    ],
    ids=str,
)
def test_a_principal_outside_this_account_is_refused(arn: object) -> None:
    with pytest.raises(Unauthenticated):
        admitted("GET /ops/x", signed(arn), Right.STAFF)


@pytest.mark.parametrize(
    ("right", "arn"),
    [
        (Right.SHOP, KIM),
        (Right.SHOP, f"arn:aws:iam::{ACCOUNT}:user/Shop"),
        (Right.SHOP, f"arn:aws:sts::{ACCOUNT}:assumed-role/Shopping/kim"),
        (Right.STAFF, SESSION),
        (Right.STAFF, f"arn:aws:sts::{ACCOUNT}:assumed-role/kim/kim"),
        (Right.PRIVACY, KIM),
        (Right.PRIVACY, SESSION),
    ],
)
def test_a_principal_the_operator_did_not_name_is_refused(right: Right, arn: str) -> None:
    with pytest.raises(Forbidden):
        admitted("GET /ops/x", signed(arn), right)


def test_an_empty_setting_names_nobody() -> None:
    for right in (Right.SHOP, Right.STAFF, Right.PRIVACY):
        with pytest.raises(Forbidden):
            admitted("GET /ops/x", signed(KIM), right, rules=read_caller_rules({}))


def test_a_token_needs_the_staff_claim_besides_the_privacy_claim() -> None:
    with pytest.raises(Forbidden):
        admitted("GET /staff/x", token(role="officer"), Right.PRIVACY)


def test_a_user_whose_id_looks_like_a_principal_is_not_that_principal() -> None:
    as_user = admitted("GET /staff/x", token(sub="user/kim", role="staff"), Right.STAFF)

    assert as_user.name != admitted("GET /ops/x", signed(KIM), Right.STAFF).name
    assert as_user.door != admitted("GET /ops/x", signed(KIM), Right.STAFF).door


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "user/*",
        "role/**",
        "kim",
        "group/staff",
        "arn:aws:iam::*:role/Shop",
        "role/",
        "user/kim;role/Ops",
    ],
)
def test_a_pattern_that_names_everybody_or_nobody_stops_the_start(text: str) -> None:
    assert refusals(configuration("dev") | {"StaffPrincipals": text}) != ()
    with pytest.raises(ValueError, match="STAFF_PRINCIPALS"):
        patterns_in(text, "STAFF_PRINCIPALS")


@pytest.mark.parametrize(
    "text", ["", "role/Shop", "role/shop-*,user/kim@shop.example", f"arn:aws:iam::{ACCOUNT}:role/a/b"]
)
def test_a_pattern_that_names_somebody_is_accepted(text: str) -> None:
    assert refusals(configuration("dev") | {"StaffPrincipals": text}) == ()
    assert len(patterns_in(text, "STAFF_PRINCIPALS")) == len([each for each in text.split(",") if each])
