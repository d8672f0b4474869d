"""The record of a person stays small after any number of rotations and merchant ids (invariant I19)."""

from contextlib import suppress
from typing import Any

import pytest

from portone_local.actors.people import STRANGER, USER, code, erase, me, sweep, verified
from portone_local.oracle import ObservedStack
from portone_local.stack.identity import IDENTITY_HASH_KEYS
from portone_local.stories.identity import hold_more_claims
from portone_local.twins.dynamo import undisturbed
from portone_payments.adapters.dynamo.codec import item_size
from portone_payments.adapters.dynamo.keys import key_of
from portone_payments.domain.identity.rules import MOST_IDENTIFIERS, Field, Identifier, newest

[OLD] = IDENTITY_HASH_KEYS.values()


def key(version: int, phase: str) -> dict[str, str]:
    return {"phase": phase, "key": f"example-key-of-identity-hashes-number-{version}"}


def rotated(stack: ObservedStack, upto: int, older: str) -> None:
    """One rotation after the other, a sweep after each step; the `older` keys stay in that phase."""
    hashes: Any = stack.ports["hashes"]
    for version in range(2, upto + 1):
        past = {str(each): key(each, older) for each in range(1, version - 1)}
        for phases in (("writing", "known"), ("writing", "writing"), (older, "writing")):
            last = {str(version - 1): key(version - 1, phases[0]), str(version): key(version, phases[1])}
            hashes.rotate(past | last)
            sweep(stack)


@pytest.mark.parametrize("older", ["retired", "known"])
def test_after_38_rotations_an_account_is_no_larger_and_can_be_erased(
    stack: ObservedStack, older: str
) -> None:
    verified(stack)
    before = item_size(stack.ports["people"].table.get(key_of("person", USER)))

    rotated(stack, 39, older)

    person = stack.ports["people"].person(USER)
    assert len(person.claims) <= 3 * 2
    assert item_size(stack.ports["people"].table.get(key_of("person", USER))) < before + 600
    assert code(verified(stack, STRANGER)) == "identity_duplicate"
    assert erase(stack).status == 200
    assert verified(stack, STRANGER).status == 200


@pytest.mark.parametrize("gone", ["erased", "expired"])
def test_an_erased_user_with_very_many_claims_is_unreadable_at_once_and_released_later(
    stack: ObservedStack, gone: str
) -> None:
    verified(stack)
    hold_more_claims(stack, 200)

    if gone == "erased":
        assert erase(stack).status == 200
    else:
        stack.clock.advance(400 * 24 * 3600)  # type: ignore[attr-defined]  # it is moved by hand
        sweep(stack)
    first = stack.ports["people"].person(USER)
    sweeps = [sweep(stack)["persons"] for _ in range(6)]

    assert (first.purposes, first.identifiers, first.verified) == ({}, None, False)
    assert sum(sweeps) >= 3
    assert stack.ports["people"].person(USER).claims == ()
    assert verified(stack, STRANGER).status == 200


@pytest.mark.parametrize("alive", range(4))
def test_a_sweep_that_dies_during_a_rotation_hides_nobody(stack: ObservedStack, alive: int) -> None:
    verified(stack)
    hold_more_claims(stack, 200)
    hashes: Any = stack.ports["hashes"]
    hashes.rotate({"1": key(1, "writing"), "2": key(2, "writing")})
    table: Any = stack.ports["people"].table
    written: list[str] = []

    def dying(operation: str, call: Any) -> Any:
        if operation == "TransactWriteItems":
            written.append(operation)
            if len(written) > alive:
                raise SystemExit
        return call()

    table.around = dying
    with suppress(SystemExit):
        sweep(stack)
    table.around = undisturbed

    assert code(verified(stack, STRANGER)) == "identity_duplicate"
    left = [sweep(stack)["behind"] for _ in range(3)]
    hashes.rotate({"2": key(2, "writing")})

    assert left[-1] == 0
    assert len(stack.ports["people"].person(USER).claims) <= 3 * 2
    assert code(verified(stack, STRANGER)) == "identity_duplicate"


def test_a_user_who_returns_while_old_claims_are_being_released_is_verified(stack: ObservedStack) -> None:
    verified(stack)
    hold_more_claims(stack, 200)
    erase(stack)
    stack.clock.advance(1)  # type: ignore[attr-defined]  # as above

    assert verified(stack).status == 200
    assert me(stack)["verified"] is True


def test_the_oldest_dis_of_a_user_are_dropped_and_the_ci_stays() -> None:
    ci = Identifier(Field.CI, ("ci",))
    found: tuple[Identifier, ...] = ()
    for number in range(60):
        found = newest(found, (ci, Identifier(Field.DI, ("DANAL", f"cpid-{number}", "di"))))

    assert len(found) == MOST_IDENTIFIERS
    assert found[0] == ci
    assert [each.parts[1] for each in found[1:]] == [f"cpid-{number}" for number in range(49, 60)]
