"""A restored identity table: every erasure since the backup is repeated."""

import json
from collections.abc import Callable
from dataclasses import replace

from portone_local.actors.people import (
    STRANGER,
    USER,
    code,
    erase,
    me,
    permit,
    sent,
    start,
    verified,
    wait,
)
from portone_local.operator.erase_again import Done, erase_again, tell
from portone_local.oracle import ObservedStack
from portone_local.portone.identity.people import ADULT, OTHER_ADULT
from portone_local.twins.logs import RecordingMeter
from portone_payments.flows.identity.erase import Custodian

DAY = 24 * 3600
KEYS = {
    "1": {"phase": "writing", "key": "example-key-of-identity-hashes-number-1"},
    "2": {"phase": "writing", "key": "example-key-of-identity-hashes-number-2"},
}


def restored(stack: ObservedStack, *acts: Callable[[], object]) -> None:
    """A minute later something happens, and then the identity table is what it was before."""
    before = stack.identity_dump()
    wait(stack, 60)
    for act in acts:
        act()
    stack.ports["people"].table.restore(before)


def again(stack: ObservedStack) -> Done:
    """The runbook's command."""
    custodian = Custodian(
        store=stack.ports["people"],
        erasures=stack.ports["erasures"],
        hashes=stack.ports["hashes"],
        clock=stack.clock,
        meter=RecordingMeter(),
        kept_days=0,
    )
    *_, done = erase_again(stack.identity_dump(), stack.erasures_dump(), custodian)
    return done


def test_erasures_since_the_backup_are_repeated_and_nobody_else_is_erased(stack: ObservedStack) -> None:
    verified(stack)
    permit(stack)
    verified(stack, STRANGER, OTHER_ADULT)
    restored(stack, lambda: erase(stack))

    first, second = again(stack), again(stack)

    assert first == Done(users=2, erased=1)
    assert second == Done(users=2, before=1)
    assert (me(stack)["verified"], me(stack, STRANGER)["verified"]) == (False, True)
    assert stack.ports["people"].person(USER).history == ()
    assert verified(stack, "user-3", ADULT).status == 200


def test_a_verification_begun_before_an_erasure_does_not_count_after_a_restore(
    stack: ObservedStack,
) -> None:
    begun = sent(stack)
    restored(stack, lambda: erase(stack))

    assert again(stack) == Done(users=1, erased=1)
    assert stack.ports["people"].attempt(begun).sending is None
    assert code(stack.app(USER).post(f"/identity-verifications/{begun}/verify")) == "verification_expired"


def test_a_user_verified_again_after_the_erasure_stays(stack: ObservedStack) -> None:
    verified(stack)
    erase(stack)
    wait(stack, 60)
    verified(stack)

    assert again(stack) == Done(users=1, before=1)
    assert me(stack)["verified"] is True


def test_a_user_verified_again_before_the_command_keeps_only_the_new_data(stack: ObservedStack) -> None:
    verified(stack)
    restored(stack, lambda: erase(stack))
    wait(stack, 60)
    verified(stack, purpose="adult")

    assert again(stack).erased == 1
    assert [each["purpose"] for each in me(stack)["purposes"]] == ["adult"]
    assert code(verified(stack, STRANGER)) == "identity_duplicate"


def test_the_command_completes_an_interrupted_erasure(stack: ObservedStack) -> None:
    verified(stack)
    wait(stack, 1)
    stack.ports["people"].table.around = _dies_at_a_transaction
    answer = erase(stack)
    stack.ports["people"].table.around = lambda _, call: call()

    assert (answer.status, me(stack)["verified"]) == (500, True)
    assert again(stack).erased == 1
    assert me(stack)["verified"] is False


def _dies_at_a_transaction(operation: str, call: Callable[[], object]) -> object:
    if operation == "TransactWriteItems":
        raise RuntimeError("the process ended")
    return call()


def test_an_erasure_is_found_under_a_retired_hash_key_and_reported_once_the_key_is_gone(
    stack: ObservedStack,
) -> None:
    verified(stack)
    restored(stack, lambda: erase(stack))
    hashes = stack.ports["hashes"]

    hashes.rotate({"2": KEYS["2"]})
    gone = again(stack)
    hashes.rotate(KEYS | {"1": {**KEYS["1"], "phase": "retired"}})
    found = again(stack)

    assert (gone, found) == (Done(users=1, lost=1), Done(users=1, erased=1))
    hashes.rotate(KEYS)


def test_an_erased_user_unknown_to_the_restored_table_is_reported(stack: ObservedStack) -> None:
    verified(stack, STRANGER, OTHER_ADULT)
    restored(stack, lambda: verified(stack), lambda: erase(stack))
    said: list[str] = []

    done = again(stack)

    assert done == Done(users=1, nobody=1)
    assert (tell(done, said.append), said) == (
        0,
        ["0 erased again, 0 were so already, 1 not found (1 users in the table)"],
    )


def test_a_user_that_cannot_be_erased_is_named_and_stops_no_other(stack: ObservedStack) -> None:
    verified(stack)
    verified(stack, STRANGER, OTHER_ADULT)
    restored(stack, lambda: erase(stack), lambda: erase(stack, STRANGER))
    table = stack.ports["people"].table
    [spoilt] = [item for item in table.dump() if item["pk"]["S"] == f"person#{USER}"]
    table.restore([item for item in table.dump() if item is not spoilt] + [spoilt | {"schema": {"N": "9"}}])
    said: list[str] = []

    done = again(stack)

    assert (done.erased, done.skipped) == (1, (USER,))
    assert tell(done, said.append) == 1
    assert USER in said[1]
    table.restore([item for item in table.dump() if item["pk"]["S"] != f"person#{USER}"] + [spoilt])
    assert again(stack).erased == 1


def test_the_record_of_an_erasure_names_nobody_and_expires(stack: ObservedStack) -> None:
    verified(stack)
    erase(stack)
    wait(stack, 60)
    erase(stack)

    [item] = stack.erasures_dump()

    assert USER not in json.dumps(item)
    assert int(item["ttl"]["N"]) == int(stack.clock.now()) + 366 * DAY
    assert set(item) == {
        *("pk", "sk", "erasure_id", "at", "by", "expires_at", "version", "ttl", "token", "schema"),
    }


def test_the_record_of_an_erasure_keeps_who_requested_it(stack: ObservedStack) -> None:
    verified(stack)
    erase(stack)

    [item] = stack.erasures_dump()

    assert item["by"]["S"] == "shop:iam:user/shop-backend"


def test_an_erasure_that_cannot_be_recorded_is_not_answered(stack: ObservedStack) -> None:
    verified(stack)

    def down(_operation: str, _call: Callable[[], object]) -> object:
        raise RuntimeError("no table")

    stack.ports["erasures"].table.around = down
    answer = erase(stack)
    stack.ports["erasures"].table.around = lambda _, call: call()

    assert answer.status == 500
    assert me(stack)["verified"] is True


def test_a_verification_stamped_by_a_clock_ahead_of_ours_is_erased_too(stack: ObservedStack) -> None:
    verified(stack)
    people = stack.ports["people"]
    person = people.person(USER)
    ahead = replace(person.purposes["signup"], verified_at=stack.clock.now() + 5)
    people.save(replace(person, purposes={"signup": ahead}))
    before = stack.identity_dump()
    erase(stack)
    people.table.restore(before)

    assert again(stack).erased == 1
    assert me(stack)["verified"] is False


def test_the_phone_a_message_went_to_is_erased_at_once(stack: ObservedStack) -> None:
    begun = sent(stack)
    other = start(stack, STRANGER)["identityVerificationId"]

    assert erase(stack).json() == {"erased": True, "found": True}

    people = stack.ports["people"]
    assert people.attempt(begun).sending is None
    assert people.attempt(other).state == "OPEN"
    about = [item for item in stack.identity_dump() if USER in json.dumps(item)]
    assert "phone." not in json.dumps(about)
    assert {item["sk"]["S"] for item in about} == {"person", "attempt"}


def test_a_counter_newer_than_the_erasure_stays(stack: ObservedStack) -> None:
    start(stack)
    erase(stack)
    wait(stack, 60)
    later = start(stack)["identityVerificationId"]
    people = stack.ports["people"]
    counter = people.counter(f"start.{USER}")
    people.save(replace(counter, at=(*counter.at, stack.clock.now() + 5)))

    erase(stack)

    assert people.counter(f"start.{USER}").begun == (later,)
    assert people.attempt(later).state == "EXPIRED"
