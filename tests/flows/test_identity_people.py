"""What is kept about a person: looked at under eyes, erased at once, found again under a new key."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from portone_local.identity import IDENTITY_HASH_KEYS, HeldHashes
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean, gather_identity, judge_identity
from portone_local.portone import IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT, OTHER_ADULT
from portone_local.testing.identifying import (
    STRANGER,
    USER,
    code,
    done,
    erase,
    me,
    permit,
    reveal,
    sweep,
    verified,
    verify,
    wait,
)

[OLD] = IDENTITY_HASH_KEYS.values()
NEW_KEY = {"key": "example-key-of-identity-hashes-number-2"}
BEFORE = {"1": OLD}
KNOWN = {"1": OLD, "2": {**NEW_KEY, "phase": "known"}}
WRITING = {"1": OLD, "2": {**NEW_KEY, "phase": "writing"}}
RETIRED = {"1": {**OLD, "phase": "retired"}, "2": {**NEW_KEY, "phase": "writing"}}
PHASES = (BEFORE, KNOWN, WRITING, RETIRED)


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    with ObservedStack.in_memory(seed=1) as opened:
        yield opened
        assert_identity_clean(opened, opened.answers)


def rotate(stack: ObservedStack, keys: dict[str, dict[str, str]]) -> None:
    """The secret as the next container reads it."""
    held: HeldHashes = stack.ports["hashes"]
    held.rotate(keys)


def test_staff_sees_clear_values_and_the_look_is_written_down(stack: ObservedStack) -> None:
    verified(stack)

    answer = reveal(stack)

    [line] = stack.ports["access_log"].lines
    assert answer.json()["facts"]["name"] == ADULT.name
    assert (line.user_id, line.purpose, line.reason) == (USER, "signup", "asked for support")
    assert line.by.endswith("operator")


def test_a_refused_log_refuses_the_look(stack: ObservedStack) -> None:
    verified(stack)
    stack.ports["access_log"].available = False

    answer = reveal(stack)

    assert answer.status == 503
    assert ADULT.name not in answer.body.decode()


def test_the_look_is_written_down_before_anything_is_opened(stack: ObservedStack) -> None:
    verified(stack)
    stack.ports["envelope"]._client._wrapped.clear()

    answer = reveal(stack)

    assert answer.status == 503
    assert len(stack.ports["access_log"].lines) == 1


@pytest.mark.parametrize("changes", [{"reason": ""}, {"reason": "why"}, {"purpose": "two words"}])
def test_no_look_without_a_reason(stack: ObservedStack, changes: dict[str, str]) -> None:
    verified(stack)

    assert code(reveal(stack, **changes)) == "invalid_request"
    assert stack.ports["access_log"].lines == []


def test_there_is_nothing_to_see_of_nobody(stack: ObservedStack) -> None:
    assert code(reveal(stack)) == "identity_not_found"
    assert code(permit(stack)) == "identity_not_found"


def test_staff_without_the_privacy_claim_sees_nothing() -> None:
    with ObservedStack.in_memory(seed=1, privacy_claim="role=privacy-officer") as stack:
        verified(stack)
        path, body = f"/staff/users/{USER}/identity/reveal", {"purpose": "signup", "reason": "support call"}

        refused = stack.staff_app.post(path, body)
        officer = stack.app("staff-2", role=["payments-staff", "privacy-officer"]).post(path, body)

        assert (code(refused), officer.status) == ("forbidden", 200)


def test_no_identifier_is_ever_shown(stack: ObservedStack) -> None:
    verified(stack)

    said = reveal(stack).body.decode() + json.dumps(me(stack))

    assert ADULT.ci not in said
    assert ADULT.di("DANAL", "example-cpid") not in said


def test_an_erased_person_is_unreadable_at_once(stack: ObservedStack) -> None:
    verified(stack)

    assert erase(stack).json() == {"erased": True}
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


def test_an_erasure_may_be_repeated_and_needs_nobody_to_be_there(stack: ObservedStack) -> None:
    assert [erase(stack).status for _ in range(2)] == [200, 200]


def test_a_verification_begun_before_an_erasure_no_longer_counts(stack: ObservedStack) -> None:
    begun, used = done(stack), done(stack)
    verify(stack, used)
    erase(stack)

    assert code(verify(stack, begun)) == "verification_expired"
    assert code(verify(stack, used)) == "verification_used"


def test_after_an_erasure_the_person_is_free_to_come_again_anywhere(stack: ObservedStack) -> None:
    verified(stack)
    erase(stack)
    wait(stack, 1)

    assert verified(stack, STRANGER).status == 200
    assert code(verified(stack)) == "identity_duplicate"


def test_an_account_may_be_somebody_elses_after_an_erasure(stack: ObservedStack) -> None:
    verified(stack)
    erase(stack)
    wait(stack, 1)

    assert verified(stack, person=OTHER_ADULT).status == 200


def test_payments_stay_when_a_person_is_erased(stack: ObservedStack) -> None:
    verified(stack)
    before = stack.dump()

    erase(stack)

    assert stack.dump() == before


@pytest.mark.parametrize("early", range(3))
def test_a_duplicate_is_found_in_every_two_neighbouring_phases(early: int) -> None:
    for first, second in ((early, early), (early, early + 1), (early + 1, early)):
        with ObservedStack.in_memory(seed=1) as stack:
            rotate(stack, PHASES[first])
            verified(stack)
            rotate(stack, PHASES[second])

            assert code(verified(stack, STRANGER)) == "identity_duplicate"


def test_a_duplicate_is_found_after_a_whole_rotation(stack: ObservedStack) -> None:
    verified(stack)
    for phase in PHASES[1:]:
        rotate(stack, phase)
        sweep(stack)

    assert code(verified(stack, STRANGER)) == "identity_duplicate"
    assert me(stack)["verified"] is True
    assert verified(stack).status == 200


def test_the_sweep_brings_everybody_to_the_key_that_is_written_once(stack: ObservedStack) -> None:
    verified(stack)
    verified(stack, STRANGER, OTHER_ADULT)
    rotate(stack, WRITING)

    swept = [sweep(stack)["rehashed"] for _ in range(2)]

    assert swept == [2, 0]


def test_a_key_retired_before_the_sweep_hides_a_duplicate_which_the_oracle_sees() -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        verified(stack)
        rotate(stack, RETIRED)

        assert verified(stack, STRANGER).status == 200
        assert {each.invariant for each in judge_identity(gather_identity(stack))} == {"I13"}


def test_an_erasure_frees_the_claims_of_every_key(stack: ObservedStack) -> None:
    verified(stack)
    rotate(stack, WRITING)
    sweep(stack)
    erase(stack)

    assert verified(stack, STRANGER).status == 200


def test_a_di_is_found_again_by_its_provider_under_a_new_key() -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(ci_is_given=False))
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        verified(stack, provider="KCP_V2")
        rotate(stack, WRITING)
        sweep(stack)
        rotate(stack, RETIRED)

        assert code(verified(stack, STRANGER, provider="KCP_V2")) == "identity_duplicate"


@pytest.mark.parametrize(("user", "purpose"), [(STRANGER, "signup"), (USER, "adult")])
def test_what_is_sealed_opens_for_no_other_user_and_no_other_purpose(user: str, purpose: str) -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        verified(stack)
        verified(stack, STRANGER, OTHER_ADULT)
        people = stack.ports["people"]
        [sealed] = people.person(USER).purposes.values()
        people.save(replace(people.person(user), purposes={purpose: sealed}))

        answer = stack.app(user).get("/me/verification")

        assert answer.status == 503
        assert "*" not in answer.body.decode()


def test_a_dump_of_the_table_names_nobody(stack: ObservedStack) -> None:
    verified(stack)

    stored = json.dumps(stack.identity_dump(), ensure_ascii=False)

    private = (ADULT.name, ADULT.phone, ADULT.birth_date, ADULT.ci, ADULT.gender, "adult")
    assert [value for value in private if value in stored] == []
