"""Many at once, on tables that are atomic: one verification is used once, one person has one account."""

import os
from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest

from portone_local.actors.people import (
    code,
    done,
    erase,
    id_of,
    me,
    permit,
    press,
    start,
    sweep,
    typed,
    verify,
)
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean
from portone_local.portone import IdentityUnknowns, Person, Unknowns
from portone_local.stack.identity import IDENTITY_HASH_KEYS, HeldHashes
from portone_local.stack.ministack import MiniStack
from tests.support.racing import race

pytestmark = [pytest.mark.race, pytest.mark.ministack]

ROUNDS = range(max(2, int(os.environ.get("RACE_ROUNDS", "20")) // 10))
CLICKS = 50
NUMBERS = count(1)


@pytest.fixture(scope="module")
def stack(ministack: MiniStack) -> Iterator[ObservedStack]:
    """One stack for all rounds; the oracle judges it at the end."""
    with ObservedStack.on_ministack(ministack, seed=1) as opened:
        yield opened
        assert_identity_clean(opened, opened.answers)


def somebody() -> Person:
    """A new person."""
    number = next(NUMBERS)
    return Person(
        key=f"racer-{number}", name=f"김경주{number}", birth_date="1991-02-03", phone=f"0107{number:07d}"
    )


def users(number: int) -> list[str]:
    """Fresh accounts."""
    first = next(NUMBERS)
    return [f"racer-{first}-{each}" for each in range(number)]


@pytest.mark.parametrize("_number", ROUNDS)
def test_fifty_verifies_of_one_verification_have_one_effect(stack: ObservedStack, _number: int) -> None:
    [user] = users(1)
    verification_id = done(stack, user, somebody())

    answers = race([partial(verify, stack, verification_id, user)] * CLICKS)

    assert {answer.status for answer in answers} <= {200, 503}
    assert len({answer.json()["usedAt"] for answer in answers if answer.status == 200}) == 1
    assert stack.ports["people"].attempt(verification_id).version == 2
    assert stack.ports["people"].person(user).version == 1


@pytest.mark.parametrize("_number", ROUNDS)
def test_one_of_many_accounts_that_claim_one_person_wins(stack: ObservedStack, _number: int) -> None:
    accounts, person = users(8), somebody()
    tries = [(done(stack, user, person), user) for user in accounts]

    answers = race([partial(verify, stack, *each) for each in tries])

    assert sorted(map(code, answers)).count("200") == 1
    assert set(map(code, answers)) == {"200", "identity_duplicate"}
    assert sum(me(stack, user)["verified"] for user in accounts) == 1


@pytest.mark.parametrize("_number", ROUNDS)
def test_only_one_of_two_accounts_that_claim_one_di_is_verified(ministack: MiniStack, _number: int) -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(ci_is_given=False))
    with ObservedStack.on_ministack(ministack, seed=1, unknowns=unknowns) as stack:
        person = somebody()
        tries = [(done(stack, user, person), user) for user in users(2)]

        answers = race([partial(verify, stack, *each) for each in tries])

        assert sorted(map(code, answers)) == ["200", "identity_duplicate"]
        assert_identity_clean(stack, stack.answers)


@pytest.mark.parametrize("_number", ROUNDS)
def test_one_person_by_two_providers_at_once_has_one_account(stack: ObservedStack, _number: int) -> None:
    person = somebody()
    first, second = users(2)
    tries = [
        (done(stack, first, person, provider="KCP_V2"), first),
        (done(stack, second, person, provider="INICIS_UNIFIED"), second),
    ]

    answers = race([partial(verify, stack, *each) for each in tries])

    assert sorted(map(code, answers)) == ["200", "identity_duplicate"]


@pytest.mark.parametrize("_number", ROUNDS)
def test_one_account_and_two_persons_at_once_has_one_person(stack: ObservedStack, _number: int) -> None:
    [user] = users(1)
    tries = [done(stack, user, somebody()) for _ in range(2)]

    answers = race([partial(verify, stack, each, user) for each in tries])

    assert sorted(map(code, answers)) == ["200", "different_person"]


@pytest.mark.parametrize("_number", ROUNDS)
def test_an_erasure_at_the_same_moment_leaves_all_or_nothing(stack: ObservedStack, _number: int) -> None:
    [user] = users(1)
    verification_id = done(stack, user, somebody())

    race([partial(verify, stack, verification_id, user), partial(erase, stack, user)])

    person = stack.ports["people"].person(user)
    assert bool(person.claims) == bool(person.purposes) == person.verified


@pytest.mark.parametrize("_number", ROUNDS)
@pytest.mark.parametrize("beside", ["another decides", "one is erased", "one verifies"])
def test_two_concurrent_decisions_about_one_person_leave_one_account(
    ministack: MiniStack, _number: int, beside: str
) -> None:
    with ObservedStack.on_ministack(ministack, seed=1, identity_unique="off") as stack:
        person = somebody()
        first, second = users(2)
        for user in (first, second):
            verify(stack, done(stack, user, person), user)
        again = done(stack, first, person)
        deciding = {"userIds": [first, second], "reason": "asked the customer"}
        doors = [(stack.staff, "/ops", first), (stack.staff_app, "/staff", second)]
        other = {
            "another decides": [],
            "one is erased": [partial(erase, stack, first)],
            "one verifies": [partial(verify, stack, again, first)],
        }[beside]

        answers = race(
            [
                *(
                    partial(client.post, f"{door}/identity/duplicates", deciding | {"keeps": [kept]})
                    for client, door, kept in doors
                ),
                *other,
            ]
        )

        decided = [kept for (_, _, kept), answer in zip(doors, answers, strict=False) if answer.status == 200]
        left = [user for user in (first, second) if me(stack, user)["verified"]]
        refused = {code(answer) for answer in answers[:2]} - {"200"}
        assert refused <= {"identity_not_found", "identity_duplicates_changed"}
        assert len(decided) <= 1
        if beside == "another decides":
            assert left == decided
        assert set(decided) - {first} <= set(left)
        assert_identity_clean(stack, stack.answers)


def rotated(stack: ObservedStack, **phases: str) -> None:
    """The operator's step; every container has read it."""
    [old] = IDENTITY_HASH_KEYS.values()
    texts = {"v1": old["key"], "v2": "example-key-of-identity-hashes-number-2"}
    keys = {name[1:]: {"phase": phase, "key": texts[name]} for name, phase in phases.items()}
    stack.ports["hashes"] = held = HeldHashes(keys)
    held.rotate(keys)


def let_in(stack: ObservedStack, user: str, person: Person) -> None:
    """Staff lets another person into the account, who verifies at once."""
    if permit(stack, user).status == 200:
        verify(stack, done(stack, user, person), user)


@pytest.mark.parametrize("_number", ROUNDS)
def test_a_rotation_during_any_other_action_hides_nobody(ministack: MiniStack, _number: int) -> None:
    with ObservedStack.on_ministack(ministack, seed=1) as stack:
        again, gone, replaced, still = users(4)
        persons = {user: somebody() for user in (again, gone, replaced, still)}
        for user, person in persons.items():
            verify(stack, done(stack, user, person), user)
        rotated(stack, v1="writing", v2="writing")
        renewed = done(stack, again, persons[again])

        race(
            [
                partial(sweep, stack),
                partial(sweep, stack),
                partial(verify, stack, renewed, again),
                partial(erase, stack, gone),
                partial(let_in, stack, replaced, somebody()),
            ]
        )
        sweep(stack)
        rotated(stack, v2="writing")

        assert sweep(stack)["behind"] == 0
        assert stack.metrics.get("IdentityKeyGone", 0) == 0
        for user, person in persons.items():
            stranger = f"stranger-{user}"
            taken = code(verify(stack, done(stack, stranger, person), stranger)) == "identity_duplicate"
            assert taken is (user in {again, still})
        assert_identity_clean(stack, stack.answers)


@pytest.mark.parametrize("_number", ROUNDS)
def test_concurrent_sends_send_one_message(stack: ObservedStack, _number: int) -> None:
    [user] = users(1)
    person = somebody()
    stack.portone.identities.people.append(person)
    verification_id = id_of(start(stack, user))

    race([partial(press, stack, verification_id, "send", typed(person), user)] * 10)

    assert stack.portone.verifications()[verification_id].messages == 1
