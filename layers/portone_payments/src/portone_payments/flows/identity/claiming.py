"""Under which hash keys an account claims the identifiers of its person, as far as one transaction goes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from portone_payments.domain.identity.rules import Identifier
from portone_payments.domain.records.identity import Claim, Person
from portone_payments.flows.identity.claims import Change, released, taken
from portone_payments.ports.identity import Hashes, IdentityStore

ROOM = 90
"""Claims and shares written in one transaction, which holds a hundred items."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Claims as they change, what the account holds then, and the hash key it stands under."""

    changes: tuple[Change, ...]
    held: tuple[str, ...]
    hash_version: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an account is to be claimed by, and what is stored of it.

    `claimed`: the ids to hold; `by_identifier`: all ids of each identifier; `over`: claims that go.
    """

    claimed: tuple[str, ...]
    by_identifier: tuple[tuple[str, ...], ...]
    over: tuple[str, ...]
    stored: Mapping[str, Claim]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming:
    """Reads claims and saves none."""

    store: IdentityStore
    hashes: Hashes
    unique: bool

    def claim_ids(self, identifiers: Iterable[Identifier]) -> tuple[tuple[str, ...], ...]:
        """What each identifier may be claimed as."""
        return tuple(self.hashes.claim_ids(each) for each in identifiers)

    def wanted(self, person: Person, identifiers: Iterable[Identifier], *, opened: bool) -> Wanted:
        """To be claimed for the person; `opened`: these are all that stand for it."""
        by_identifier = self.claim_ids(identifiers)
        looked_up = tuple(each for claim_ids in by_identifier for each in claim_ids)
        alive = self.hashes.claimed()
        claimed = tuple(each for each in looked_up if self.hashes.version_of(each) in alive)
        over = tuple(self._over(person, () if opened else alive))
        return Wanted(claimed, by_identifier, over, self.store.claims(looked_up))

    def moved(self, person: Person, wanted: Wanted, now: float) -> Moved:
        """As many as one transaction takes; an account with more keeps the rest for the next one."""
        writing, claimed = self.hashes.writing(), wanted.claimed
        groups = dict(_groups(wanted))
        changes = tuple(taken(person, claimed, wanted.stored, now, unique=self.unique, groups=groups))
        gone_by = tuple(each for each in wanted.over if each not in claimed)
        left = gone_by[: (ROOM - len(changes)) // 2]
        gone = tuple(released(person, left, now, store=self.store)) if left else ()
        stay = (each for each in person.claims if each not in left)
        held = tuple(dict.fromkeys((*stay, *claimed)))
        return Moved((*changes, *gone), held, writing if left == gone_by else max(writing - 1, 1))

    def _over(self, person: Person, alive: Iterable[int]) -> Iterator[str]:
        """The claims that go unless they are still claimed: of a retired key, of an identifier no longer had.

        A key newer than all we know is known to another container.
        """
        newest_key = self.hashes.versions()[-1]
        for each in person.claims:
            made_by = self.hashes.version_of(each)
            if made_by <= newest_key and made_by not in alive:
                yield each


def _groups(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """Every id of an identifier with the group it is in, by whatever hash key."""
    for claim_ids in wanted.by_identifier:
        found = (wanted.stored[each].group for each in claim_ids if each in wanted.stored)
        group = next((each for each in found if each is not None), None)
        if group is not None:
            yield from ((each, group) for each in claim_ids)


def contested(person: Person, wanted: Wanted) -> set[str]:
    """What is contested for the account, by every hash key."""
    before = set(person.contested)
    ids = {each for claim_ids in wanted.by_identifier if before & set(claim_ids) for each in claim_ids}
    return before | ids
