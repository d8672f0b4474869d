"""A message costs money: so many a day for a phone and a user; nothing typed is kept."""

import json
from typing import Any

import pytest

from portone_local.actors.people import (
    STRANGER,
    code,
    id_of,
    messages,
    press,
    sent,
    start,
    sweep,
    typed,
    verified,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import OTHER_ADULT, PEOPLE
from portone_local.stack.identity import IDENTITY_HASH_KEYS


def test_the_messages_to_one_phone_a_day_are_limited(stack: ObservedStack) -> None:
    for number in range(5):
        sent(stack, f"user-{number + 10}")
    verification_id = id_of(start(stack))

    refused = press(stack, verification_id, "send", typed())
    other = press(stack, verification_id, "send", typed(OTHER_ADULT))
    wait(stack, 24 * 3600)

    assert code(refused) == "verification_limit"
    assert other.status == 200
    assert sent(stack)


def test_the_messages_of_one_user_a_day_are_limited() -> None:
    with ObservedStack.in_memory(seed=1, identity_sms_per_user="3") as stack:
        for person in PEOPLE[:3]:
            press(stack, id_of(start(stack)), "send", typed(person))

        answer = press(stack, id_of(start(stack)), "send", typed(PEOPLE[3]))

        assert code(answer) == "verification_limit"
        assert messages(stack) == 3


def test_an_unsent_message_uses_up_no_limit(stack: ObservedStack) -> None:
    wrong = typed(name="성춘향")
    refused = [press(stack, id_of(start(stack, STRANGER)), "send", wrong, STRANGER) for _ in range(6)]

    assert {code(each) for each in refused} == {"send_failed"}
    assert messages(stack) == 0
    assert sent(stack)


def test_one_user_cannot_use_up_another_users_phone(stack: ObservedStack) -> None:
    for _ in range(3):
        sent(stack, STRANGER)

    assert (
        code(press(stack, id_of(start(stack, STRANGER)), "send", typed(), STRANGER)) == "verification_limit"
    )
    assert sent(stack)


@pytest.mark.parametrize("phase", ["writing", "retired"])
def test_the_owner_of_a_verified_phone_has_messages_of_their_own_also_under_a_new_hash_key(
    phase: str,
) -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        assert verified(stack, provider="KCP_V2").status == 200
        newer = {"2": {"phase": "writing", "key": "example-key-of-identity-hashes-number-2"}}
        [old] = IDENTITY_HASH_KEYS.values()
        hashes: Any = stack.ports["hashes"]
        hashes.rotate({"1": {**old, "phase": phase}, **newer})
        for number in range(5):
            sent(stack, f"user-{number + 10}")

        assert sent(stack)


def test_sends_a_pg_refuses_are_limited_for_the_user_who_sends(stack: ObservedStack) -> None:
    wrong = typed(name="성춘향")
    begun = [id_of(start(stack)) for _ in range(16)]
    pressed = [press(stack, each, "send", wrong) for each in begun[:15] * 2]

    assert {code(each) for each in pressed} == {"send_failed"}
    assert code(press(stack, begun[15], "send", wrong)) == "verification_limit"


def test_a_message_refused_by_the_limit_leaves_nothing_behind(stack: ObservedStack) -> None:
    for number in range(5):
        sent(stack, f"user-{number + 10}")
    verification_id = id_of(start(stack))
    before = stack.identity_dump()

    press(stack, verification_id, "send", typed())

    assert stack.identity_dump() == before


def test_the_stored_intent_contains_nothing_that_was_typed(stack: ObservedStack) -> None:
    verification_id = sent(stack)
    press(stack, verification_id, "confirm", {"otp": "13579"})

    stored = json.dumps(stack.identity_dump(), ensure_ascii=False)

    assert [
        value for value in (*typed().values(), "13579") if value not in {"SMS", "SKT"} and value in stored
    ] == []


def test_the_owner_of_a_phone_is_recognised_under_a_new_hash_key(stack: ObservedStack) -> None:
    verified(stack, provider="KCP_V2")
    old = {"phase": "writing", "key": "example-key-of-identity-hashes-number-1"}
    new = {"phase": "writing", "key": "example-key-of-identity-hashes-number-2"}
    stack.ports["hashes"].rotate({"1": old, "2": new})
    for number in range(5):
        sent(stack, f"user-{number + 10}")

    begun = sent(stack)
    wait(stack, 30)

    assert press(stack, begun, "resend").status == 200
    assert (
        code(press(stack, id_of(start(stack, STRANGER)), "send", typed(), STRANGER)) == "verification_limit"
    )
    sweep(stack)
