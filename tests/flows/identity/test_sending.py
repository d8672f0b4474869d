"""Verification without an SDK: a code or a confirmation verifies, and only the user repeats a send."""

import pytest

from portone_local.actors.people import (
    QUARTER,
    STRANGER,
    code,
    id_of,
    message,
    messages,
    otp,
    press,
    sent,
    start,
    typed,
    verify,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.portone import IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT


@pytest.mark.parametrize("provider", ["DANAL", "KCP_V2"])
def test_a_code_from_an_sms_verifies(stack: ObservedStack, provider: str) -> None:
    verification_id = sent(stack, provider=provider)

    confirmed = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert (confirmed.status, message(confirmed)) == (200, "CONFIRMED")
    assert verify(stack, verification_id).status == 200


def test_a_confirmation_in_the_carriers_app_verifies(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    press(stack, verification_id, "send", typed(method="APP"))
    stack.portone.buyer.approve_in_app(verification_id)

    confirmed = press(stack, verification_id, "confirm", {})

    assert confirmed.status == 200
    assert verify(stack, verification_id).status == 200


def test_inicis_is_not_available_without_the_sdk(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack, provider="INICIS_UNIFIED"))

    assert code(press(stack, verification_id, "send", typed())) == "invalid_request"


def test_an_sms_needs_the_first_digits_of_the_resident_number(stack: ObservedStack) -> None:
    body = typed()
    del body["birthAndSex"]

    assert code(press(stack, id_of(start(stack)), "send", body)) == "invalid_request"


@pytest.mark.parametrize("turned", [False, True])
def test_a_wrong_code_may_be_typed_again(turned: bool) -> None:  # noqa: FBT001 - a switch of the fake
    unknowns = Unknowns(identity=IdentityUnknowns(wrong_otp_is_a_pg_error=turned))
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        verification_id = sent(stack)

        wrong = press(stack, verification_id, "confirm", {"otp": "000000"})
        right = press(stack, verification_id, "confirm", otp(stack, verification_id))

        assert (code(wrong), right.status) == ("otp_refused", 200)


def test_a_wrong_code_that_ends_the_verification_answers_its_cause() -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(wrong_otp_fails_the_attempt=True))
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        verification_id = sent(stack)

        answer = press(stack, verification_id, "confirm", {"otp": "000000"})

        assert answer.json()["error"]["details"] == {"reason": "wrong_code"}


def test_a_resent_code_verifies(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    wait(stack, 60)
    resent = press(stack, verification_id, "resend")

    confirmed = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert (resent.status, confirmed.status) == (200, 200)
    assert messages(stack) == 2


def test_after_an_expired_code_the_user_sends_again(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    old = otp(stack, verification_id)
    wait(stack, 181)

    late = press(stack, verification_id, "confirm", old)
    press(stack, verification_id, "send", typed())
    renewed = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert late.json()["error"]["details"] == {"reason": "timed_out"}
    assert renewed.status == 200


def test_a_verification_accepts_ten_codes_at_most(stack: ObservedStack) -> None:
    stack.portone.identity_rules.wrong_codes = 99
    verification_id = sent(stack)
    for _ in range(10):
        press(stack, verification_id, "confirm", {"otp": "000000"})

    answer = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert code(answer) == "verification_limit"


def test_a_verification_without_a_send_can_be_neither_resent_nor_confirmed(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))

    assert code(press(stack, verification_id, "resend")) == "verification_not_sent"
    assert code(press(stack, verification_id, "confirm", {})) == "verification_not_sent"


@pytest.mark.parametrize("button", ["send", "resend", "confirm"])
def test_another_users_verification_is_not_found(stack: ObservedStack, button: str) -> None:
    verification_id = sent(stack)
    body = {"send": typed(), "resend": None, "confirm": {"otp": "000000"}}[button]

    assert code(press(stack, verification_id, button, body, STRANGER)) == "verification_not_found"


@pytest.mark.parametrize("button", ["send", "resend", "confirm"])
def test_every_action_is_refused_after_a_quarter_of_an_hour(stack: ObservedStack, button: str) -> None:
    verification_id = sent(stack)
    wait(stack, QUARTER)
    body = {"send": typed(), "resend": None, "confirm": {"otp": "000000"}}[button]

    assert code(press(stack, verification_id, button, body)) == "verification_expired"


def test_sending_twice_sends_once(stack: ObservedStack) -> None:
    verification_id = sent(stack)

    again = press(stack, verification_id, "send", typed())

    assert again.status == 200
    assert messages(stack) == 1


def test_a_user_who_mistyped_learns_why_and_may_send_again(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    wrong = typed(ADULT, name="Somebody Else")

    refused = press(stack, verification_id, "send", wrong)

    assert code(refused) == "send_failed"
    assert press(stack, verification_id, "send", typed()).status == 200
