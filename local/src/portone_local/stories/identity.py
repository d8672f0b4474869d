"""The stories of persons being verified, each cut off at every call by the crash tests."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portone_local.actors.people import (
    QUARTER,
    STRANGER,
    USER,
    done,
    erase,
    id_of,
    me,
    permit,
    press,
    reveal,
    start,
    sweep,
    typed,
    verified,
    verify,
    wait,
)
from portone_local.gateway.messages import Response
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import ADULT, OTHER_ADULT
from portone_local.stack.stack import Stack
from portone_payments.domain.records.identity import Claim, Person

YEAR = 365 * 24 * 3600
UNDER_WAY = 20


@dataclass(frozen=True, slots=True)
class IdentityStory:
    """`before` makes what it is about, `step` is cut off and taken again; `wanted` holds in the end."""

    name: str
    before: Callable[[ObservedStack], str]
    step: Callable[[ObservedStack, str], object]
    wanted: Callable[[ObservedStack, str], bool]


def _sent(stack: ObservedStack) -> str:
    verification_id = _started(stack)
    press(stack, verification_id, "send", typed())
    return verification_id


def _started(stack: ObservedStack) -> str:
    return id_of(start(stack))


def _confirm(stack: ObservedStack, verification_id: str) -> Response:
    code = "000000"
    if message(stack, verification_id) != "CONFIRMED":
        code = stack.portone.buyer.otp_of(verification_id) if _waits(stack, verification_id) else code
    return press(stack, verification_id, "confirm", {"otp": code})


def _waits(stack: Stack, verification_id: str) -> bool:
    record = stack.portone.identities.records[verification_id]
    return any(attempt.sent for attempt in record.attempts)


def message(stack: Stack, verification_id: str) -> str | None:
    """What is known of the message or the code."""
    answer = stack.app(USER).get(f"/identity-verifications/{verification_id}").json()
    found: str | None = answer["message"]
    return found


def _known(stack: ObservedStack) -> str:
    verified(stack)
    return USER


def _let_another_in(stack: ObservedStack) -> str:
    verified(stack)
    permit(stack)
    return done(stack, person=OTHER_ADULT)


def _two_apart(stack: ObservedStack) -> str:
    """Two accounts of one person that nothing links, until the verification of this id."""
    verified(stack, provider="DANAL", without=frozenset({"verifiedCustomer.ci"}))
    verified(stack, STRANGER, provider="INICIS_UNIFIED")
    return done(stack, STRANGER, provider="DANAL")


def _of_many_claims(stack: ObservedStack) -> str:
    """Somebody whose identifiers do not go in one transaction of DynamoDB's."""
    verified(stack)
    hold_more_claims(stack, 120)
    return USER


def _half_erased(stack: ObservedStack) -> str:
    erase(stack, _of_many_claims(stack))
    return USER


def hold_more_claims(stack: ObservedStack, count: int, user: str = USER) -> None:
    """The user has that many more claims, which no rotation by the runbook leaves."""
    people, person = stack.ports["people"], _stored(stack, user)
    ids = tuple(f"di.1.{number:064d}" for number in range(count))
    for claim_id in ids:
        people.save(Claim(claim_id=claim_id, user_id=user))
    people.save(replace(person, claims=(*person.claims, *ids)))


def _stored(stack: ObservedStack, user: str) -> Person:
    """The person as stored. LookupError for an absent one."""
    person: Person | None = stack.ports["people"].person(user)
    if person is None:
        raise LookupError(user)
    return person


def _nothing_held(stack: ObservedStack, _subject: str) -> bool:
    """An account released in several steps has no claim any more, and the person may verify elsewhere."""
    for _ in range(3):
        sweep(stack)
    held = [item for item in stack.identity_dump() if item["sk"]["S"] == "claim" and "user_id" in item]
    return all(item["user_id"] == {"NULL": True} for item in held) and _free(stack, USER)


def _old(stack: ObservedStack) -> str:
    verified(stack)
    wait(stack, YEAR)
    return USER


def _over(stack: ObservedStack) -> str:
    verification_id = done(stack)
    wait(stack, QUARTER)
    return verification_id


def _of_nobody(_stack: ObservedStack) -> str:
    return USER


def _free(stack: ObservedStack, _subject: str) -> bool:
    """Nothing is known of the user, and the person may come to another account."""
    return not me(stack)["verified"] and verified(stack, STRANGER, ADULT).status == 200  # noqa: PLR2004 - let in


def _facts(stack: ObservedStack, _subject: str) -> bool:
    return bool(me(stack)["verified"])


def _one_message(stack: ObservedStack, verification_id: str) -> bool:
    books = stack.portone.verifications()
    return message(stack, verification_id) == "SENT" and books[verification_id].messages == 1


IDENTITY_STORIES = (
    IdentityStory("start", _of_nobody, lambda stack, _: start(stack), lambda stack, _: bool(start(stack))),
    IdentityStory("verify", done, verify, _facts),
    IdentityStory("verify again", _known, lambda stack, _: verified(stack, purpose="adult"), _facts),
    IdentityStory("verify as another person", _let_another_in, verify, _facts),
    IdentityStory("send", _started, lambda stack, id_: press(stack, id_, "send", typed()), _one_message),
    IdentityStory(
        "resend",
        _sent,
        lambda stack, id_: press(stack, id_, "resend"),
        lambda stack, id_: message(stack, id_) == "SENT",
    ),
    IdentityStory("confirm", _sent, _confirm, lambda stack, id_: message(stack, id_) == "CONFIRMED"),
    IdentityStory("erase", _known, erase, _free),
    IdentityStory("erase somebody of very many claims", _of_many_claims, erase, _nothing_held),
    IdentityStory("let the rest of them go", _half_erased, lambda stack, _: sweep(stack), _nothing_held),
    IdentityStory("sweep a person kept long enough", _old, lambda stack, _: sweep(stack), _free),
    IdentityStory(
        "sweep a verification that is over",
        _over,
        lambda stack, _: sweep(stack),
        lambda stack, id_: stack.ports["people"].attempt(id_).state == "EXPIRED",
    ),
    IdentityStory(
        "let another person in",
        _known,
        lambda stack, _: permit(stack),
        lambda stack, _: verified(stack, person=OTHER_ADULT).status == 200,  # noqa: PLR2004 - let in
    ),
    IdentityStory(
        "look at clear values",
        _known,
        lambda stack, _: reveal(stack),
        lambda stack, _: len(stack.ports["access_log"].lines) > 0,
    ),
    IdentityStory(
        "verify what shows two accounts to be one person",
        _two_apart,
        lambda stack, id_: verify(stack, id_, STRANGER),
        lambda stack, _: len(_stored(stack, STRANGER).contested) > 0,
    ),
    IdentityStory("look at oneself", _known, lambda stack, _: me(stack), _facts),
)
