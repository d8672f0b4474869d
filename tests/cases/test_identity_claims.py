"""One person, one account: also across times when that was not required, and under any hash key."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from portone_local.actors.people import STRANGER, USER, code, erase, me, permit, sweep, verified
from portone_local.portone import Channel, IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT, MINOR, OTHER_ADULT, Person
from portone_local.portone.identity.pg import DANAL_CHANNEL
from portone_local.stack.identity import IDENTITY_HASH_KEYS
from tests.support.edited import without
from tests.support.poison import put_inside, spoil
from tests.support.unkind import UnkindStack, unkind

[FIRST] = IDENTITY_HASH_KEYS.values()
THIRD = "user-3"
# a DI of a merchant nobody named stands for nobody
NOBODY = {"identity_duplicate", "verification_mismatch"}
NO_CI = Unknowns(identity=IdentityUnknowns(ci_is_given=False))


def key(version: int, phase: str) -> dict[str, str]:
    """A version of the secret in this phase."""
    return FIRST | {"phase": phase, "key": f"example-key-of-identity-hashes-number-{version}"}


def rotate(stack: UnkindStack, **phases: str) -> None:
    """The operator writes the secret; `v2="writing"` is version 2 in this phase."""
    stack.ports["hashes"].rotate({name[1:]: key(int(name[1:]), phase) for name, phase in phases.items()})


def unique(stack: UnkindStack, policy: str) -> None:
    """The operator switches it, and the sweep runs."""
    stack.operated(identity_unique=policy)
    sweep(stack)


@pytest.mark.parametrize(
    ("policies", "gone"),
    [
        ("on,off,on", USER),
        ("on,off,on", STRANGER),
        ("off,off,on", USER),
        ("off,on,off,on", STRANGER),
    ],
)
def test_two_older_accounts_of_one_person_admit_no_third(policies: str, gone: str) -> None:
    first, *later = policies.split(",")
    with unkind(identity_unique=first) as stack:
        verified(stack)
        for policy in later[:-1]:
            unique(stack, policy)
        verified(stack, STRANGER)
        unique(stack, later[-1])
        among_two = code(verified(stack, THIRD))
        erase(stack, gone)

        assert (among_two, code(verified(stack, THIRD))) == ("identity_duplicate", "identity_duplicate")
        erase(stack, USER if gone == STRANGER else STRANGER)
        assert verified(stack, THIRD).status == 200


@pytest.mark.parametrize("unknowns", [Unknowns(), NO_CI], ids=["by CI", "by DI"])
def test_an_account_added_while_uniqueness_was_off_is_noticed_once_it_is_on(unknowns: Unknowns) -> None:
    with unkind(identity_unique="off", unknowns=unknowns) as stack:
        verified(stack, provider="KCP_V2")
        unique(stack, "on")

        assert code(verified(stack, STRANGER, provider="KCP_V2")) == "identity_duplicate"
        assert verified(stack, provider="KCP_V2").status == 200


def test_an_account_added_while_uniqueness_was_off_follows_a_new_hash_key() -> None:
    with unkind(identity_unique="off") as stack:
        verified(stack)
        for phases in ({"v1": "writing", "v2": "known"}, {"v1": "writing", "v2": "writing"}):
            rotate(stack, **phases)
            sweep(stack)
        rotate(stack, v1="retired", v2="writing")
        unique(stack, "on")

        assert code(verified(stack, STRANGER)) == "identity_duplicate"


def test_the_first_account_is_no_duplicate_of_one_added_while_uniqueness_was_off() -> None:
    with unkind(identity_unique="on") as stack:
        verified(stack)
        unique(stack, "off")
        verified(stack, STRANGER)
        unique(stack, "on")

        assert verified(stack).status == 200


def listed(stack: UnkindStack) -> list[set[str]]:
    """The accounts listed for staff as one person's, group by group."""
    answer = stack.staff.get("/ops/identity/duplicates")
    return [{each["userId"] for each in group["accounts"]} for group in answer.json()["duplicates"]]


def decide(stack: UnkindStack, *keeps: str, **changes: object) -> str:
    """Staff decides about two accounts."""
    body = {"userIds": [USER, STRANGER], "keeps": list(keeps), "reason": "asked the customer"} | changes
    return code(stack.staff.post("/ops/identity/duplicates", body))


@pytest.fixture
def two() -> Iterator[UnkindStack]:
    """Two accounts of one person, and one of another, from a time without uniqueness; it is on now."""
    with unkind(identity_unique="off") as stack:
        verified(stack)
        stack.clock.advance(60)  # type: ignore[attr-defined]  # it is moved by hand
        verified(stack, STRANGER)
        verified(stack, "user-4", OTHER_ADULT)
        unique(stack, "on")
        yield stack


def test_staff_sees_accounts_that_belong_to_one_person(two: UnkindStack) -> None:
    alarmed = {
        each["Properties"].get("MetricName")
        for each in two.template["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }

    assert listed(two) == [{USER, STRANGER}]
    assert [name for name, value in two.metrics.items() if "Duplicate" in name and value and name in alarmed]
    assert ADULT.ci not in json.dumps(two.staff.get("/ops/identity/duplicates").json())


@pytest.mark.parametrize(("kept", "gone"), [(USER, STRANGER), (STRANGER, USER)])
def test_staff_decides_which_account_the_person_keeps(two: UnkindStack, kept: str, gone: str) -> None:
    assert decide(two, kept) == "200"

    assert listed(two) == []
    assert (me(two, kept)["verified"], me(two, gone)["verified"]) == (True, False)
    assert verified(two, kept).status == 200
    assert [code(verified(two, user)) for user in (gone, THIRD)] == ["identity_duplicate"] * 2


def test_two_accounts_that_may_stay_admit_no_third(two: UnkindStack) -> None:
    assert decide(two, USER, STRANGER) == "200"
    sweep(two)

    assert listed(two) == []
    assert [verified(two, user).status for user in (USER, STRANGER)] == [200, 200]
    assert code(verified(two, THIRD)) == "identity_duplicate"


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": ""},
        {"keeps": []},
        {"keeps": ["user-4"]},
        {"userIds": [USER]},
        {"userIds": [USER, "user-4"], "keeps": [USER]},
        {"userIds": [USER, STRANGER, "user-4"], "keeps": [USER]},
    ],
)
def test_a_decision_needs_a_reason_and_accounts_of_one_person(
    two: UnkindStack, changes: dict[str, object]
) -> None:
    answered = decide(two, USER, **changes)

    assert answered in {"invalid_request", "identity_not_found", "identity_duplicates_changed"}
    assert all(me(two, user)["verified"] for user in (USER, STRANGER, "user-4"))


@pytest.fixture
def crowd() -> Iterator[UnkindStack]:
    """Twenty pairs of accounts from a time without uniqueness, and three honest users among them."""
    with unkind(identity_unique="off") as stack:
        for number in range(20):
            twin = replace(ADULT, key=f"twin-{number}")
            verified(stack, f"one-{number}", twin)
            verified(stack, f"other-{number}", twin)
        unique(stack, "on")
        for number in range(3):
            verified(stack, f"honest-{number}", honest(number))
        yield stack


def honest(number: int) -> Person:
    """Somebody with one account."""
    return replace(ADULT, key=f"honest-{number}")


def test_users_follow_a_new_hash_key_whatever_duplicates_exist(crowd: UnkindStack) -> None:
    rotate(crowd, v1="writing", v2="known")
    rotate(crowd, v1="writing", v2="writing")
    sweep(crowd)
    rotate(crowd, v1="retired", v2="writing")

    later = [code(verified(crowd, f"thief-{number}", honest(number))) for number in range(3)]

    assert later == ["identity_duplicate"] * 3


def test_an_account_whose_identifiers_do_not_open_stops_no_other_from_following(stack: UnkindStack) -> None:
    verified(stack)
    verified(stack, STRANGER, OTHER_ADULT)
    spoil(
        stack,
        "person#user-1",
        lambda item: put_inside(item, "identifiers", "facts", {"S": "AAAA"}),
        port="people",
    )
    rotate(stack, v1="writing", v2="writing")
    sweep(stack)

    assert stack.counted("ItemSkipped") > 0
    assert code(verified(stack, THIRD, OTHER_ADULT)) == "identity_duplicate"


def test_a_hash_key_with_living_claims_cannot_be_removed(stack: UnkindStack) -> None:
    """A person who cannot follow is found by the old key for as long as it is there."""
    verified(stack)
    spoil(
        stack,
        "person#user-1",
        lambda item: put_inside(item, "identifiers", "facts", {"S": "AAAA"}),
        port="people",
    )
    rotate(stack, v1="writing", v2="writing")
    sweep(stack)

    assert code(verified(stack, STRANGER)) == "identity_duplicate"


def rotated(stack: UnkindStack, times: int) -> None:
    """So many whole rotations, by the runbook."""
    for old in range(1, times + 1):
        for phases in (("writing", "known"), ("writing", "writing"), ("retired", "writing")):
            rotate(stack, **{f"v{old}": phases[0], f"v{old + 1}": phases[1]})
            sweep(stack)


def test_a_person_is_erased_after_any_number_of_rotations(stack: UnkindStack) -> None:
    verified(stack, provider="KCP_V2")
    verified(stack, provider="INICIS_UNIFIED")
    rotated(stack, 38)

    assert code(verified(stack, STRANGER)) == "identity_duplicate"
    assert erase(stack).json() == {**erase(stack).json(), "erased": True, "found": True}
    assert me(stack)["verified"] is False
    assert verified(stack, STRANGER).status == 200


def another_merchant(stack: UnkindStack, number: int) -> None:
    """Danal's merchant id changes: the same person has another DI from now on (facts 9)."""
    channel: Channel = replace(DANAL_CHANNEL, pg_merchant_id=f"example-cpid-{number}")
    stack.portone.identities.channels[str(channel.key)] = channel


@pytest.mark.parametrize("merchants", [3, 60])
def test_a_person_known_by_ever_more_identifiers_can_be_verified_and_erased(
    stack: UnkindStack, merchants: int
) -> None:
    for number in range(merchants):
        another_merchant(stack, number)
        answer = verified(stack, provider="DANAL")
        assert answer.status == 200
        stack.clock.advance(3600)  # type: ignore[attr-defined]  # it is moved by hand
    for phases in (("writing", "known"), ("writing", "writing")):
        rotate(stack, v1=phases[0], v2=phases[1])
        sweep(stack)
        assert verified(stack, provider="DANAL").status == 200

    assert erase(stack).status == 200
    assert me(stack)["verified"] is False
    assert verified(stack, STRANGER).status == 200


@pytest.mark.parametrize("settings", [{"unknowns": NO_CI}])
def test_an_owner_whose_pg_changed_its_merchant_id_is_admitted_by_staff(stack: UnkindStack) -> None:
    verified(stack, provider="DANAL")
    another_merchant(stack, 2)
    refused = verified(stack, provider="DANAL")

    assert code(refused) == "different_person"
    assert permit(stack).status == 200
    assert verified(stack, provider="DANAL").status == 200
    assert code(verified(stack, STRANGER, provider="DANAL")) in NOBODY


def test_another_merchant_id_does_not_matter_where_a_ci_identifies_the_person(stack: UnkindStack) -> None:
    verified(stack, provider="DANAL")
    another_merchant(stack, 2)
    stranger = code(verified(stack, STRANGER, provider="DANAL"))
    owner = verified(stack, provider="DANAL")
    stack.wire.edited("get_identity_verification", without("verifiedCustomer.ci"))

    assert (stranger, owner.status) == ("identity_duplicate", 200)
    assert verified(stack, provider="DANAL").status == 200
    assert code(verified(stack, STRANGER, provider="DANAL")) in NOBODY


@pytest.fixture
def apart(stack: UnkindStack) -> UnkindStack:
    """Two accounts of one person that nothing links: one by a DI alone, the other by a CI alone."""
    without_ci = frozenset({"verifiedCustomer.ci"})
    assert verified(stack, provider="DANAL", without=without_ci).status == 200
    stack.clock.advance(60)  # type: ignore[attr-defined]  # it is moved by hand
    assert verified(stack, STRANGER, provider="INICIS_UNIFIED").status == 200
    return stack


@pytest.mark.parametrize(("user", "provider"), [(STRANGER, "DANAL"), (USER, "DANAL")])
def test_accounts_found_later_to_be_one_person_are_listed_and_decided(
    apart: UnkindStack, user: str, provider: str
) -> None:
    before = apart.counted("IdentityDuplicates")
    for _ in range(2):
        verified(apart, user, provider=provider)
    sweep(apart)

    assert listed(apart) == [{USER, STRANGER}]
    assert (before, apart.counted("IdentityDuplicates") > 0) == (0, True)
    assert decide(apart, user) == "200"
    assert listed(apart) == []
    other = USER if user == STRANGER else STRANGER
    assert (me(apart, user)["verified"], me(apart, other)["verified"]) == (True, False)
    assert verified(apart, user, provider=provider).status == 200
    assert [code(verified(apart, each, provider=provider)) for each in (other, THIRD)] == (
        ["identity_duplicate"] * 2
    )


def test_accounts_found_later_to_be_one_person_may_both_stay_and_admit_no_third(
    apart: UnkindStack,
) -> None:
    verified(apart, STRANGER, provider="DANAL")

    assert decide(apart, USER, STRANGER) == "200"
    sweep(apart)
    assert listed(apart) == []
    assert [verified(apart, each, provider="DANAL").status for each in (USER, STRANGER)] == [200, 200]
    assert code(verified(apart, THIRD, provider="DANAL")) == "identity_duplicate"


def test_a_refused_user_without_an_account_is_not_listed(apart: UnkindStack) -> None:
    """A stranger who verifies as another person in a fresh account is refused and not listed."""
    for number in range(5):
        assert code(verified(apart, f"thief-{number}", provider="DANAL")) == "identity_duplicate"
    sweep(apart)

    assert [each for each in listed(apart) if each - {USER, STRANGER}] == []


def test_name_phone_and_birth_date_identify_nobody(stack: UnkindStack) -> None:
    verified(stack)
    child = replace(MINOR, name=ADULT.name, phone=ADULT.phone, birth_date=ADULT.birth_date)

    assert verified(stack, STRANGER, child).status == 200
