"""Verification without an SDK: a message costs money, nothing typed is kept, only a person presses again."""

import json
from collections.abc import Iterator

import pytest

from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean
from portone_local.portone import Fault, IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT, OTHER_ADULT, PEOPLE
from portone_local.testing.identifying import (
    QUARTER,
    STRANGER,
    USER,
    code,
    id_of,
    press,
    start,
    sweep,
    typed,
    verify,
    wait,
)

UNDER_WAY = 20


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as opened:
        yield opened
        assert_identity_clean(opened, opened.answers)


def sent(stack: ObservedStack, user: str = USER, provider: str = "DANAL") -> str:
    """A verification whose SMS was sent; its id."""
    verification_id = id_of(start(stack, user, provider=provider))
    answer = press(stack, verification_id, "send", typed(), user)
    if answer.status != 200:
        raise LookupError(answer.body)
    return verification_id


def otp(stack: ObservedStack, verification_id: str) -> dict[str, str]:
    return {"otp": stack.portone.buyer.otp_of(verification_id)}


def messages(stack: ObservedStack) -> int:
    """What the messages of all verifications amount to at PortOne."""
    return sum(book.messages for book in stack.portone.verifications().values())


def message(answer: Response) -> str:
    return str(answer.json()["message"])


def state(stack: ObservedStack, verification_id: str) -> str:
    return message(stack.app(USER).get(f"/identity-verifications/{verification_id}"))


@pytest.mark.parametrize("provider", ["DANAL", "KCP_V2"])
def test_a_code_from_an_sms_verifies(stack: ObservedStack, provider: str) -> None:
    verification_id = sent(stack, provider=provider)

    confirmed = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert (confirmed.status, message(confirmed)) == (200, "CONFIRMED")
    assert verify(stack, verification_id).status == 200


def test_a_yes_in_the_carriers_app_verifies(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    press(stack, verification_id, "send", typed(method="APP"))
    stack.portone.buyer.approve_in_app(verification_id)

    confirmed = press(stack, verification_id, "confirm", {})

    assert confirmed.status == 200
    assert verify(stack, verification_id).status == 200


def test_inicis_is_not_for_those_without_an_sdk(stack: ObservedStack) -> None:
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


def test_where_a_wrong_code_ends_it_the_cause_is_told() -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(wrong_otp_fails_the_attempt=True))
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        verification_id = sent(stack)

        answer = press(stack, verification_id, "confirm", {"otp": "000000"})

        assert answer.json()["error"]["details"] == {"reason": "wrong_code"}


def test_a_code_from_a_resend_serves(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    wait(stack, 60)
    resent = press(stack, verification_id, "resend")

    confirmed = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert (resent.status, confirmed.status) == (200, 200)
    assert messages(stack) == 2


def test_after_a_code_that_was_too_old_the_person_sends_anew(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    old = otp(stack, verification_id)
    wait(stack, 181)

    late = press(stack, verification_id, "confirm", old)
    press(stack, verification_id, "send", typed())
    renewed = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert late.json()["error"]["details"] == {"reason": "timed_out"}
    assert renewed.status == 200


def test_ten_guesses_are_all_there_are(stack: ObservedStack) -> None:
    stack.portone.identity_rules.wrong_codes = 99
    verification_id = sent(stack)
    for _ in range(10):
        press(stack, verification_id, "confirm", {"otp": "000000"})

    answer = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert code(answer) == "verification_limit"


def test_nothing_sent_is_nothing_to_repeat_or_confirm(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))

    assert code(press(stack, verification_id, "resend")) == "verification_not_sent"
    assert code(press(stack, verification_id, "confirm", {})) == "verification_not_sent"


@pytest.mark.parametrize("button", ["send", "resend", "confirm"])
def test_somebody_elses_verification_is_not_there(stack: ObservedStack, button: str) -> None:
    verification_id = sent(stack)
    body = {"send": typed(), "resend": None, "confirm": {"otp": "000000"}}[button]

    assert code(press(stack, verification_id, button, body, STRANGER)) == "verification_not_found"


@pytest.mark.parametrize("button", ["send", "resend", "confirm"])
def test_after_a_quarter_of_an_hour_no_button_works(stack: ObservedStack, button: str) -> None:
    verification_id = sent(stack)
    wait(stack, QUARTER)
    body = {"send": typed(), "resend": None, "confirm": {"otp": "000000"}}[button]

    assert code(press(stack, verification_id, button, body)) == "verification_expired"


def test_pressing_send_twice_sends_once(stack: ObservedStack) -> None:
    verification_id = sent(stack)

    again = press(stack, verification_id, "send", typed())

    assert again.status == 200
    assert messages(stack) == 1


def test_who_mistyped_is_told_why_and_may_send_again(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    wrong = typed(ADULT, name="Somebody Else")

    refused = press(stack, verification_id, "send", wrong)

    assert code(refused) == "send_failed"
    assert press(stack, verification_id, "send", typed()).status == 200


@pytest.mark.parametrize("fault", [Fault.TIMEOUT_AFTER_COMMIT, Fault.RESET_AFTER_COMMIT])
def test_a_send_whose_answer_is_lost_is_settled_by_reading(stack: ObservedStack, fault: Fault) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=fault)

    answer = press(stack, verification_id, "send", typed())

    assert (answer.status, message(answer)) == (200, "SENT")
    assert messages(stack) == 1


def test_a_send_nobody_can_tell_of_is_202_and_no_worker_repeats_it(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.TIMEOUT_BEFORE_COMMIT)

    answer = press(stack, verification_id, "send", typed())
    stack.run_for(600)
    sweep(stack)

    assert answer.status == 202
    assert answer.json()["statusUrl"] == f"/identity-verifications/{verification_id}"
    assert messages(stack) == 0
    assert press(stack, verification_id, "send", typed()).status == 200
    assert messages(stack) == 1


def test_while_portone_is_silent_the_same_button_does_nothing_for_a_while(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.RESET_BEFORE_COMMIT)

    first = press(stack, verification_id, "send", typed())
    at_once = press(stack, verification_id, "send", typed())
    wait(stack, UNDER_WAY)
    later = press(stack, verification_id, "send", typed())

    assert (first.status, at_once.status, later.status) == (202, 202, 200)
    assert messages(stack) == 1


def test_a_status_asked_for_settles_what_was_unknown(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.TIMEOUT_AFTER_COMMIT)
    stack.portone.inject(operation="get_identity_verification", fault=Fault.RESET_BEFORE_COMMIT)

    answer = press(stack, verification_id, "send", typed())

    assert (answer.status, message(answer)) == (202, "UNKNOWN")
    assert state(stack, verification_id) == "SENT"


def test_a_confirm_whose_answer_is_lost_is_settled_by_reading(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    stack.portone.inject(operation="confirm_identity_verification", fault=Fault.TIMEOUT_AFTER_COMMIT)

    answer = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert (answer.status, message(answer)) == (200, "CONFIRMED")


def test_a_confirm_that_took_no_effect_is_202_and_may_be_pressed_again(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    stack.portone.inject(operation="confirm_identity_verification", fault=Fault.RESET_BEFORE_COMMIT)

    answer = press(stack, verification_id, "confirm", otp(stack, verification_id))
    wait(stack, UNDER_WAY)
    again = press(stack, verification_id, "confirm", otp(stack, verification_id))

    assert (answer.status, again.status) == (202, 200)


def test_a_refused_credential_is_told_and_sends_nothing(stack: ObservedStack) -> None:
    verification_id = id_of(start(stack))
    stack.portone.inject(operation="send_identity_verification", fault=Fault.UNAUTHORIZED)

    answer = press(stack, verification_id, "send", typed())

    assert (answer.status, code(answer)) == (503, "provider_refused")
    assert messages(stack) == 0
    assert press(stack, verification_id, "send", typed()).status == 200


def test_a_phone_gets_so_many_messages_a_day_and_no_more(stack: ObservedStack) -> None:
    for number in range(5):
        sent(stack, f"user-{number + 10}")
    verification_id = id_of(start(stack))

    refused = press(stack, verification_id, "send", typed())
    other = press(stack, verification_id, "send", typed(OTHER_ADULT))
    wait(stack, 24 * 3600)

    assert code(refused) == "verification_limit"
    assert other.status == 200
    assert sent(stack)


def test_a_user_causes_so_many_messages_a_day_and_no_more() -> None:
    with ObservedStack.in_memory(seed=1, identity_sms_per_user="3") as stack:
        for person in PEOPLE[:3]:
            press(stack, id_of(start(stack)), "send", typed(person))

        answer = press(stack, id_of(start(stack)), "send", typed(PEOPLE[3]))

        assert code(answer) == "verification_limit"
        assert messages(stack) == 3


def test_a_message_that_was_refused_for_the_limit_left_nothing_behind(stack: ObservedStack) -> None:
    for number in range(5):
        sent(stack, f"user-{number + 10}")
    verification_id = id_of(start(stack))
    before = stack.identity_dump()

    press(stack, verification_id, "send", typed())

    assert stack.identity_dump() == before


def test_the_stored_intent_holds_nothing_that_was_typed(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    press(stack, verification_id, "confirm", {"otp": "13579"})

    stored = json.dumps(stack.identity_dump(), ensure_ascii=False)

    assert [
        value for value in (*typed().values(), "13579") if value not in {"SMS", "SKT"} and value in stored
    ] == []
