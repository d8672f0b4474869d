"""Identity verification from start to verified: bound to the user who started it, for its own purpose."""

import re
from itertools import product

import pytest

from portone_local.actors.people import (
    STRANGER,
    USER,
    code,
    done,
    go_through,
    id_of,
    me,
    start,
    verified,
    verify,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import Fault, IdentityUnknowns, Unknowns

PROVIDERS = ("DANAL", "KCP_V2", "INICIS_UNIFIED")

NO_CI = Unknowns(identity=IdentityUnknowns(ci_is_given=False))


def test_a_window_gets_everything_from_us_and_nothing_from_the_app(stack: ObservedStack) -> None:
    window = start(stack, purpose="adult", fullName="김하늘", phoneNumber="01090000001")

    assert window["bypass"] == {"danal": {"CPTITLE": "Example shop", "AGELIMIT": 19}}
    assert re.fullmatch("[0-9A-Za-z]{20}", window["customer"].pop("customerId"))
    assert window["customer"] == {
        "fullName": "김하늘",
        "phoneNumber": "01090000001",
    }
    assert window["channelKey"] == "channel-key-example-danal"
    assert len(id_of(window)) == 26


def test_an_app_that_sends_a_bypass_is_refused(stack: ObservedStack) -> None:
    body = {"purpose": "signup", "bypass": {"danal": {"AGELIMIT": 1}}}

    assert code(stack.app(USER).post("/identity-verifications", body)) == "invalid_request"


@pytest.mark.parametrize("body", [{"purpose": "nothing"}, {"purpose": "signup", "provider": "NICE_V2"}])
def test_an_option_no_setting_offers_is_refused(stack: ObservedStack, body: dict[str, str]) -> None:
    assert code(stack.app(USER).post("/identity-verifications", body)) == "invalid_request"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_user_who_completed_the_window_is_verified(stack: ObservedStack, provider: str) -> None:
    answer = verified(stack, provider=provider)

    assert answer.status == 200
    assert answer.json()["verified"]["facts"]["name"] == "김*늘"
    assert me(stack)["verified"] is True


@pytest.mark.parametrize(
    ("provider", "purpose", "without", "unknowns"),
    list(
        product(
            PROVIDERS,
            ("signup", "adult"),
            ((), ("ci",), ("di",), ("ci", "di"), ("birthDate",), ("gender", "phoneNumber", "operator")),
            (Unknowns(), NO_CI),
        )
    ),
)
def test_the_purpose_decides_whether_a_field_the_pg_leaves_out_is_needed(
    provider: str, purpose: str, without: tuple[str, ...], unknowns: Unknowns
) -> None:
    has_ci = "ci" not in without and (provider == "INICIS_UNIFIED" or unknowns is not NO_CI)
    has_di = "di" not in without and provider != "INICIS_UNIFIED"
    identified = has_ci or (purpose == "signup" and has_di)
    aged = purpose == "signup" or "birthDate" not in without
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        left_out = frozenset(f"verifiedCustomer.{name}" for name in without)

        answer = verified(stack, provider=provider, purpose=purpose, without=left_out)

        assert code(answer) == ("200" if identified and aged else "identity_incomplete")
        assert '""' not in answer.body.decode()
        assert me(stack)["verified"] == (answer.status == 200)


def test_a_verification_without_a_completed_window_verifies_nobody(stack: ObservedStack) -> None:
    window = start(stack)

    assert code(verify(stack, id_of(window))) == "verification_pending"


def test_a_refusal_of_the_pg_is_answered_by_its_cause(stack: ObservedStack) -> None:
    verification_id = done(stack, pg_code="9013")

    answer = verify(stack, verification_id)

    assert code(answer) == "verification_failed"
    assert answer.json()["error"]["details"] == {"reason": "wrong_code"}


def test_a_failed_window_may_be_opened_again(stack: ObservedStack) -> None:
    window = start(stack)
    go_through(stack, window, pg_code="9013")
    go_through(stack, window)

    assert verify(stack, id_of(window)).status == 200


def test_another_users_verification_is_not_found(stack: ObservedStack) -> None:
    stolen = done(stack)

    assert code(verify(stack, stolen, STRANGER)) == "verification_not_found"
    assert me(stack, STRANGER)["verified"] is False
    assert verify(stack, stolen).status == 200


def test_an_id_verified_for_another_customer_is_refused(stack: ObservedStack) -> None:
    window = start(stack)
    go_through(stack, window | {"customer": {"customerId": STRANGER}})

    answer = verify(stack, id_of(window))

    assert answer.json()["error"]["details"] == {"reason": "customer"}


def test_an_id_verified_with_other_custom_data_is_refused(stack: ObservedStack) -> None:
    window = start(stack)
    go_through(stack, window | {"customData": '{"purpose":"adult"}'})

    answer = verify(stack, id_of(window))

    assert answer.json()["error"]["details"] == {"reason": "custom_data"}


def test_a_verification_counts_for_its_own_purpose_only(stack: ObservedStack) -> None:
    verified(stack, purpose="signup")

    assert [each["purpose"] for each in me(stack)["purposes"]] == ["signup"]


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE_COMMIT, Fault.HTML_500, Fault.UNAUTHORIZED])
def test_while_portone_does_not_answer_nothing_is_used_up(stack: ObservedStack, fault: Fault) -> None:
    verification_id = done(stack)
    stack.portone.inject(operation="get_identity_verification", fault=fault)

    refused = verify(stack, verification_id)

    assert refused.status == 503
    assert verify(stack, verification_id).status == 200
