"""A message costs money: so many a day for a phone and a user; nothing typed is kept."""

import json

from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import OTHER_ADULT, PEOPLE
from portone_local.testing.identifying import code, id_of, messages, press, sent, start, typed, wait


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
