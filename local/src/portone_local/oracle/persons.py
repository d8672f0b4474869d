"""I6 and I13: a verification is used once, in time, by whoever began it; one person has one account.

Who had a person when is judged by what callers were answered and by PortOne's books; never by our claims.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from portone_local.oracle.evidence import Finding
from portone_local.oracle.journal import Act, Heard
from portone_local.oracle.persons_seen import IdentityEvidence
from portone_local.portone import IdentityStatus

type Identifiers = frozenset[tuple[str, ...]]
_END = {Heard.ERASED, Heard.LOST}


def own_and_used_once(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I6, I13: what a user is shown comes from a verification of their own, in time, VERIFIED at PortOne."""
    seen: set[str] = set()
    for person in evidence.persons.values():
        for purpose, sealed in person.purposes.items():
            name = sealed.verification_id
            attempt, book = evidence.attempts.get(name), evidence.books.get(name)
            if attempt and (attempt.user_id, attempt.purpose) != (person.user_id, purpose):
                yield Finding("I6", None, f"{person.user_id} holds a verification of somebody else")
            if attempt and (attempt.used_at is None or attempt.used_at >= attempt.expires_at):
                yield Finding("I13", None, f"verification {name} was used late or not at all")
            if book is None or book.status is not IdentityStatus.VERIFIED or (evidence.live and book.test):
                yield Finding("I13", None, f"verification {name} is not VERIFIED at PortOne, or only a test")
            if name in seen:
                yield Finding("I13", None, f"verification {name} was used twice")
            seen.add(name)


def let_in_by_their_own(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I6, I13: whoever is let in began that verification, after their last erasure, and PortOne says so."""
    begun = {act.verification_id: act for act in evidence.acts if act.heard is Heard.STARTED}
    for number, act in enumerate(evidence.acts):
        if act.heard is not Heard.LET_IN:
            continue
        [user], start = act.of, begun.get(act.verification_id)
        book = evidence.books.get(act.verification_id)
        if start is not None and start.of != act.of:
            yield Finding("I6", None, f"{user} was let in by a verification of {start.of[0]}")
        if book is None or book.status is not IdentityStatus.VERIFIED:
            yield Finding("I13", None, f"{user} was let in, and PortOne does not say so")
        erased = [each for each in evidence.acts[:number] if each.heard is Heard.ERASED and user in each.of]
        if start is not None and any(start.ended <= each.began <= act.began for each in erased):
            yield Finding("I13", None, f"{user} was let in by a verification from before their erasure")


def one_account(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I13: two accounts of one person are from before the rule, and staff knows or said they may stay."""
    holders: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for person in evidence.persons.values():
        for sealed in person.purposes.values():
            for identifier in identifiers_in(evidence.shown.get(sealed.verification_id, {})):
                if sealed.expires_at > evidence.now:
                    holders[identifier].add(person.user_id)
    for users in {frozenset(each) for each in holders.values()} if evidence.unique else ():
        known = (*evidence.listed, *_may_stay(evidence))
        if len(users) > 1 and not any(users <= each for each in known):
            yield Finding("I13", None, f"{sorted(users)} are one person")


def nobody_is_let_in_twice(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I13: while a person may have one account, no other account of that person is verified."""
    yield from Holding().followed(evidence)


def found_later_is_told(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I13: two accounts that a refused verification shows to be one person are listed, or may stay."""
    holding, now = Holding(), evidence.now
    list(holding.followed(evidence))
    known = (*evidence.listed, *_may_stay(evidence))
    for users, told in holding.met.items() if evidence.unique else ():
        living = all(holding.of(user, now) & told for user in users)
        if living and not any(users <= each for each in known):
            yield Finding("I13", None, f"{sorted(users)} turned out to be one person, and nobody is told")


class Holding:
    """Who held whom, by what callers heard: of each account the verifications that still count.

    `met`: accounts that a refused verification showed to be one person, with what it told.
    """

    def __init__(self) -> None:
        self.held: dict[str, dict[str, tuple[Identifiers, str]]] = defaultdict(dict)
        self.met: dict[frozenset[str], Identifiers] = {}

    def followed(self, evidence: IdentityEvidence) -> Iterator[Finding]:
        """Go through all acts; what was wrong with one of them."""
        for number, act in enumerate(evidence.acts):
            if act.heard in _END:
                for user in act.of:
                    self._gone(user)
            told = frozenset(identifiers_in(evidence.shown.get(act.verification_id, {})))
            if act.heard is Heard.REFUSED:
                self._meet(act, told)
            if act.heard is Heard.LET_IN:
                permitted = (each for each in evidence.acts[:number] if each.heard is Heard.REPLACED)
                yield from self._let_in(act, told, permitted=any(act.of == each.of for each in permitted))

    def of(self, user: str, at: float) -> Identifiers:
        """What a user is known by at an epoch second; nothing for an account that is nobody's."""
        return _all(_living(self.held[user], at))

    def others(self, user: str, told: Identifiers, at: float) -> list[str]:
        """Who else is known by one of these identifiers."""
        return [each for each in self.held if each != user and self.of(each, at) & told]

    def _meet(self, act: Act, told: Identifiers) -> None:
        """Who is refused as one that others hold, and holds the person as well."""
        [user] = act.of
        if self.of(user, act.began) & told:
            for other in self.others(user, told, act.ended):
                self.met[frozenset({user, other})] = told

    def _gone(self, user: str) -> None:
        """The account is nobody's."""
        self.held.pop(user, None)
        self.met = {users: told for users, told in self.met.items() if user not in users}

    def _let_in(self, act: Act, told: Identifiers, *, permitted: bool) -> Iterator[Finding]:
        [user], name = act.of, act.verification_id
        mine = _living(self.held[user], act.began)
        if name in mine:
            return
        known = _all(mine)
        if act.rules.unique and not told & known:
            # one that ends within the call may have ended first
            for other in self.others(user, told, act.ended):
                yield Finding("I13", None, f"{user} was let in as a person whom {other} holds")
        if known and not told & known:
            if not permitted:
                yield Finding("I13", None, f"{user} is somebody else now, and staff said nothing")
            self._gone(user)
            mine = {}
        self.held[user] = {**mine, name: (told, act.until)}


def _all(held: Mapping[str, tuple[Identifiers, str]]) -> Identifiers:
    return frozenset[tuple[str, ...]]().union(*(told for told, _ in held.values()))


def _living(held: Mapping[str, tuple[Identifiers, str]], at: float) -> dict[str, tuple[Identifiers, str]]:
    return {
        name: (told, until)
        for name, (told, until) in held.items()
        if until and dt.datetime.fromisoformat(until).timestamp() > at
    }


def _may_stay(evidence: IdentityEvidence) -> list[frozenset[str]]:
    return [frozenset(act.of) for act in evidence.acts if act.heard is Heard.MAY_STAY]


def identifiers_in(shown: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """What stands for the person in an answer of PortOne's."""
    customer, channel = shown.get("verifiedCustomer", {}), shown.get("channel", {})
    if customer.get("ci"):
        yield "ci", customer["ci"]
    if customer.get("di") and channel:
        yield "di", channel["pgProvider"], channel["pgMerchantId"], customer["di"]


def claims_match(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I13: a claim belongs to the accounts that list it and to no other."""
    held = {(claim.claim_id, claim.user_id) for claim in evidence.claims.values() if claim.user_id}
    held |= {(share.claim_id, share.user_id) for share in evidence.shares}
    listed = {(each, person.user_id) for person in evidence.persons.values() for each in person.claims}
    for _, user in held - listed:
        yield Finding("I13", None, f"a claim is held for {user}, who does not know of it")
    for _, user in listed - held:
        yield Finding("I13", None, f"{user} lists claims that are not held")
    for claim in evidence.claims.values():
        if claim.holders != sum(each == claim.claim_id for each, _ in held):
            yield Finding("I13", None, "a claim counts other holders than it has")
