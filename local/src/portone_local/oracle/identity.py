"""I6, I7, I13, I14 about persons, judged from PortOne's books and a dump of the identity table.

It computes nothing as the shipped code does: who was verified comes from what the fake PortOne answers.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from portone_local.memory import MemoryQueue
from portone_local.oracle.evidence import Answered, Finding
from portone_local.portone import IdentityStatus, Person, VerificationBook
from portone_local.stack import Stack
from portone_payments.adapters.codec import Item
from portone_payments.adapters.identity_keys import decode
from portone_payments.domain import identity_records as records

DAY = 24 * 3600
PROVIDERS = (
    ("DANAL", "example-cpid"),
    ("DANAL", "example-test-cpid"),
    ("KCP_V2", "example-site"),
    ("INICIS_UNIFIED", "example-mid"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEvidence:
    """A moment of a stack, as far as it is about persons; `shown` is what PortOne answers by id."""

    now: float
    live: bool
    unique: bool
    books: Mapping[str, VerificationBook]
    shown: Mapping[str, Mapping[str, Any]]
    items: tuple[Item, ...]
    attempts: Mapping[str, records.Attempt]
    persons: Mapping[str, records.Person]
    claims: Mapping[str, records.Claim]
    people: tuple[Person, ...]
    texts: Mapping[str, str]


def gather_identity(stack: Stack, answers: Iterable[Answered] = ()) -> IdentityEvidence:
    """What a stack offers."""
    items = stack.identity_dump()
    found = [decode(item) for item in items]
    variables = stack.template["Resources"]["IdentityVerify"]["Properties"]["Environment"]["Variables"]
    books = stack.portone.verifications()
    return IdentityEvidence(
        now=stack.clock.now(),
        live=variables["MODE"] == "live",
        unique=variables["IDENTITY_UNIQUE"] == "on",
        books=books,
        shown={name: stack.portone.identities.answer(name) or {} for name in books},
        items=tuple(items),
        attempts={each.verification_id: each for each in found if isinstance(each, records.Attempt)},
        persons={each.user_id: each for each in found if isinstance(each, records.Person)},
        claims={each.claim_id: each for each in found if isinstance(each, records.Claim)},
        people=tuple(stack.portone.identities.people),
        texts=_texts(stack, tuple(answers)),
    )


def judge_identity(evidence: IdentityEvidence) -> list[Finding]:
    """Every broken invariant."""
    return [
        *_own_and_used_once(evidence),
        *_one_account(evidence),
        *_claims_match(evidence),
        *_nothing_kept_too_long(evidence),
        *_nothing_aloud(evidence),
    ]


def assert_identity_clean(stack: Stack, answers: Iterable[Answered] = ()) -> None:
    """Raises AssertionError with one line per broken invariant."""
    found = judge_identity(gather_identity(stack, answers))
    if found:
        raise AssertionError("\n".join(f"{each.invariant}: {each.sentence}" for each in found))


def _own_and_used_once(evidence: IdentityEvidence) -> Iterator[Finding]:
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


def _one_account(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I13: no identifier that PortOne showed of a used verification stands in two accounts."""
    holders: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for person in evidence.persons.values():
        for sealed in person.purposes.values():
            for identifier in _identifiers(evidence.shown.get(sealed.verification_id, {})):
                holders[identifier].add(person.user_id)
    if evidence.unique:
        for users in holders.values():
            if len(users) > 1:
                yield Finding("I13", None, f"{sorted(users)} are one person")


def _identifiers(shown: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    customer, channel = shown.get("verifiedCustomer", {}), shown.get("channel", {})
    if customer.get("ci"):
        yield "ci", customer["ci"]
    if customer.get("di") and channel:
        yield "di", channel["pgProvider"], channel["pgMerchantId"], customer["di"]


def _claims_match(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I13: a claim is held by the account that lists it, and every listed one is held."""
    for claim in evidence.claims.values():
        holder = evidence.persons.get(claim.user_id or "")
        if claim.user_id is not None and (holder is None or claim.claim_id not in holder.claims):
            yield Finding("I13", None, f"a claim is held for {claim.user_id}, who does not know of it")
    for person in evidence.persons.values():
        held = {each for each in person.claims if _holds(evidence, each, person.user_id)}
        if evidence.unique and held != set(person.claims):
            yield Finding("I13", None, f"{person.user_id} lists claims that are not held")


def _holds(evidence: IdentityEvidence, claim_id: str, user_id: str) -> bool:
    claim = evidence.claims.get(claim_id)
    return claim is not None and claim.user_id == user_id


def _nothing_kept_too_long(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I14: everything has an expiry, and a day after it there is nothing to read."""
    for attempt in evidence.attempts.values():
        if attempt.sending and attempt.expires_at + DAY <= evidence.now:
            yield Finding("I14", None, f"verification {attempt.verification_id} still holds a phone's hash")
    for person in evidence.persons.values():
        ends = [sealed.expires_at for sealed in person.purposes.values()]
        if ends and min(ends) + DAY <= evidence.now:
            yield Finding("I14", None, f"{person.user_id} is kept too long")
        if ends and person.due_at is None:
            yield Finding("I14", None, f"{person.user_id} is never looked at again")
        if not ends and (person.identifiers or person.claims or person.verified):
            yield Finding("I14", None, f"something is left of {person.user_id}")
    for item in evidence.items:
        if "ttl" not in item and "due_at" not in item and item["sk"]["S"] != "claim":
            yield Finding("I14", None, f"a {item['sk']['S']} without an end")


def _nothing_aloud(evidence: IdentityEvidence) -> Iterator[Finding]:
    """I7: no name, phone, birth date, resident digits, CI or DI, in clear, Base64 or hex."""
    for where, text in evidence.texts.items():
        for person in evidence.people:
            for name, value in private_of(person).items():
                if any(form in text for form in forms_of(value)):
                    yield Finding("I7", None, f"the {name} of a person is in {where}")


def private_of(person: Person) -> dict[str, str]:
    """What must not be found of a person anywhere, by what it is."""
    dis = {f"DI at {provider} {merchant}": person.di(provider, merchant) for provider, merchant in PROVIDERS}
    return {
        "name": person.name,
        "phone": person.phone,
        "birth date": person.birth_date,
        "resident number": person.birth_and_sex,
        "CI": person.ci,
        **dis,
    }


def forms_of(value: str) -> tuple[str, ...]:
    """The value, as JSON escapes it, in hex, and as Base64 shows it at each of three alignments."""
    raw = value.encode()
    # just the characters that the value alone decides: six bits each
    encoded = (
        base64.b64encode(b"\0" * shift + raw).decode()[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        for shift in range(3)
    )
    return (value, json.dumps(value)[1:-1], raw.hex(), raw.hex().upper(), *encoded)


def _texts(stack: Stack, answers: tuple[Answered, ...]) -> dict[str, str]:
    queue = stack.ports["queue"]
    bodies = list(queue.bodies) if isinstance(queue, MemoryQueue) else []
    refusals = [answer.body for answer in answers if answer.status >= HTTPStatus.BAD_REQUEST]
    return {
        "a log line": "\n".join(stack.logs),
        "a metric": "\n".join(stack.metrics),
        "a queue body": "\n".join(bodies),
        "an error answer": "\n".join(refusals),
        "the identity table": json.dumps(stack.identity_dump(), ensure_ascii=False),
        "the payments table": json.dumps(stack.dump(), ensure_ascii=False),
    }
