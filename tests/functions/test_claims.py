"""A list claim is never split at blanks: its elements are read from the token the authorizer verified."""

import base64
import json
from typing import Any

import pytest

from portone_local.gateway.events import claim_text
from portone_payments.domain.errors.common import Forbidden, Unauthenticated
from portone_payments.entry.callers import admit
from portone_payments.entry.request import Request
from portone_payments.entry.rights import Caller, CallerRules, Right


def token(**claims: Any) -> str:
    parts: tuple[dict[str, Any], ...] = ({"alg": "RS256"}, claims, {})
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


def request(
    text: object,
    authorization: str | None = None,
    *,
    sub: object = "kim",
    route: str = "GET /staff/attention",
) -> Request:
    claims = {"sub": sub, "groups": text}
    headers = {} if authorization is None else {"authorization": authorization}
    context = {"authorizer": {"jwt": {"claims": claims}}}
    return Request({"headers": headers, "routeKey": route, "requestContext": context})


def staff(request: Request, demanded: str = "groups=staff") -> Caller:
    return admit(request, (Right.STAFF,), CallerRules(claims={Right.STAFF: demanded}))


def is_staff(text: object, authorization: str | None = None) -> bool:
    try:
        return staff(request(text, authorization)).person == "kim"
    except Forbidden:
        return False


@pytest.mark.parametrize(
    "groups", [["staff"], ["staff", "ops"], ["ops", "team of ten", "staff"], "staff"], ids=str
)
@pytest.mark.parametrize("scheme", ["Bearer ", "bearer  ", ""], ids=repr)
def test_an_element_equal_to_the_value_is_staff(groups: object, scheme: str) -> None:
    assert is_staff(claim_text(groups), scheme + token(groups=groups, sub="kim"))


@pytest.mark.parametrize(
    "groups",
    [
        ["friends of staff"],
        ["former staff"],
        ["staff "],
        ["Staff"],
        ["[staff]"],
        [["staff"]],
        ["ops", 7, "staff"],
        [],
        "friends of staff",
        "[staff]",
        {"staff": True},
        7,
        True,
    ],
    ids=str,
)
def test_an_element_that_only_contains_the_value_is_not_staff(groups: object) -> None:
    assert not is_staff(claim_text(groups), "Bearer " + token(groups=groups, sub="kim"))


@pytest.mark.parametrize("value", [7, True, None])
def test_a_number_a_boolean_and_null_are_no_value(value: object) -> None:
    bearer = "Bearer " + token(groups=value, sub="kim")

    for text in (value, str(value), claim_text(value)):
        with pytest.raises(Forbidden):
            staff(request(text, bearer), f"groups={text}")


def test_a_token_that_contradicts_the_authorizer_is_not_believed() -> None:
    assert not is_staff("[guest]", "Bearer " + token(groups=["staff"], sub="kim"))
    assert not is_staff(
        "[friends of staff]", "Bearer " + token(groups=["friends of", "ops", "staff"], sub="kim")
    )


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer a.b", "Bearer a.%.c", "Bearer a.W10.c"]
)
@pytest.mark.parametrize(
    ("text", "staff"),
    [
        ("staff", True),
        ("[staff]", True),
        ("[ops staff]", False),
        ("[friends of staff]", False),
        ("[]", False),
    ],
)
def test_without_a_readable_token_only_unambiguous_text_counts(
    authorization: str | None, text: str, *, staff: bool
) -> None:
    assert is_staff(text, authorization) == staff


@pytest.mark.parametrize("sub", [None, 7, True, ["kim"], "[kim]", "[a b]", ""])
def test_a_user_id_is_a_single_text(sub: object) -> None:
    with pytest.raises(Unauthenticated):
        admit(request("staff", sub=sub, route="GET /payments"), (Right.OWNER,), CallerRules())


@pytest.mark.parametrize("value", [7, None, ["7"], {"7": 1}])
def test_a_user_whose_token_contradicts_the_text_is_refused(value: object) -> None:
    bearer = "Bearer " + token(sub=value)

    with pytest.raises(Unauthenticated):
        admit(request("", bearer, sub="7", route="GET /payments"), (Right.OWNER,), CallerRules())
