"""Accounts that share one identifier: who is on a claim, who may join, and what is left of it."""

from dataclasses import replace

import pytest

from portone_local.stack.identity import MemoryIdentityStore
from portone_local.twins.ids import SeededIds
from portone_payments.domain.errors.identity import IdentityDuplicate
from portone_payments.domain.records.identity import Claim, Person
from portone_payments.flows.identity.claims import check_alone, released, taken
from portone_payments.ports.store import Conflict

CLAIM = "ci.1.a"


class Holders:
    """Accounts on claims, each change one write with its person."""

    def __init__(self) -> None:
        self.store = MemoryIdentityStore(SeededIds())
        self.now = 100.0

    def person(self, user: str) -> Person:
        return self.store.person(user) or Person(user_id=user)

    def take(self, user: str, *claims: str, unique: bool = False) -> None:
        self.now += 1
        person, stored = self.person(user), self.store.claims(claims)
        changes = tuple(taken(person, claims, stored, self.now, unique=unique))
        self.store.save(replace(person, claims=(*person.claims, *claims)), *changes)

    def leave(self, user: str) -> None:
        self.now += 1
        person = self.person(user)
        changes = tuple(released(person, person.claims, self.now, store=self.store))
        self.store.save(replace(person, claims=()), *changes)

    def claim(self, claim_id: str = CLAIM) -> Claim:
        return self.store.claims([claim_id])[claim_id]

    def refused(self, user: str, *claim_ids: str) -> bool:
        try:
            check_alone(self.person(user), [claim_ids or (CLAIM,)], self.store.claims(claim_ids or (CLAIM,)))
        except IdentityDuplicate:
            return True
        return False


@pytest.fixture
def holders() -> Holders:
    return Holders()


def test_a_claim_is_not_exclusive_while_a_person_may_have_several_accounts(holders: Holders) -> None:
    holders.take("a", CLAIM)
    loose = holders.claim().exclusive
    holders.take("a", CLAIM, unique=True)

    assert (loose, holders.claim().exclusive) == (False, True)


def test_an_account_that_joins_a_claim_is_stored_with_its_time_and_the_claim_is_due(holders: Holders) -> None:
    holders.take("a", CLAIM, unique=True)
    for user in ("b", "c/d", "e"):
        holders.take(user, CLAIM)

    claim = holders.claim()
    assert (claim.user_id, claim.since, claim.holders, claim.exclusive) == ("a", 101.0, 4, False)
    assert claim.due_at == 102
    assert list(holders.store.sharers(CLAIM, limit=2)) == [("b", 102), ("c/d", 103)]


@pytest.mark.parametrize(("first", "last"), [("a", "b"), ("b", "a")])
def test_an_account_that_leaves_admits_no_third_and_leaves_the_other_alone(
    holders: Holders, first: str, last: str
) -> None:
    holders.take("a", CLAIM)
    holders.take("b", CLAIM)

    holders.leave(first)

    assert (holders.claim().holders, holders.claim().due_at) == (1, None)
    assert [holders.refused(user) for user in ("a", "b", "c")] == [first == "a", first == "b", True]
    holders.leave(last)
    assert (holders.refused("c"), holders.claim().released_at) == (False, int(holders.now))


def test_an_account_that_joins_again_is_stored_once(holders: Holders) -> None:
    for user in ("a", "b"):
        holders.take(user, CLAIM)
    for user in ("b", "a", "b"):
        holders.leave(user)
        holders.take(user, CLAIM)

    rows = [user for user, _ in holders.store.sharers(CLAIM, limit=9)]
    assert sorted([*rows, str(holders.claim().user_id)]) == ["a", "b"]
    assert holders.claim().holders == 2


def test_an_account_that_holds_an_identifier_by_one_key_is_no_duplicate_by_another(holders: Holders) -> None:
    for user in ("a", "b"):
        holders.take(user, CLAIM)
    holders.take("a", "ci.2.a", unique=True)

    assert not holders.refused("b", CLAIM, "ci.2.a")
    holders.take("b", "ci.2.a", unique=True)
    assert (holders.claim("ci.2.a").holders, holders.claim("ci.2.a").exclusive) == (2, False)
    assert holders.refused("c", "ci.2.a")


def test_of_two_accounts_that_join_at_once_one_has_to_read_again(holders: Holders) -> None:
    holders.take("a", CLAIM)
    seen = holders.store.claims([CLAIM])
    holders.take("b", CLAIM)

    late = tuple(taken(Person(user_id="c"), [CLAIM], seen, 200.0, unique=False))

    with pytest.raises(Conflict):
        holders.store.save(Person(user_id="c", claims=(CLAIM,)), *late)


def test_a_released_share_is_gone(holders: Holders) -> None:
    for user in ("a", "b"):
        holders.take(user, CLAIM)
    holders.leave("b")

    assert list(holders.store.sharers(CLAIM, limit=9)) == []
    assert [item for item in holders.store.dump() if item["sk"]["S"] == "share"] == []


def test_an_account_that_left_meanwhile_leaves_nothing_behind(holders: Holders) -> None:
    for user in ("a", "b"):
        holders.take(user, CLAIM)
    late = tuple(released(holders.person("b"), [CLAIM], 200.0, store=holders.store))
    holders.leave("b")

    with pytest.raises(Conflict):
        holders.store.save(Person(user_id="d"), *late)


def test_a_contested_claim_admits_an_account_once_it_is_alone(holders: Holders) -> None:
    for user in ("a", "b"):
        holders.take(user, CLAIM)
    holders.store.save(replace(holders.person("b"), contested=(CLAIM,)))

    before = [holders.refused(user) for user in ("a", "b")]
    holders.leave("a")

    assert (before, holders.refused("b")) == ([False, True], False)
