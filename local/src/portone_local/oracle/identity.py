"""I6, I7, I13, I14 about persons, judged from PortOne's books and a dump of the identity table.

It computes nothing as the shipped code does: who was verified comes from what the fake PortOne answers.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from http import HTTPStatus

from portone_local.oracle.ages import ages_are_vouched_for
from portone_local.oracle.evidence import Answered, Finding
from portone_local.oracle.journal import Heard
from portone_local.oracle.observed import ObservedStack
from portone_local.oracle.personal_data import erased_is_gone, nothing_kept_too_long, what_is_sealed_ends
from portone_local.oracle.persons import (
    claims_match,
    found_later_is_told,
    let_in_by_their_own,
    nobody_is_let_in_twice,
    one_account,
    own_and_used_once,
)
from portone_local.oracle.persons_seen import IdentityEvidence
from portone_local.portone import Person
from portone_local.stack.stack import Stack
from portone_local.twins.tables import MemoryQueue
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.identity_keys import decode
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records import identity as records

PROVIDERS = (
    ("DANAL", "example-cpid"),
    ("DANAL", "example-test-cpid"),
    ("KCP_V2", "example-site"),
    ("INICIS_UNIFIED", "example-mid"),
)


CLAUSES = (
    own_and_used_once,
    let_in_by_their_own,
    one_account,
    nobody_is_let_in_twice,
    found_later_is_told,
    ages_are_vouched_for,
    claims_match,
    nothing_kept_too_long,
    what_is_sealed_ends,
    erased_is_gone,
)


def gather_identity(
    stack: Stack, answers: Iterable[Answered] = (), *, aloud: bool = True
) -> IdentityEvidence:
    """What a stack offers; without what was said aloud where only acts are judged."""
    items = stack.identity_dump()
    found = [*_read(items)]
    variables = stack.template["Resources"]["IdentityVerify"]["Properties"]["Environment"]["Variables"]
    books = stack.portone.verifications()
    shares = tuple(each for each in found if isinstance(each, records.Share))
    acts = tuple(stack.journal.acts) if isinstance(stack, ObservedStack) else ()
    met = any(each.heard is Heard.REFUSED for each in acts)
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
        shares=shares,
        people=tuple(stack.portone.identities.people),
        texts=_texts(stack, tuple(answers)) if aloud else {},
        acts=acts,
        listed=_listed(stack, found) if shares or met else (),
    )


def judge_identity(evidence: IdentityEvidence) -> list[Finding]:
    """Every broken invariant."""
    return [
        *(finding for clause in CLAUSES for finding in clause(evidence)),
        *_nothing_aloud(evidence),
    ]


def assert_identity_clean(stack: Stack, answers: Iterable[Answered] = ()) -> None:
    """Raises AssertionError with one line per broken invariant."""
    found = judge_identity(gather_identity(stack, answers))
    if found:
        raise AssertionError("\n".join(f"{each.invariant}: {each.sentence}" for each in found))


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


@lru_cache(maxsize=10_000)
def forms_of(value: str) -> tuple[str, ...]:
    """The value, as JSON escapes it, in hex, and as Base64 shows it at each of three alignments."""
    raw = value.encode()
    # just the characters that the value alone decides: six bits each
    encoded = (
        base64.b64encode(b"\0" * shift + raw).decode()[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        for shift in range(3)
    )
    return (value, json.dumps(value)[1:-1], raw.hex(), raw.hex().upper(), *encoded)


def _read(items: Iterable[Item]) -> Iterator[records.IdentityRecord]:
    """The records in items; what nobody can read is left to whoever repairs it."""
    for item in items:
        with suppress(StorageUnavailable):
            yield decode(item)


def _listed(stack: Stack, found: Iterable[records.IdentityRecord]) -> tuple[frozenset[str], ...]:
    """Which accounts staff sees as perhaps one person's; those in the table, where staff has no list."""
    answer = stack.staff.get("/ops/identity/duplicates")
    if answer.status == HTTPStatus.NOT_FOUND:
        held = (each for each in found if isinstance(each, records.Claim | records.Share))
        return (frozenset(each.user_id for each in held if each.user_id),)
    groups = answer.json()["duplicates"] if answer.status == HTTPStatus.OK else []
    return tuple(frozenset(each["userId"] for each in group["accounts"]) for group in groups)


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
