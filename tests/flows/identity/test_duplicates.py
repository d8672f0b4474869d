"""Accounts of one person from a time when that was allowed: listed and decided."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.people import STRANGER, USER, code, erase, sweep, verified, wait
from portone_local.portone.identity.people import ADULT, Person
from tests.support.unkind import UnkindStack, unkind

ROUTE = "/ops/identity/duplicates"
WHY = "asked the customer"


@pytest.fixture
def stack() -> Iterator[UnkindStack]:
    """A person may have several accounts."""
    with unkind(identity_unique="off") as opened:
        yield opened


def twins(stack: UnkindStack, *users: str, person: Person = ADULT) -> None:
    for user in users:
        assert verified(stack, user, person).status == 200
        wait(stack, 60)


def policy(stack: UnkindStack, unique: str) -> None:
    stack.operated(identity_unique=unique)
    sweep(stack)


def page(stack: UnkindStack, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = stack.staff.get(ROUTE + query).json()
    return found


def users(found: dict[str, Any]) -> list[list[str]]:
    return [[account["userId"] for account in each["accounts"]] for each in found["duplicates"]]


def decide(stack: UnkindStack, about: list[str], *keeps: str) -> str:
    return code(stack.staff.post(ROUTE, {"userIds": about, "keeps": list(keeps), "reason": WHY}))


def counted(stack: UnkindStack) -> int:
    return int(stack.counted("IdentityDuplicates"))


def test_no_attention_is_raised_while_a_person_may_have_several_accounts(stack: UnkindStack) -> None:
    twins(stack, USER, STRANGER)

    policy(stack, "off")
    before = counted(stack)
    policy(stack, "on")

    assert (before, counted(stack) > 0) == (0, True)


def test_each_account_is_listed_once_with_when_it_joined(stack: UnkindStack) -> None:
    twins(stack, USER, STRANGER, "a/b#c%d")

    [found] = page(stack)["duplicates"]

    assert users(page(stack)) == [[USER, STRANGER, "a/b#c%d"]]
    assert [each["since"] for each in found["accounts"]] == sorted(
        each["since"] for each in found["accounts"]
    )
    assert (found["more"], ADULT.name in json.dumps(found)) == (False, False)


def test_many_duplicates_are_paged_and_an_unreadable_one_hides_no_other(stack: UnkindStack) -> None:
    for number in range(9):
        twins(stack, f"one-{number}", f"two-{number}", person=replace(ADULT, key=f"twin-{number}"))
    [spoilt, *_] = [item for item in stack.identity_dump() if item.get("shared") == {"N": "1"}]
    stack.ports["people"].table.append(spoilt | {"schema": {"N": "99"}})

    found: set[str] = set()
    cursor: str | None = ""
    while cursor is not None:
        one = page(stack, f"?limit=3{cursor and f'&cursor={cursor}'}")
        found |= {"+".join(each) for each in users(one)}
        cursor = one["cursor"]

    assert found == {f"one-{number}+two-{number}" for number in range(9)}
    assert stack.staff.get(f"{ROUTE}?cursor=7.x").status == 400


def test_a_decision_stores_who_when_and_a_sealed_reason_in_each_account(stack: UnkindStack) -> None:
    twins(stack, USER, STRANGER)

    assert decide(stack, [USER, STRANGER], USER) == "200"

    told = {user: stack.ports["people"].person(user).history[-1] for user in (USER, STRANGER)}
    lines = [(line.act, line.user_id, line.reason) for line in stack.ports["access_log"].lines]
    assert {user: each.act for user, each in told.items()} == {
        USER: "duplicate_kept",
        STRANGER: "duplicate_ended",
    }
    assert lines == [("duplicate_kept", USER, WHY), ("duplicate_ended", STRANGER, WHY)]
    assert WHY not in json.dumps(stack.identity_dump())


def test_an_unavailable_access_log_decides_nothing(stack: UnkindStack) -> None:
    twins(stack, USER, STRANGER)
    stack.ports["access_log"].available = False

    assert decide(stack, [USER, STRANGER], USER) == "storage_unavailable"
    assert users(page(stack)) == [[USER, STRANGER]]


def test_some_accounts_can_be_decided_while_the_rest_stay_listed(stack: UnkindStack) -> None:
    twins(stack, USER, STRANGER, "user-3", "user-4")

    seen_two = decide(stack, [USER, STRANGER], USER, STRANGER)
    ended = decide(stack, [STRANGER, "user-3"], STRANGER)

    assert (seen_two, ended) == ("identity_duplicates_changed", "200")
    assert users(page(stack)) == [[USER, STRANGER, "user-4"]]
    assert decide(stack, [USER, STRANGER, "user-4"], USER, "user-4") == "200"
    assert page(stack)["duplicates"] == []


def test_a_decision_is_requested_again_when_another_account_joins(stack: UnkindStack) -> None:
    twins(stack, USER, STRANGER)
    decide(stack, [USER, STRANGER], USER, STRANGER)

    twins(stack, "user-3")

    assert users(page(stack)) == [[USER, STRANGER, "user-3"]]


def test_accounts_that_changed_meanwhile_are_not_decided(stack: UnkindStack) -> None:
    twins(stack, USER, STRANGER)
    twins(stack, "user-3", "user-4", person=replace(ADULT, key="somebody-else"))
    both = decide(stack, [USER, STRANGER, "user-3", "user-4"], USER)

    erase(stack, STRANGER)

    assert both == "identity_duplicates_changed"
    assert decide(stack, [USER, STRANGER], USER) == "identity_not_found"
    assert decide(stack, ["user-3", "user-4"], "user-3") == "200"
    assert decide(stack, ["user-3", "user-4"], "user-3") == "identity_not_found"


def test_an_account_that_joins_during_a_decision_is_not_decided(stack: UnkindStack) -> None:
    twins(stack, USER, STRANGER)
    table = stack.ports["people"].table
    inner, coming = table.around, ["user-3"]

    def between(operation: str, call: Any) -> Any:
        if operation == "TransactWriteItems" and coming:
            twins(stack, coming.pop())
        return inner(operation, call)

    table.around = between

    assert decide(stack, [USER, STRANGER], USER, STRANGER) == "identity_duplicates_changed"
    assert users(page(stack)) == [[USER, STRANGER, "user-3"]]
