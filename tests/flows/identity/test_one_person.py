"""One person, one account: recognised by the PG's identifiers, released when they expire."""

import json
from itertools import product

import pytest

from portone_local.actors.people import (
    STRANGER,
    USER,
    code,
    done,
    me,
    permit,
    sweep,
    verified,
    verify,
    wait,
)
from portone_local.oracle import ObservedStack
from portone_local.oracle.identity import assert_identity_clean
from portone_local.portone import IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT, MOVED, NAMESAKE, OTHER_ADULT

PROVIDERS = ("DANAL", "KCP_V2", "INICIS_UNIFIED")

NO_CI = Unknowns(identity=IdentityUnknowns(ci_is_given=False))


def test_a_second_account_of_one_person_is_refused_without_naming_the_first(stack: ObservedStack) -> None:
    verified(stack)

    answer = verified(stack, STRANGER, MOVED)

    assert code(answer) == "identity_duplicate"
    assert "details" not in answer.json()["error"]
    assert USER not in answer.body.decode()
    assert me(stack, STRANGER)["verified"] is False


@pytest.mark.parametrize(("first", "second"), list(product(PROVIDERS, PROVIDERS)))
def test_with_a_ci_one_person_is_recognised_across_providers(
    stack: ObservedStack, first: str, second: str
) -> None:
    verified(stack, provider=first)

    assert code(verified(stack, STRANGER, provider=second)) == "identity_duplicate"


def test_with_a_di_alone_one_person_is_recognised_at_one_provider_only() -> None:
    with ObservedStack.in_memory(seed=1, unknowns=NO_CI) as stack:
        verified(stack, provider="DANAL")

        same = verified(stack, STRANGER, provider="DANAL")
        other = verified(stack, STRANGER, provider="KCP_V2")

        assert (code(same), code(other)) == ("identity_duplicate", "200")


def test_a_namesake_is_another_person(stack: ObservedStack) -> None:
    verified(stack)

    assert verified(stack, STRANGER, NAMESAKE).status == 200


def test_a_person_who_moved_is_the_same(stack: ObservedStack) -> None:
    verified(stack)

    assert verified(stack, person=MOVED, purpose="adult").status == 200
    assert len(me(stack)["purposes"]) == 2


def test_another_person_may_not_verify_in_an_account(stack: ObservedStack) -> None:
    verified(stack)
    before = me(stack)

    answer = verified(stack, person=OTHER_ADULT)

    assert code(answer) == "different_person"
    assert me(stack) == before


def test_an_identifier_given_later_is_claimed_too() -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(ci_is_given=False))
    with ObservedStack.in_memory(seed=1, unknowns=unknowns) as stack:
        verified(stack, provider="DANAL")
        with_ci = Unknowns().identity
        stack.portone.identities.unknowns = with_ci
        verified(stack, provider="DANAL")

        assert code(verified(stack, STRANGER, provider="INICIS_UNIFIED")) == "identity_duplicate"


def test_staff_admits_another_person_once(stack: ObservedStack) -> None:
    verified(stack, purpose="adult")
    permit(stack)

    replaced = verified(stack, person=OTHER_ADULT)
    back = verified(stack, person=ADULT)
    elsewhere = verified(stack, STRANGER, ADULT)

    assert (replaced.status, code(back), elsewhere.status) == (200, "different_person", 200)
    assert [each["purpose"] for each in me(stack)["purposes"]] == ["signup"]


def test_a_permit_to_replace_ends_after_a_day(stack: ObservedStack) -> None:
    verified(stack)
    permit(stack)
    wait(stack, 24 * 3600)

    assert code(verified(stack, person=OTHER_ADULT)) == "different_person"


def test_nobody_is_refused_where_a_person_may_have_several_accounts() -> None:
    with ObservedStack.in_memory(seed=1, identity_unique="off") as stack:
        verified(stack)

        assert verified(stack, STRANGER).status == 200
        assert code(verified(stack, STRANGER, OTHER_ADULT)) == "different_person"


def test_facts_expire_and_the_person_may_verify_elsewhere(stack: ObservedStack) -> None:
    verified(stack)
    wait(stack, 365 * 24 * 3600)
    unread = me(stack)

    swept = sweep(stack)

    assert unread["verified"] is False
    assert swept["persons"] == 1
    assert verified(stack, STRANGER).status == 200


def test_one_purpose_may_end_before_another(stack: ObservedStack) -> None:
    verified(stack)
    wait(stack, 200 * 24 * 3600)
    verified(stack, purpose="adult")
    wait(stack, 165 * 24 * 3600)

    sweep(stack)

    assert [each["purpose"] for each in me(stack)["purposes"]] == ["adult"]
    assert code(verified(stack, STRANGER)) == "identity_duplicate"


def test_a_verification_under_way_outlives_the_expiry_of_the_stored_facts(stack: ObservedStack) -> None:
    verified(stack)
    wait(stack, 365 * 24 * 3600 - 120)
    renewed = done(stack)
    wait(stack, 180)
    sweep(stack)

    assert me(stack)["verified"] is False
    assert verify(stack, renewed).status == 200


def test_the_reason_of_a_permit_is_stored_sealed_and_expires(
    stack: ObservedStack,
) -> None:
    verified(stack)
    permit(stack)
    [line] = stack.ports["access_log"].lines

    stored = json.dumps(stack.identity_dump())
    wait(stack, 24 * 3600)
    swept = sweep(stack)

    assert (line.act, line.user_id, line.reason) == ("replace", USER, "sold the account")
    assert line.by.endswith("operator")
    assert "sold the account" not in stored
    assert swept["persons"] == 1
    assert stack.ports["people"].person(USER).permit is None
    assert me(stack)["verified"] is True


def test_an_unavailable_access_log_admits_nobody(stack: ObservedStack) -> None:
    verified(stack)
    stack.ports["access_log"].available = False

    assert permit(stack).status == 503
    assert code(verified(stack, person=OTHER_ADULT)) == "different_person"


def test_identifiers_are_kept_exactly_as_long_as_any_data_of_the_person() -> None:
    purposes = json.dumps({"signup": {"keptDays": 365}, "adult": {"keptDays": 30}})
    with ObservedStack.in_memory(seed=1, identity_purposes=purposes) as stack:
        verified(stack)
        verified(stack, purpose="adult")
        person = stack.ports["people"].person(USER)
        wait(stack, 40 * 24 * 3600)
        sweep(stack)

        assert person.identifiers.expires_at == person.purposes["signup"].expires_at
        assert code(verified(stack, STRANGER)) == "identity_duplicate"
        assert_identity_clean(stack, stack.answers)
