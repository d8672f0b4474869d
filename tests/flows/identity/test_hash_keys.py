"""A person is found again under a new key of hashes, whatever phase its rotation is in."""

from typing import Any

import pytest

from portone_local.actors.people import STRANGER, code, erase, me, sweep, verified
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import gather_identity, judge_identity
from portone_local.portone import IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import OTHER_ADULT
from portone_local.stack.identity import IDENTITY_HASH_KEYS, HeldHashes
from portone_payments.adapters.dynamo.keys import key_of
from tests.support.poison import newer

[OLD] = IDENTITY_HASH_KEYS.values()

NEW_KEY = {"key": "example-key-of-identity-hashes-number-2"}

BEFORE = {"1": OLD}

KNOWN = {"1": OLD, "2": {**NEW_KEY, "phase": "known"}}

WRITING = {"1": OLD, "2": {**NEW_KEY, "phase": "writing"}}

RETIRED = {"1": {**OLD, "phase": "retired"}, "2": {**NEW_KEY, "phase": "writing"}}

GONE = {"2": {**NEW_KEY, "phase": "writing"}}

PHASES = (BEFORE, KNOWN, WRITING, RETIRED)


def rotate(stack: ObservedStack, keys: dict[str, dict[str, str]]) -> None:
    """The secret as the next container reads it."""
    held: HeldHashes = stack.ports["hashes"]
    held.rotate(keys)


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


def test_the_sweep_moves_every_user_to_the_key_that_is_written(stack: ObservedStack) -> None:
    verified(stack)
    verified(stack, STRANGER, OTHER_ADULT)
    rotate(stack, WRITING)

    swept = [sweep(stack)["rehashed"] for _ in range(2)]

    assert swept == [2, 0]


def test_a_key_retired_before_the_sweep_hides_no_duplicate(stack: ObservedStack) -> None:
    verified(stack)
    rotate(stack, RETIRED)

    assert code(verified(stack, STRANGER)) == "identity_duplicate"


def test_a_key_removed_before_the_sweep_hides_a_duplicate_and_the_oracle_reports_it() -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        verified(stack)
        rotate(stack, GONE)

        assert verified(stack, STRANGER).status == 200
        assert {each.invariant for each in judge_identity(gather_identity(stack))} == {"I13"}


@pytest.mark.parametrize("gone", [GONE, {**GONE, "1": {"phase": "retired", "key": ""}}])
def test_a_key_removed_while_still_in_use_is_reported_and_repaired(
    stack: ObservedStack, gone: dict[str, dict[str, str]]
) -> None:
    verified(stack)
    rotate(stack, gone)

    told = [(sweep(stack)["behind"], stack.metrics.get("IdentityKeyGone", 0)) for _ in range(2)]

    assert told == [(0, 1), (0, 1)]
    assert code(verified(stack, STRANGER)) == "identity_duplicate"


def test_a_newer_key_removed_is_reported_and_repaired_too(stack: ObservedStack) -> None:
    rotate(stack, RETIRED)
    verified(stack)
    rotate(stack, BEFORE)

    assert (sweep(stack)["rehashed"], stack.metrics.get("IdentityKeyGone", 0)) == (1, 1)
    assert code(verified(stack, STRANGER)) == "identity_duplicate"


def test_a_user_who_cannot_follow_is_counted_separately_with_the_reason() -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        verified(stack)
        verified(stack, STRANGER, OTHER_ADULT)
        table: Any = stack.ports["people"].table
        table.append(newer(table.get(key_of("person", STRANGER))))
        rotate(stack, WRITING)

        told = [sweep(stack) for _ in range(2)]

        assert [(each["rehashed"], each["behind"]) for each in told] == [(1, 1), (0, 1)]
        assert [each["stuck"] for each in told] == [{"schema_too_new": 1}] * 2
        assert stack.metrics["IdentityKeyBehind"] == 2


def test_an_erasure_releases_the_claims_of_every_key(stack: ObservedStack) -> None:
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
