"""A person is erased at once, every key with them; payments stay."""

import json

import pytest

from portone_local.actors.people import (
    STRANGER,
    USER,
    code,
    done,
    erase,
    me,
    reveal,
    verified,
    verify,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import OTHER_ADULT


def test_an_erased_person_is_unreadable_at_once(stack: ObservedStack) -> None:
    verified(stack)

    assert erase(stack).json() == {"erased": True, "found": True}
    assert erase(stack).json() == {"erased": True, "found": False}
    assert me(stack) == {**me(stack), "verified": False, "purposes": []}
    assert code(reveal(stack)) == "identity_not_found"


def test_an_erasure_drops_every_data_key_and_everything_sealed(stack: ObservedStack) -> None:
    verified(stack)
    person = stack.ports["people"].person(USER)
    secrets = [
        each
        for sealed in (*person.purposes.values(), person.identifiers)
        for each in (sealed.key, sealed.facts)
    ]

    erase(stack)

    stored = json.dumps(stack.identity_dump())
    assert secrets
    assert [each for each in secrets if each in stored] == []


def test_an_erasure_may_be_repeated_and_needs_no_existing_user(stack: ObservedStack) -> None:
    assert [erase(stack).status for _ in range(2)] == [200, 200]


def test_a_verification_begun_before_an_erasure_does_not_count(stack: ObservedStack) -> None:
    begun, used = done(stack), done(stack)
    verify(stack, used)
    erase(stack)

    assert code(verify(stack, begun)) == "verification_expired"
    assert code(verify(stack, used)) == "verification_used"


def test_an_erased_person_may_verify_in_any_account(stack: ObservedStack) -> None:
    verified(stack)
    erase(stack)
    wait(stack, 1)

    assert verified(stack, STRANGER).status == 200
    assert code(verified(stack)) == "identity_duplicate"


def test_another_person_may_verify_in_an_erased_account(stack: ObservedStack) -> None:
    verified(stack)
    erase(stack)
    wait(stack, 1)

    assert verified(stack, person=OTHER_ADULT).status == 200


def test_payments_stay_when_a_person_is_erased(stack: ObservedStack) -> None:
    verified(stack)
    before = stack.dump()

    erase(stack)

    assert stack.dump() == before


@pytest.mark.parametrize("user", ["50%off", "a%2Fb", "auth0|a/b", "a/../b", "?x=1#y", "%", "%25", "+a"])
def test_only_the_named_user_is_erased(stack: ObservedStack, user: str) -> None:
    verified(stack, user)
    verified(stack, STRANGER, OTHER_ADULT)

    assert erase(stack, user).json() == {"erased": True, "found": True}
    assert me(stack, user)["verified"] is False
    assert me(stack, STRANGER)["verified"] is True


@pytest.mark.parametrize("user", ["", " ", "a b", "가", "x" * 129, None, 7])
def test_a_user_id_no_token_can_name_is_refused(stack: ObservedStack, user: object) -> None:
    assert code(stack.shop.post("/identity/erase", {"userId": user})) == "invalid_request"
