"""`make hash-keys`: a key passes its phases one step at a time, and no key in use is removed."""

import json
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from portone_local.actors.people import STRANGER, code, sweep, verified
from portone_local.operator.hash_keys import Held, Moment, Refused, after, moved_on, standing_in, told
from portone_local.operator.target import Place
from portone_local.oracle import ObservedStack
from portone_local.stack.identity import IDENTITY_HASH_KEYS, identity_resources
from portone_local.stack.ministack import MiniStack
from portone_payments.adapters.aws.hashes import HashKeys
from portone_payments.adapters.dynamo.identity import DynamoIdentityStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.records.identity import DAY, Person
from tests.support.fixtures import ministack

__all__ = ["ministack"]

NOW = 1_767_330_000.0
QUARTER = 15 * 60
OLD, NEW = "an-example-key-of-identity-hashes-1", "an-example-key-of-identity-hashes-2"


def held(**phases: str) -> Held:
    entries = {
        name[1:]: {"phase": phase, "key": OLD, "since": NOW - 30 * DAY} for name, phase in phases.items()
    }
    return Held.of({"keys": entries}, NOW - QUARTER)


def moment(now: float = NOW) -> Moment:
    return Moment(now=now, new_key=NEW, kept_days=366)


def phases(keys: Held) -> dict[int, str]:
    return {version: str(said["phase"]) for version, said in keys.keys.items()}


def test_a_rotation_has_four_steps_from_a_fresh_deployment() -> None:
    keys = Held.of({"keys": {}, "first": OLD}, NOW - QUARTER)
    seen = []
    for step in ("add", "write", "retire"):
        keys = after(step, keys, Counter({2: 5}), moment())
        seen.append(phases(keys))
    gone = after("remove", keys, Counter({2: 5}), moment(NOW + 366 * DAY))

    assert seen == [
        {1: "writing", 2: "known"},
        {1: "writing", 2: "writing"},
        {1: "retired", 2: "writing"},
    ]
    assert phases(gone) == {2: "writing"}
    assert HashKeys.parse(json.loads(gone.secret())).writing == 2


@pytest.mark.parametrize(
    ("step", "keys", "standing", "said"),
    [
        ("add", held(v1="writing", v2="known"), {}, "finish that rotation"),
        ("add", held(v1="writing", v2="writing"), {}, "finish that rotation"),
        ("write", held(v1="writing"), {}, "STEP=add"),
        ("write", held(v1="known", v2="writing"), {}, "STEP=add"),
        ("retire", held(v1="writing"), {}, "no older version"),
        ("retire", held(v1="writing", v2="known"), {}, "no older version"),
        (
            "retire",
            held(v1="writing", v2="writing"),
            {1: 1, 2: 999},
            "1 persons do not stand",
        ),
        ("retire", held(v1="writing", v2="writing"), {7: 3}, "3 persons do not stand"),
        ("remove", held(v1="retired", v2="writing"), {1: 2}, "2 persons stand under version 1"),
        ("remove", held(v1="retired", v2="writing"), {}, "was retired 366 days ago"),
        ("remove", held(v1="writing"), {}, "no version was retired"),
    ],
)
def test_a_step_that_would_hide_somebody_or_comes_too_early_is_refused(
    step: str, keys: Held, standing: dict[int, int], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        after(step, keys, Counter(standing), moment())


def test_no_step_is_made_while_a_container_may_use_the_former_secret() -> None:
    with pytest.raises(Refused, match="again in 1 minutes"):
        after("add", held(v1="writing"), Counter(), moment(NOW - 1))


def test_no_output_shows_a_key() -> None:
    lines = told(held(v1="retired", v3="writing"), Counter({2: 4, 3: 1}))

    assert lines == [
        "version 1: retired, 0 persons",
        "version 3: writing, 1 persons",
        "version 2: NOT IN THE SECRET, 4 persons",
        "left: 4",
    ]
    assert NEW not in repr(moment())


def test_38_rotations_by_the_command_hide_nobody_and_keep_the_secret_short() -> None:
    with ObservedStack.in_memory(seed=1) as stack:
        clock: Any = stack.clock
        keys = Held.of({"keys": IDENTITY_HASH_KEYS}, 0.0)
        for _ in range(38):
            assert verified(stack).status == 200
            for step in ("add", "write", "retire"):
                clock.advance(10 * DAY)
                sweep(stack)
                new = f"example-key-of-identity-hashes-{max(keys.keys)}"
                here = Moment(now=clock.now(), new_key=new, kept_days=30)
                keys = after(step, keys, standing_in(stack.ports["people"]), here)
                stack.ports["hashes"].rotate(json.loads(keys.secret())["keys"])
            with suppress(Refused):
                keys = after("remove", keys, standing_in(stack.ports["people"]), here)
            assert code(verified(stack, STRANGER)) == "identity_duplicate"

        assert max(keys.keys) == 39
        assert len(keys.keys) <= 3


@pytest.mark.ministack
def test_a_secret_on_the_local_aws_is_shown_and_rotated(ministack: MiniStack) -> None:
    names = identity_resources(ministack, "hash-keys")
    dynamodb, secrets = ministack.client("dynamodb"), ministack.client("secretsmanager")
    DynamoIdentityStore(dynamodb, names["IdentityTable"], RandomIds()).save(
        Person(user_id="user-1", hash_version=1)
    )
    place = Place(dynamodb, None, "", "", secrets, names)
    later = time.time() + QUARTER

    shown = moved_on("show", place, moment(later))
    moved = moved_on("add", place, moment(later))

    assert shown == ["version 1: writing, 1 persons", "left: 0"]
    assert moved == ["version 1: writing, 1 persons", "version 2: known, 0 persons", "left: 0"]
    assert moved_on("show", place, moment(later)) == moved
    with pytest.raises(Refused, match="less than 15 minutes"):
        moved_on("write", place, moment(later - 60))
