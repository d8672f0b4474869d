"""The JWT authorizer follows API Gateway's developer guide: what a token must be."""

from typing import Any

import jwt
import pytest

from portone_local.stack.token_issuer import AUDIENCE, TokenIssuer, rsa_key

NOW = 1_767_323_045.0


def refused(desk: Any, token: str) -> bool:
    response = desk.with_token(token, "GET", "/payments")
    return bool(response.status == 401 and response.json() == {"message": "Unauthorized"} and not desk.seen)


def test_a_good_token_passes_and_its_claims_arrive_as_text(desk: Any) -> None:
    claims = desk.issuer.claims("user-1", groups=["a", "b"], staff=True, level=7, deep={"x": 1})
    token = jwt.encode(
        claims | {"null": None}, rsa_key("local"), algorithm="RS256", headers={"kid": desk.issuer.kid}
    )

    response = desk.with_token(token, "GET", "/payments")

    jwt_part = desk.event["requestContext"]["authorizer"]["jwt"]
    assert response.status == 200
    assert jwt_part["scopes"] is None
    assert jwt_part["claims"] == {
        "iss": desk.issuer.url,
        "aud": AUDIENCE,
        "sub": "user-1",
        "iat": "1767323045",
        "exp": "1767326645",
        "groups": "[a b]",
        "staff": "true",
        "level": "7",
        "deep": '{"x":1}',
    }


def test_the_word_bearer_may_be_missing(desk: Any) -> None:
    token = desk.issuer.issue("user-1")

    response = desk.gateway.request("GET", "/payments", headers={"authorization": token})

    assert response.status == 200


def test_no_token_is_401(desk: Any) -> None:
    response = desk.gateway.request("GET", "/payments")

    assert (response.status, response.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(NOW)},
        {"exp": None},
        {"exp": "never"},
        {"nbf": int(NOW) + 1},
        {"iat": int(NOW) + 1},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another-app"},
        {"aud": ["another-app"]},
        {"aud": "another-app", "client_id": AUDIENCE},
        {"aud": None},
        {"aud": None, "client_id": "another-app"},
        {"aud": {}},
    ],
    ids=str,
)
def test_a_claim_that_does_not_match_is_401(desk: Any, claims: dict[str, Any]) -> None:
    assert refused(desk, desk.issuer.issue("user-1", **claims))


@pytest.mark.parametrize(
    "claims",
    [{"aud": ["another-app", AUDIENCE]}, {"aud": None, "client_id": AUDIENCE}, {"aud": "other"}],
    ids=str,
)
def test_any_configured_audience_is_enough_and_client_id_stands_in_for_aud(
    desk: Any, claims: dict[str, Any]
) -> None:
    assert desk.with_token(desk.issuer.issue("user-1", **claims), "GET", "/payments").status == 200


def test_a_token_expires_when_the_clock_moves(desk: Any) -> None:
    token = desk.issuer.issue("user-1", exp=int(NOW) + 60)

    desk.clock.advance(60)

    assert refused(desk, token)


def test_an_unsigned_token_is_401(desk: Any) -> None:
    assert refused(desk, desk.issuer.unsigned("user-1"))


def test_a_token_signed_with_the_public_key_as_password_is_401(desk: Any) -> None:
    assert refused(desk, desk.issuer.signed_with_public_key("user-1"))


def test_a_token_signed_by_another_issuer_is_401(desk: Any) -> None:
    token = TokenIssuer(desk.clock, key_name="stranger").issue("user-1")

    assert refused(desk, token)


def test_a_foreign_signature_under_our_key_id_is_401(desk: Any) -> None:
    key = rsa_key("stranger")

    token = jwt.encode(desk.issuer.claims("user-1"), key, algorithm="RS256", headers={"kid": desk.issuer.kid})

    assert refused(desk, token)


def test_our_own_signature_under_an_unknown_key_id_is_401(desk: Any) -> None:
    token = jwt.encode(
        desk.issuer.claims("user-1"), rsa_key("local"), algorithm="RS256", headers={"kid": "gone"}
    )

    assert refused(desk, token)


@pytest.mark.parametrize("token", ["x", "a.b.c", "....", "é.é.é", "Bearer"])
def test_nonsense_is_401(desk: Any, token: str) -> None:
    assert refused(desk, token)


def test_a_token_without_key_id_is_401(desk: Any) -> None:
    token = jwt.encode(desk.issuer.claims("user-1"), rsa_key("local"), algorithm="RS256")

    assert refused(desk, token)
