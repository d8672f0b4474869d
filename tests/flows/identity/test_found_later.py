"""Two accounts not known to be one person until a PG gives both their identifiers at once."""

from collections.abc import Iterator

import pytest

from portone_local.actors.people import (
    STRANGER,
    USER,
    code,
    done,
    erase,
    me,
    sweep,
    verified,
    verify,
    wait,
)
from portone_local.portone import IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT
from tests.support.unkind import UnkindStack, unkind

ROUTE = "/ops/identity/duplicates"
NO_CI = Unknowns(identity=IdentityUnknowns(ci_is_given=False))
THIRD = "user-3"


@pytest.fixture
def stack() -> Iterator[UnkindStack]:
    """USER is known by a DI of Danal's alone, STRANGER by a CI and a DI of Inicis'."""
    with unkind(unknowns=NO_CI) as opened:
        assert verified(opened, provider="DANAL").status == 200
        opened.portone.identities.unknowns = Unknowns().identity
        assert verified(opened, STRANGER, provider="INICIS_UNIFIED").status == 200
        wait(opened, 60)
        yield opened


def listed(stack: UnkindStack) -> list[list[str]]:
    found = stack.staff.get(ROUTE).json()["duplicates"]
    return [[account["userId"] for account in each["accounts"]] for each in found]


def decide(stack: UnkindStack, *keeps: str) -> int:
    body = {"userIds": [USER, STRANGER], "keeps": list(keeps), "reason": "asked the customer"}
    return stack.staff.post(ROUTE, body).status


def two_keys() -> dict[str, dict[str, str]]:
    name = "example-key-of-identity-hashes-number-"
    return {each: {"phase": "writing", "key": f"{name}{each}"} for each in ("1", "2")}


def at_danal(stack: UnkindStack, user: str) -> str:
    return code(verified(stack, user, provider="DANAL"))


@pytest.mark.parametrize("user", [USER, STRANGER])
def test_accounts_found_to_be_one_person_are_listed_and_refused_until_staff_decides(
    stack: UnkindStack, user: str
) -> None:
    other = STRANGER if user == USER else USER
    before = (listed(stack), me(stack, user))

    refused = [at_danal(stack, user) for _ in range(2)]
    sweep(stack)

    assert (refused, listed(stack)) == (["identity_duplicate"] * 2, [[other, user]])
    assert before == ([], me(stack, user))
    assert stack.counted("IdentityDuplicates") > 0
    assert verified(stack, STRANGER, provider="INICIS_UNIFIED").status == 200
    assert at_danal(stack, user) == "identity_duplicate"


@pytest.mark.parametrize("keeps", [(USER,), (STRANGER,), (USER, STRANGER)])
def test_an_account_that_may_stay_is_admitted_and_no_other(
    stack: UnkindStack, keeps: tuple[str, ...]
) -> None:
    at_danal(stack, STRANGER)

    assert decide(stack, *keeps) == 200

    wanted = {user: "200" if user in keeps else "identity_duplicate" for user in (USER, STRANGER)}
    assert {user: me(stack, user)["verified"] for user in wanted} == {user: user in keeps for user in wanted}
    assert {
        user: at_danal(stack, user) for user in sorted(wanted, key=lambda each: each not in keeps)
    } == wanted
    assert (at_danal(stack, THIRD), listed(stack)) == ("identity_duplicate", [])


def test_a_user_without_an_account_is_refused_and_not_listed(stack: UnkindStack) -> None:
    assert at_danal(stack, THIRD) == "identity_duplicate"
    assert code(verified(stack, THIRD, provider="INICIS_UNIFIED")) == "identity_duplicate"
    assert listed(stack) == []


def test_erasing_one_account_admits_the_other(stack: UnkindStack) -> None:
    at_danal(stack, STRANGER)

    erase(stack, USER)
    wait(stack, 1)

    assert (at_danal(stack, STRANGER), listed(stack)) == ("200", [])
    assert at_danal(stack, USER) == "identity_duplicate"


def test_erasing_the_refused_account_leaves_no_record_of_it(stack: UnkindStack) -> None:
    at_danal(stack, STRANGER)
    claims = stack.ports["people"].person(STRANGER).claims

    erase(stack, STRANGER)
    wait(stack, 1)

    left = [item for item in stack.identity_dump() if item.get("user_id") == {"S": STRANGER}]
    assert claims
    assert [item["sk"]["S"] for item in left if any(each in str(item) for each in claims)] == []
    assert (at_danal(stack, USER), listed(stack)) == ("200", [])


def test_a_rotation_keeps_them_listed_and_refused(stack: UnkindStack) -> None:
    at_danal(stack, STRANGER)
    keys = two_keys()

    stack.ports["hashes"].rotate(keys)
    sweep(stack)
    stack.ports["hashes"].rotate(keys | {"1": keys["1"] | {"phase": "retired"}})
    sweep(stack)

    assert (at_danal(stack, STRANGER), listed(stack)) == ("identity_duplicate", [[USER, STRANGER]])
    assert decide(stack, USER, STRANGER) == 200
    assert at_danal(stack, STRANGER) == "200"


def test_a_decision_of_staff_stands_under_a_new_hash_key(stack: UnkindStack) -> None:
    at_danal(stack, STRANGER)
    decide(stack, USER, STRANGER)

    stack.ports["hashes"].rotate(two_keys())
    sweep(stack)

    assert (listed(stack), at_danal(stack, USER), at_danal(stack, STRANGER)) == ([], "200", "200")
    assert (listed(stack), at_danal(stack, THIRD)) == ([], "identity_duplicate")


def test_a_refused_verification_counts_once_staff_has_decided(stack: UnkindStack) -> None:
    verification = done(stack, STRANGER, ADULT, provider="DANAL")
    refused = code(verify(stack, verification, STRANGER))
    decide(stack, STRANGER)

    assert (refused, code(verify(stack, verification, STRANGER))) == ("identity_duplicate", "200")
