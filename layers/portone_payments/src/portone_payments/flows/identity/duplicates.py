"""Accounts of one person, from a time when that was allowed or found later: staff lists and decides them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.errors.identity import IdentityDuplicatesChanged, IdentityNotFound
from portone_payments.domain.records.identity import IDENTITY_SHARDS, Claim, Person
from portone_payments.flows.identity.claims import Change, left_by
from portone_payments.flows.identity.history import noted
from portone_payments.flows.identity.release import due_of, left_empty
from portone_payments.flows.identity.seal import Sealer
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.identity import Access, AccessLog, IdentityKind, IdentityStore, Wrapped
from portone_payments.ports.store import Page
from portone_payments.ports.world import Meter

SHOWN = 10  # accounts of one claim
COUNTED = 100  # claims of a shard that one sweep reports
MOST_WRITTEN = 100  # DynamoDB's records of one transaction


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Accounts of one person, each with when it was claimed, oldest first; `more`: there are others."""

    accounts: tuple[tuple[str, float], ...]
    since: int
    more: bool


def listed(store: IdentityStore, *, cursor: str | None, limit: int) -> Page[Duplicates]:
    """One page; accounts that share several identifiers are shown once on it. Raises `InvalidRequest`."""
    page = store.duplicates(cursor=cursor, limit=limit)
    groups = {_names(each): each for each in (_of(claim, store) for claim in page.items)}
    return Page(tuple(groups.values()), page.cursor, page.skipped)


def undecided(store: IdentityStore, now: float) -> int:
    """How many claims wait for a decision; of more than a hundred a shard, a hundred."""
    return sum(
        1
        for shard in range(IDENTITY_SHARDS)
        for _ in islice(store.due(IdentityKind.CLAIM, shard, before=now, limit=COUNTED), COUNTED)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Staff decides which accounts of a person may stay; the others lose the person."""

    store: IdentityStore
    sealer: Sealer
    log: AccessLog
    meter: Meter

    def decide(self, accesses: Sequence[Access], keeps: Collection[str]) -> None:
        """Log one access for each account first, then decide; all or none.

        Raises `IdentityNotFound`, `IdentityDuplicatesChanged`, `Busy`; a failing log refuses the decision.
        """
        self._after(accesses, keeps)
        sealed = {each.user_id: self.sealer.sealed_reason(each) for each in accesses}
        for access in accesses:
            self.log.write(access)

        def write() -> None:
            persons, changes = self._after(accesses, keeps)
            told = (_told(persons[each.user_id], each, sealed[each.user_id], keeps) for each in accesses)
            self.store.save(*told, *changes)

        retried(write, meter=self.meter)

    def _after(
        self, accesses: Sequence[Access], keeps: Collection[str]
    ) -> tuple[Mapping[str, Person], tuple[Change, ...]]:
        """The persons as they are, and the claims as they are to be."""
        persons = {each.user_id: self._person(each.user_id) for each in accesses}
        claims = self.store.claims(each for person in persons.values() for each in person.claims)
        holders = {each: _holders(each, persons.values()) for each in claims}
        if _together(claims, holders) != set(persons):
            raise IdentityDuplicatesChanged
        going = [each for each in persons if each not in keeps]
        changed, gone = left_by(going, claims, accesses[0].at, store=self.store)
        settled = {each: _settled(claim, holders[each] & set(keeps)) for each, claim in changed.items()}
        written = [claim for each, claim in settled.items() if claim is not claims[each]]
        if not written:
            raise IdentityDuplicatesChanged
        room = MOST_WRITTEN - len(persons) - len(gone)
        if len(written) > room:
            raise InvalidRequest(field="userIds", reason="too_many")
        if len(keeps) > 1:
            written = _grouped(settled, written, holders, keeps, accesses[0].request_id)[:room]
        left = {user: _decided(person, settled) for user, person in persons.items()}
        return left, (*written, *gone)

    def _person(self, user_id: str) -> Person:
        person = self.store.person(user_id)
        if person is None or not person.claims:
            raise IdentityNotFound
        return person


def _told(person: Person, access: Access, sealed: Wrapped, keeps: Collection[str]) -> Person:
    told = noted(person, access, sealed)
    if person.user_id in keeps:
        return replace(told, due_at=due_of(told))
    return left_empty(told, access.at)


def _grouped(
    claims: Mapping[str, Claim],
    written: Iterable[Claim],
    holders: Mapping[str, set[str]],
    keeps: Collection[str],
    group: str,
) -> list[Claim]:
    """The claims that only staying accounts have, in one group: those written anyway first, then the rest."""
    alone = [
        each
        for each, claim in claims.items()
        if claim.holders and claim.holders == len(holders[each] & set(keeps))
    ]
    names = dict.fromkeys((*(each.claim_id for each in written), *alone))
    return [replace(claims[each], group=group) if each in alone else claims[each] for each in names]


def _decided(person: Person, claims: Mapping[str, Claim]) -> Person:
    """The person with only those claims contested that still wait for a decision."""
    waiting = {each for each, claim in claims.items() if claim.due_at is not None}
    return replace(person, contested=tuple(each for each in person.contested if each in waiting))


def _of(claim: Claim, store: IdentityStore) -> Duplicates:
    first = [(claim.user_id, claim.since or 0.0)] if claim.user_id is not None else []
    found = [*first, *store.sharers(claim.claim_id, limit=SHOWN)]
    accounts = sorted(found[:SHOWN], key=lambda each: each[1])
    return Duplicates(tuple(accounts), claim.due_at or 0, claim.holders > len(accounts))


def _names(found: Duplicates) -> frozenset[str]:
    return frozenset(user for user, _ in found.accounts)


def _holders(claim_id: str, persons: Iterable[Person]) -> set[str]:
    return {person.user_id for person in persons if claim_id in person.claims}


def _together(claims: Mapping[str, Claim], holders: Mapping[str, set[str]]) -> set[str]:
    """The accounts connected by undecided claims, from the first such claim on."""
    open_ones = [holders[each] for each, claim in claims.items() if claim.due_at is not None]
    shared = [each for each in open_ones if len(each) > 1]
    found = set(shared[0]) if shared else set[str]()
    for _ in shared:
        found = found.union(*(each for each in shared if each & found))
    return found


def _settled(claim: Claim, kept: set[str]) -> Claim:
    """Decided where all who are left on it may stay."""
    if claim.due_at is not None and claim.holders == len(kept):
        return replace(claim, due_at=None)
    return claim
