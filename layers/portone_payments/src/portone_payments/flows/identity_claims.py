"""Which accounts hold an identifier. What changes is written with the person, whose `claims` say the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from portone_payments.domain.identity_errors import IdentityDuplicate
from portone_payments.domain.identity_records import Claim, Person, Share
from portone_payments.ports_identity import IdentityStore

type Change = Claim | Share


def check_alone(person: Person, identifiers: Iterable[Iterable[str]], stored: Mapping[str, Claim]) -> None:
    """Raises `IdentityDuplicate` where others hold an identifier that the account does not.

    `identifiers` are the ids each is claimed by. An account from a time when a person might have several is
    refused nothing: staff says what is to be. What a racing request of the same account claimed meanwhile is
    no other's; the write conflicts.
    """
    for claim_ids in identifiers:
        held = [stored[each] for each in claim_ids if each in stored and stored[each].holders]
        own = set(claim_ids) & set(person.claims) or any(each.user_id == person.user_id for each in held)
        if held and not own:
            raise IdentityDuplicate


def taken(
    person: Person,
    wanted: Sequence[str],
    stored: Mapping[str, Claim],
    now: float,
    *,
    store: IdentityStore,
    unique: bool,
) -> Iterator[Change]:
    """The claims as they are once the account holds all of `wanted`, beside whoever holds them."""
    joined = [each for each in wanted if each not in person.claims and _held(stored.get(each))]
    shares = store.shares(joined, person.user_id) if joined else {}
    for claim_id in wanted:
        claim = stored.get(claim_id) or Claim(claim_id=claim_id, user_id=None)
        if claim_id in joined:
            yield from _joined(claim, person.user_id, shares.get(claim_id), now)
        elif not claim.holders:
            yield replace(
                claim, user_id=person.user_id, since=now, exclusive=unique, due_at=None, released_at=None
            )
        elif unique and claim.holders == 1 and not claim.exclusive:
            yield replace(claim, exclusive=True)


def released(
    person: Person, claim_ids: Iterable[str], now: float, *, store: IdentityStore
) -> Iterator[Change]:
    """The claims without the account; one that nobody is left on is free for anybody."""
    stored = store.claims(claim_ids)
    yield from without(person.user_id, stored, shares_in(stored, person.user_id, store), now)


def shares_in(stored: Mapping[str, Claim], user_id: str, store: IdentityStore) -> Mapping[str, Share]:
    """The account's shares in these claims."""
    beside = [each for each, claim in stored.items() if claim.user_id != user_id and claim.shared]
    return store.shares(beside, user_id) if beside else {}


def without(
    user_id: str, stored: Mapping[str, Claim], shares: Mapping[str, Share], now: float
) -> Iterator[Change]:
    """These claims and shares without the account, as far as it holds them."""
    for claim_id, claim in stored.items():
        share = shares.get(claim_id)
        if claim.user_id == user_id:
            yield _left(replace(claim, user_id=None, since=None), now)
        elif share is not None and share.released_at is None:
            yield replace(share, released_at=int(now))
            yield _left(replace(claim, shared=claim.shared - 1), now)


def _held(claim: Claim | None) -> bool:
    return claim is not None and claim.holders > 0


def _joined(claim: Claim, user_id: str, share: Share | None, now: float) -> Iterator[Change]:
    due = int(now) if claim.due_at is None else claim.due_at
    if claim.user_id is None:
        yield replace(claim, user_id=user_id, since=now, exclusive=False, due_at=due)
        return
    kept = share or Share(claim_id=claim.claim_id, user_id=user_id, due_at=0)
    yield replace(kept, due_at=int(now), released_at=None)
    yield replace(claim, shared=claim.shared + 1, exclusive=False, due_at=due)


def _left(claim: Claim, now: float) -> Claim:
    """One account fewer: of two, the one that is left is no duplicate any more."""
    if claim.holders > 1:
        return claim
    return replace(claim, due_at=None, released_at=None if claim.holders else int(now))
