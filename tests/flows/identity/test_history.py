"""What staff does about a person is recorded in that account: who, when and why, sealed and bounded."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from portone_local.actors.people import USER, erase, me, permit, reveal, sweep, verified, wait
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import OTHER_ADULT
from portone_payments.adapters.aws.envelope import KmsEnvelope
from portone_payments.domain.records.identity import NOTED_MOST

DAY = 24 * 3600


def acts(stack: ObservedStack) -> list[str]:
    return [each.act for each in stack.ports["people"].person(USER).history]


def shown(stack: ObservedStack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reveal(stack).json()["history"]
    return found


def test_the_history_keeps_a_permit_and_its_use_with_who_when_and_why(stack: ObservedStack) -> None:
    verified(stack)
    permit(stack)
    given = me(stack)["checkedAt"]
    wait(stack, 60)
    verified(stack, person=OTHER_ADULT)

    stored = json.dumps(stack.identity_dump())
    history = shown(stack)

    assert [(each["act"], each["reason"]) for each in history] == [
        ("replace", "sold the account"),
        ("replaced", "sold the account"),
    ]
    assert history[0]["at"] == given < history[1]["at"]
    assert all(each["by"].endswith("operator") for each in history)
    assert "sold the account" not in stored


def test_an_unused_permit_stays_known_after_it_ended(stack: ObservedStack) -> None:
    verified(stack)
    permit(stack)
    wait(stack, DAY)
    sweep(stack)

    assert acts(stack) == ["replace"]


def test_repeating_a_permit_does_not_grow_the_record(stack: ObservedStack) -> None:
    verified(stack)

    for _ in range(NOTED_MOST + 3):
        permit(stack)
        wait(stack, 1)

    assert acts(stack) == ["replace"] * NOTED_MOST
    assert len(stack.ports["access_log"].lines) == NOTED_MOST + 3


def test_a_history_is_erased_with_the_person(stack: ObservedStack) -> None:
    verified(stack)
    permit(stack)
    [entry] = stack.ports["people"].person(USER).history

    erase(stack)

    assert acts(stack) == []
    assert entry.key not in json.dumps(stack.identity_dump())


def test_a_history_expires_in_its_own_time_although_the_person_stays(stack: ObservedStack) -> None:
    verified(stack)
    wait(stack, 10 * DAY)
    permit(stack)
    wait(stack, 355 * DAY)
    sweep(stack)
    emptied = acts(stack), me(stack)["verified"]
    wait(stack, 10 * DAY)

    swept = sweep(stack)

    assert emptied == (["replace"], False)
    assert (swept["persons"], acts(stack)) == (1, [])
    assert sweep(stack)["persons"] == 0


def test_a_reason_that_does_not_open_hides_only_itself(stack: ObservedStack) -> None:
    verified(stack)
    permit(stack)
    permit(stack)
    first, _ = stack.ports["people"].person(USER).history
    envelope: KmsEnvelope = stack.ports["envelope"]
    del envelope._client._wrapped[base64.b64decode(first.key)]

    assert [each["reason"] for each in shown(stack)] == [None, "sold the account"]
    assert me(stack)["verified"] is True


@pytest.mark.parametrize("moved", [("key", "reason", "nonce"), ("nonce",), ("by",), ("given",)])
def test_a_reason_opens_for_no_other_act(stack: ObservedStack, moved: tuple[str, ...]) -> None:
    verified(stack)
    permit(stack)
    wait(stack, 60)
    permit(stack)
    person = stack.ports["people"].person(USER)
    first, second = person.history
    other = replace(second, by="user/somebody-else")

    changed = replace(first, **{name: getattr(other, name) for name in moved})
    stack.ports["people"].save(replace(person, history=(changed, second)))

    assert [each["reason"] for each in shown(stack)] == [None, "sold the account"]
