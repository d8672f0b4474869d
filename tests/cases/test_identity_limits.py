"""Limits count what was sent; a stranger uses up no other user's allowance (rule 10.9)."""

from typing import Any

import pytest

from portone_local.actors.people import (
    STRANGER,
    USER,
    code,
    id_of,
    messages,
    otp,
    press,
    sent,
    start,
    typed,
    verified,
    verify,
    wait,
)
from portone_local.portone.identity.people import ADULT, OTHER_ADULT
from tests.support.unkind import UnkindStack

WRONG = typed(name="성춘향")
FORMS = (
    "01090000001",
    "010-9000-0001",
    "+82 10-9000-0001",
    "821090000001",
    "+82-010-9000-0001",
    "010 90000001",
)


def send(stack: UnkindStack, user: str, body: dict[str, Any], provider: str = "DANAL") -> str:
    """Start and send; the code of the answer."""
    return code(press(stack, id_of(start(stack, user, provider=provider)), "send", body, user))


@pytest.mark.parametrize("wrong", [WRONG, typed(operator="KT"), typed(birthAndSex="8501011")])
def test_sends_refused_before_sending_use_up_no_message_of_the_owner(
    stack: UnkindStack, wrong: dict[str, Any]
) -> None:
    pressed = [send(stack, STRANGER, wrong) for _ in range(5)]

    assert set(pressed) == {"send_failed"}
    assert sent(stack)


def test_a_send_refused_for_our_own_settings_uses_up_no_message_either(stack: UnkindStack) -> None:
    stack.wire.refuse("send_identity_verification", "CHANNEL_NOT_FOUND", times=3)
    for _ in range(3):
        send(stack, USER, typed())
        wait(stack, 700)

    assert sent(stack)


@pytest.mark.parametrize("form", FORMS)
def test_a_phone_is_the_same_in_every_notation(stack: UnkindStack, form: str) -> None:
    for number in range(5):
        sent(stack, f"user-{number + 10}")

    answered = send(stack, STRANGER, typed(phoneNumber=form))

    assert answered in {"verification_limit", "invalid_request"}
    assert messages(stack) == 5


def test_the_owner_of_a_phone_reported_by_the_pg_has_messages_of_their_own(stack: UnkindStack) -> None:
    verified(stack, provider="KCP_V2")
    for number in range(5):
        sent(stack, f"user-{number + 10}")

    assert sent(stack)
    assert send(stack, STRANGER, typed()) == "verification_limit"


def confirmed(stack: UnkindStack, user: str = USER) -> None:
    """Verified by the code of an SMS."""
    verification_id = sent(stack, user)
    press(stack, verification_id, "confirm", otp(stack, verification_id), user)
    assert verify(stack, verification_id, user).status == 200


def test_a_user_who_entered_its_code_owns_the_phone_although_the_pg_omits_it(
    stack: UnkindStack,
) -> None:
    """Danal gives a phone by an extra contract only (facts 9); the code was read on it nevertheless."""
    confirmed(stack)
    for number in range(5):
        send(stack, f"user-{number + 10}", typed())

    assert sent(stack)


def test_the_owner_of_a_phone_has_a_limit_too(stack: UnkindStack) -> None:
    verified(stack, provider="KCP_V2")
    pressed = [send(stack, USER, typed()) for _ in range(12)]

    assert pressed.count("200") <= 10
    assert pressed[-1] == "verification_limit"
    assert messages(stack) == pressed.count("200")


def test_an_erased_user_no_longer_owns_the_phone(stack: UnkindStack) -> None:
    verified(stack, provider="KCP_V2")
    stack.shop.post("/identity/erase", {"userId": USER})
    for number in range(5):
        sent(stack, f"user-{number + 10}")

    assert send(stack, USER, typed()) == "verification_limit"


def test_a_repeated_message_counts_as_one_more(stack: UnkindStack) -> None:
    verification_id = sent(stack)
    again = [code(press(stack, verification_id, "resend")) for _ in range(6)]

    assert "verification_limit" in again
    assert messages(stack) == 1 + again.count("200")
    assert messages(stack) <= 5


def test_one_user_cannot_send_to_any_number_of_phones(stack: UnkindStack) -> None:
    begun = [id_of(start(stack)) for _ in range(20)]
    asked = [
        code(press(stack, begun[number % 20], "send", typed(phoneNumber=f"0109100{number:04d}")))
        for number in range(40)
    ]
    reached = [send(stack, STRANGER, typed(person)) for person in (ADULT, OTHER_ADULT)]

    assert asked[-1] == "verification_limit"
    assert reached == ["200", "200"]


def test_wrong_codes_are_limited_and_lock_out_no_other_user(stack: UnkindStack) -> None:
    victim = sent(stack)
    guesses = [code(press(stack, victim, "confirm", {"otp": f"{n:06d}"}, STRANGER)) for n in range(12)]

    assert set(guesses) == {"verification_not_found"}
    assert press(stack, victim, "confirm", otp(stack, victim)).status == 200


def test_limits_are_over_after_a_day(stack: UnkindStack) -> None:
    for _ in range(3):
        sent(stack)
    refused = send(stack, USER, typed())
    wait(stack, 24 * 3600)

    assert refused == "verification_limit"
    assert sent(stack)
