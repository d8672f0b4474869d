"""The oracle sees each way in which a person could be wronged (I6, I13, I14); I7 has tests of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import gather_identity, judge_identity
from portone_local.portone.identity.people import OTHER_ADULT
from portone_local.testing.identifying import (
    STRANGER,
    USER,
    done,
    id_of,
    press,
    start,
    typed,
    verified,
    wait,
)
from portone_local.testing.identity_stories import YEAR
from portone_payments.adapters.identity_keys import encode
from portone_payments.domain.identity_records import AttemptState, Claim, Counter, Person


@pytest.fixture
def stack() -> Iterator[ObservedStack]:
    """Two verified users, and a message on its way."""
    with ObservedStack.in_memory(seed=1) as opened:
        verified(opened)
        verified(opened, STRANGER, OTHER_ADULT)
        press(opened, id_of(start(opened)), "send", typed())
        yield opened


def person(stack: ObservedStack, user: str = USER) -> Person:
    found: Person = stack.ports["people"].person(user)
    return found


def save(stack: ObservedStack, *records: Any) -> None:
    stack.ports["people"].save(*records)


def anothers_verification(stack: ObservedStack) -> None:
    save(stack, replace(person(stack), purposes=person(stack, STRANGER).purposes))


def used_twice(stack: ObservedStack) -> None:
    [sealed] = person(stack).purposes.values()
    save(stack, replace(person(stack), purposes={"signup": sealed, "adult": sealed}))


def used_late(stack: ObservedStack) -> None:
    [sealed] = person(stack).purposes.values()
    attempt = stack.ports["people"].attempt(sealed.verification_id)
    save(stack, replace(attempt, used_at=float(attempt.expires_at)))


def never_verified(stack: ObservedStack) -> None:
    [sealed] = person(stack).purposes.values()
    begun = stack.ports["people"].attempt(id_of(start(stack)))
    used = replace(begun, state=AttemptState.USED, used_at=begun.created_at, due_at=None)
    forged = replace(sealed, verification_id=begun.verification_id)
    save(stack, used, replace(person(stack), purposes={"signup": forged}))


def two_accounts(stack: ObservedStack) -> None:
    [sealed] = person(stack).purposes.values()
    twin = replace(person(stack), user_id="twin", version=0, claims=(), purposes={})
    begun = stack.ports["people"].attempt(done(stack, "twin"))
    used = replace(begun, state=AttemptState.USED, used_at=begun.created_at, due_at=None)
    shown = replace(sealed, verification_id=begun.verification_id)
    save(stack, used, replace(twin, purposes={"signup": shown}))


def lost_claim(stack: ObservedStack) -> None:
    claim = stack.ports["people"].claims(person(stack).claims[:1])[person(stack).claims[0]]
    save(stack, replace(claim, user_id=None, released_at=1))


def stray_claim(stack: ObservedStack) -> None:
    save(stack, Claim(claim_id="ci.1.stray", user_id=USER))


def kept_too_long(stack: ObservedStack) -> None:
    wait(stack, YEAR + 24 * 3600)


def never_looked_at(stack: ObservedStack) -> None:
    save(stack, replace(person(stack), due_at=None))


def half_erased(stack: ObservedStack) -> None:
    save(stack, replace(person(stack), purposes={}, due_at=None))


def without_an_end(stack: ObservedStack) -> None:
    item = encode(Counter(counter_id="endless", expires_at=1), "token")
    stack.ports["people"].table.append({name: item[name] for name in item if name != "ttl"})


PLANTS: dict[Callable[[ObservedStack], None], str] = {
    anothers_verification: "I6",
    used_twice: "I13",
    used_late: "I13",
    never_verified: "I13",
    two_accounts: "I13",
    lost_claim: "I13",
    stray_claim: "I13",
    kept_too_long: "I14",
    never_looked_at: "I14",
    half_erased: "I14",
    without_an_end: "I14",
}


def broken(stack: ObservedStack) -> set[str]:
    return {each.invariant for each in judge_identity(gather_identity(stack, stack.answers))}


def test_what_nobody_tampered_with_is_clean(stack: ObservedStack) -> None:
    assert broken(stack) == set()


@pytest.mark.parametrize(
    ("plant", "invariant"), PLANTS.items(), ids=lambda each: getattr(each, "__name__", each)
)
def test_what_was_tampered_with_is_seen(
    stack: ObservedStack, plant: Callable[[ObservedStack], None], invariant: str
) -> None:
    plant(stack)

    assert invariant in broken(stack)
