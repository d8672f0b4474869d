"""Which accounts hold an identifier. What changes is written with the person, whose `claims` say the same."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from portone_payments.domain.errors.identity import IdentityDuplicate
from portone_payments.domain.records.identity import Claim, Gone, Person, Share
from portone_payments.ports.identity import IdentityStore

type Change = Claim | Share | Gone


def check_alone(person: Person, identifiers: Iterable[Iterable[str]], stored: Mapping[str, Claim]) -> None:
    """Raises `IdentityDuplicate` where other accounts have an identifier that this one has not.

    `identifiers` are the ids each is claimed by.
    """
    if any(beside_others(person, identifiers, stored)):
        raise IdentityDuplicate


def beside_others(
    person: Person, identifiers: Iterable[Iterable[str]], stored: Mapping[str, Claim]
) -> Iterator[str]:
    """The ids of the identifiers that other accounts have and this one has not, or has contested.

    An account from a time when a person might have several blocks no other, nor does one that may stay:
    staff decides about those. What a racing request of the same account claimed meanwhile is its own; the
    write conflicts.
    """
    own, groups = _own(person), groups_of(person, stored)
    for claim_ids in map(tuple, identifiers):
        found = [stored[each] for each in claim_ids if each in stored]
        racing = any(each.user_id == person.user_id and each.claim_id not in person.claims for each in found)
        others = [each for each in found if each.holders > (each.claim_id in person.claims)]
        if not racing and not own & set(claim_ids) and not all(_may_join(each, groups) for each in others):
            yield from claim_ids


def groups_of(person: Person, stored: Mapping[str, Claim]) -> set[str]:
    """The group of accounts that this one may stay with, by what is stored of its claims."""
    found = (stored[each].group for each in _own(person) if each in stored)
    return {each for each in found if each is not None}


def taken(
    person: Person,
    wanted: Sequence[str],
    stored: Mapping[str, Claim],
    now: float,
    *,
    unique: bool,
    groups: Mapping[str, str] | None = None,
) -> Iterator[Change]:
    """The claims once the account has all of `wanted`, together with the accounts that have them already.

    `groups`: those of identifiers by the ids they may be claimed by.
    """
    beside = groups_of(person, stored)
    for claim_id in wanted:
        claim = stored.get(claim_id) or Claim(claim_id=claim_id, user_id=None)
        if claim.holders and claim_id not in person.claims:
            waits = None if _may_join(claim, beside) else claim.due_at or int(now)
            yield from _joined(replace(claim, exclusive=False, due_at=waits), person.user_id, now)
        elif not claim.holders:
            first = replace(claim, user_id=person.user_id, since=now, exclusive=unique)
            yield replace(first, due_at=None, released_at=None, group=(groups or {}).get(claim_id))
        elif unique and claim.holders == 1 and not claim.exclusive:
            yield replace(claim, exclusive=True)


def released(
    person: Person, claim_ids: Iterable[str], now: float, *, store: IdentityStore
) -> Iterator[Change]:
    """The claims without the account; a claim without accounts is free."""
    stored = store.claims(claim_ids)
    left, gone = left_by([person.user_id], stored, now, store=store)
    yield from (claim for each, claim in left.items() if claim is not stored[each])
    yield from gone


def left_by(
    users: Iterable[str], stored: Mapping[str, Claim], now: float, *, store: IdentityStore
) -> tuple[dict[str, Claim], list[Gone]]:
    """All of these claims once none of the accounts has them, and the shares to delete."""
    left, gone = dict(stored), list[Gone]()
    for user in users:
        beside = [each for each, claim in left.items() if claim.user_id != user and claim.shared]
        shares = store.shares(beside, user) if beside else {}
        gone += map(Gone, shares.values())
        for claim_id in stored:
            if left[claim_id].user_id == user:
                left[claim_id] = _left(replace(left[claim_id], user_id=None, since=None), now)
            elif claim_id in shares:
                left[claim_id] = _left(replace(left[claim_id], shared=left[claim_id].shared - 1), now)
    return left, gone


def _own(person: Person) -> set[str]:
    return set(person.claims) - set(person.contested)


def _may_join(claim: Claim, groups: Collection[str]) -> bool:
    """Whether an account of one of the groups may share the claim with the others, as staff decided."""
    return claim.due_at is None and claim.group in groups


def _joined(claim: Claim, user_id: str, now: float) -> Iterator[Change]:
    if claim.user_id is None:
        yield replace(claim, user_id=user_id, since=now)
        return
    yield Share(claim_id=claim.claim_id, user_id=user_id, due_at=int(now))
    yield replace(claim, shared=claim.shared + 1)


def _left(claim: Claim, now: float) -> Claim:
    """One account fewer: of two, the one that is left is no duplicate any more."""
    if claim.holders > 1:
        return claim
    if claim.holders:
        return replace(claim, due_at=None)
    return replace(claim, due_at=None, released_at=int(now), group=None)
