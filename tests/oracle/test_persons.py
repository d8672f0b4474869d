"""The oracle finds each violation against a person (I6, I13, I14); I7 has tests of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.people import (
    STRANGER,
    USER,
    done,
    erase,
    id_of,
    press,
    start,
    typed,
    verified,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import CLAUSES, gather_identity, judge_identity
from portone_local.oracle.journal import Act, Heard, Rules
from portone_local.portone.identity.people import ADULT, MINOR, OTHER_ADULT
from portone_local.stories.identity import YEAR
from portone_payments.adapters.dynamo.identity_keys import encode
from portone_payments.domain.records.identity import DAY, AttemptState, Claim, Counter, Permit, Person, Share


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


def unmatched_claim(stack: ObservedStack) -> None:
    save(stack, Claim(claim_id="ci.1.unmatched", user_id=USER))


def unmatched_share(stack: ObservedStack) -> None:
    save(stack, Share(claim_id=person(stack).claims[0], user_id=STRANGER, due_at=1))


def miscounted(stack: ObservedStack) -> None:
    claim = stack.ports["people"].claims(person(stack).claims[:1])[person(stack).claims[0]]
    save(stack, replace(claim, shared=1))


def hear(stack: ObservedStack, heard: Heard, user: str, verification_id: str = "", **changes: Any) -> None:
    """A caller is answered this now, whatever is stored."""
    now = stack.clock.now()
    until = "2027-01-01T00:00:00Z" if heard is Heard.LET_IN else ""
    act = Act(
        heard=heard,
        of=(user,),
        began=now,
        ended=now,
        verification_id=verification_id,
        until=until,
    )
    stack.journal.acts.append(replace(act, **changes))


def let_in_by_anothers(stack: ObservedStack) -> None:
    hear(stack, Heard.LET_IN, "user-3", done(stack, STRANGER, OTHER_ADULT))


def let_in_by_nobody(stack: ObservedStack) -> None:
    hear(stack, Heard.LET_IN, "user-3", id_of(start(stack, "user-3")))


def let_in_by_what_was_begun_before(stack: ObservedStack) -> None:
    begun = done(stack)
    wait(stack, 1)
    erase(stack)
    wait(stack, 1)
    hear(stack, Heard.LET_IN, USER, begun)


def let_in_twice(stack: ObservedStack) -> None:
    hear(stack, Heard.LET_IN, "user-3", done(stack, "user-3"))


def somebody_else_now(stack: ObservedStack) -> None:
    hear(stack, Heard.LET_IN, USER, done(stack, person=MINOR))


def found_later_and_not_told(stack: ObservedStack) -> None:
    """One account by a DI alone, one by a CI alone; the one is refused by an answer that has both."""
    late, no_ci = replace(ADULT, key="late"), frozenset({"verifiedCustomer.ci"})
    hear(stack, Heard.LET_IN, "user-3", done(stack, "user-3", late, provider="DANAL", without=no_ci))
    hear(stack, Heard.LET_IN, "user-4", done(stack, "user-4", late, provider="INICIS_UNIFIED"))
    hear(stack, Heard.REFUSED, "user-4", done(stack, "user-4", late, provider="DANAL"))


def begun_as(stack: ObservedStack, person: Any, purpose: str = "signup", **changes: Any) -> None:
    """A third user is verified by a verification of this person, changed as given."""
    began = done(stack, "user-3", person, purpose, provider="INICIS_UNIFIED")
    hear(stack, Heard.LET_IN, "user-3", began, purpose=purpose, **changes)


def an_adult_at_twelve(stack: ObservedStack) -> None:
    begun_as(stack, MINOR, facts={"adult": "yes"})


def a_child_let_in_for_adults(stack: ObservedStack) -> None:
    begun_as(stack, MINOR, rules=Rules(purposes='{"signup": {"minAge": 19}}'))


def a_typed_age_vouched_for(stack: ObservedStack) -> None:
    typed_ones = Rules(providers='{"INICIS_UNIFIED": {"birthDate": "selfDeclared"}}')
    stranger = replace(ADULT, key="typist")
    begun_as(stack, stranger, facts={"adult": "yes"}, rules=typed_ones)


def a_typed_gender_vouched_for(stack: ObservedStack) -> None:
    begun_as(stack, replace(ADULT, key="typist"), facts={"gender": "FEMALE"})


def sealed_for_ever(stack: ObservedStack) -> None:
    items = stack.ports["people"].table.dump()
    for item in items:
        for sealed in item.get("purposes", {}).get("M", {}).values():
            sealed["M"].pop("expires_at")
    # what the code cannot read the oracle still looks at
    stack.ports["people"].table.restore(items)


def a_reason_kept_too_long(stack: ObservedStack) -> None:
    permit = Permit(by="user/operator", key="key", reason="sealed", nonce="n", at=1.0, expires_at=2)
    save(stack, replace(person(stack), permit=permit))


def readable_after_an_erasure(stack: ObservedStack) -> None:
    before = person(stack)
    wait(stack, 1)
    erase(stack)
    after = person(stack)
    save(stack, replace(after, verified=True, purposes=before.purposes, due_at=before.due_at))


def claims_left_by_an_erasure(stack: ObservedStack) -> None:
    before = person(stack)
    wait(stack, 1)
    erase(stack)
    save(stack, replace(person(stack), claims=before.claims, due_at=int(stack.clock.now())))
    wait(stack, DAY)


def a_phone_of_nobody(stack: ObservedStack) -> None:
    erase(stack)
    save(stack, replace(person(stack), phone="phone.1.hash"))


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
    unmatched_claim: "I13",
    unmatched_share: "I13",
    miscounted: "I13",
    let_in_by_anothers: "I6",
    let_in_by_nobody: "I13",
    let_in_by_what_was_begun_before: "I13",
    let_in_twice: "I13",
    somebody_else_now: "I13",
    found_later_and_not_told: "I13",
    an_adult_at_twelve: "I13",
    a_child_let_in_for_adults: "I13",
    a_typed_age_vouched_for: "I13",
    a_typed_gender_vouched_for: "I13",
    sealed_for_ever: "I14",
    a_reason_kept_too_long: "I14",
    readable_after_an_erasure: "I14",
    claims_left_by_an_erasure: "I14",
    a_phone_of_nobody: "I14",
    kept_too_long: "I14",
    never_looked_at: "I14",
    half_erased: "I14",
    without_an_end: "I14",
}


def broken(stack: ObservedStack) -> set[str]:
    return {each.invariant for each in judge_identity(gather_identity(stack, stack.answers))}


def test_an_untampered_table_has_no_findings(stack: ObservedStack) -> None:
    assert broken(stack) == set()


@pytest.mark.parametrize(
    ("plant", "invariant"), PLANTS.items(), ids=lambda each: getattr(each, "__name__", each)
)
def test_a_tampered_table_has_a_finding(
    stack: ObservedStack, plant: Callable[[ObservedStack], None], invariant: str
) -> None:
    plant(stack)

    assert invariant in broken(stack)


def test_each_clause_finds_its_own_violation() -> None:
    seen = set()
    for plant in PLANTS:
        with ObservedStack.in_memory(seed=1) as stack:
            verified(stack)
            verified(stack, STRANGER, OTHER_ADULT)
            press(stack, id_of(start(stack)), "send", typed())
            plant(stack)
            evidence = gather_identity(stack, aloud=False)
            seen |= {clause for clause in CLAUSES if any(clause(evidence))}

    assert [clause.__name__ for clause in CLAUSES if clause not in seen] == []
