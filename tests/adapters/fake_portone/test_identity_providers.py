"""Which fields of a person the three PGs give and leave out (facts 9)."""

from typing import Any

import httpx
import pytest

from portone_local.portone import FakePortOne, IdentityUnknowns, IdentityWindow, Optionals, Person, Unknowns
from portone_local.portone.identity.people import ADULT, FOREIGNER, LEAP_DAY, MINOR, MOVED, OTHER_ADULT
from portone_local.portone.identity.pg import DANAL, INICIS, KCP, years_of
from portone_local.twins.clock import MovableClock
from tests.support.identity_calls import VERIFICATION_ID, read

ALWAYS = {"name", "birthDate", "gender"}

BY_PHONE = {"phoneNumber", "operator", "isForeigner"}


def verified(portone: FakePortOne, client: httpx.Client, **window: Any) -> dict[str, Any]:
    portone.buyer.verify_identity(VERIFICATION_ID, **window)
    answer: dict[str, Any] = read(client)["verifiedCustomer"]
    return answer


@pytest.mark.parametrize(
    ("provider", "app", "told"),
    [
        (DANAL, "PASS", ALWAYS | {"ci", "di"}),
        (KCP, "PASS", ALWAYS | BY_PHONE | {"ci", "di"}),
        (INICIS, "PASS", ALWAYS | {"ci", "phoneNumber", "isForeigner"}),
        (INICIS, "NAVER", ALWAYS | {"ci", "phoneNumber", "isForeigner"}),
        (INICIS, "KAKAO", ALWAYS | {"phoneNumber", "isForeigner"}),
    ],
)
def test_each_pg_gives_its_documented_fields(
    portone: FakePortOne, client: httpx.Client, provider: str, app: str, told: set[str]
) -> None:
    assert set(verified(portone, client, provider=provider, app=app)) == told


def test_danals_extra_contract_gives_the_phone(portone: FakePortOne, client: httpx.Client) -> None:
    portone.identity_rules.danal_extra = True

    assert set(verified(portone, client)) == ALWAYS | BY_PHONE | {"ci", "di"}


@pytest.mark.parametrize("provider", [DANAL, KCP])
def test_a_ci_may_be_missing_by_contract(clock: MovableClock, provider: str) -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(ci_is_given=False))
    fake = FakePortOne(clock=clock, seed=7, unknowns=unknowns)

    fake.buyer.verify_identity(VERIFICATION_ID, provider=provider)

    answer = fake.identities.answer(VERIFICATION_ID)
    assert answer is not None
    assert "ci" not in answer["verifiedCustomer"]
    assert "di" in answer["verifiedCustomer"]


def test_every_optional_field_may_be_absent(clock: MovableClock) -> None:
    fake = FakePortOne(clock=clock, seed=7, optionals=Optionals.NONE)

    fake.buyer.verify_identity(VERIFICATION_ID, custom_data="data")

    answer = fake.identities.answer(VERIFICATION_ID)
    assert answer is not None
    assert answer["verifiedCustomer"] == {"name": ADULT.name}
    assert ("channel" in answer, answer["customData"]) == (False, "data")


def test_one_answer_may_leave_fields_out(portone: FakePortOne, client: httpx.Client) -> None:
    gone = frozenset({"channel", "customData", "verifiedCustomer.birthDate"})

    told = verified(portone, client, custom_data="data", without=gone)

    assert set(told) == {"name", "gender", "ci", "di"}
    assert {"channel", "customData"} & set(read(client)) == set()
    assert portone.verifications()[VERIFICATION_ID].custom_data == "data"


@pytest.mark.parametrize(
    ("app", "gender", "foreigner"),
    [("KAKAO", "MALE", True), ("NAVER", "FEMALE", True), ("PASS", "FEMALE", False)],
)
def test_a_value_the_person_types_may_be_false(
    portone: FakePortOne, client: httpx.Client, app: str, gender: str, *, foreigner: bool
) -> None:
    typed = {"gender": "MALE", "isForeigner": True, "birthDate": "1900-01-01"}

    told = verified(portone, client, provider=INICIS, app=app, typed=typed)

    assert (told["gender"], told["isForeigner"], told["birthDate"]) == (gender, foreigner, ADULT.birth_date)


def test_one_person_has_one_ci_and_a_di_at_each_merchant(portone: FakePortOne, client: httpx.Client) -> None:
    for name, window in {
        "danal": IdentityWindow(person=ADULT),
        "danal-again": IdentityWindow(person=MOVED),
        "kcp": IdentityWindow(person=ADULT, provider=KCP),
        "danal-test": IdentityWindow(person=ADULT, test=True),
    }.items():
        portone.buyer.verify_identity(name, window)

    answers = client.get("/identity-verifications").json()["items"]

    told = {answer["id"]: answer["verifiedCustomer"] for answer in answers}
    assert {each["ci"] for each in told.values()} == {ADULT.ci}
    assert told["danal"]["di"] == told["danal-again"]["di"]
    assert len({each["di"] for each in told.values()}) == 3


@pytest.mark.parametrize("person", [OTHER_ADULT, MINOR, LEAP_DAY, FOREIGNER])
def test_another_person_has_another_ci(portone: FakePortOne, client: httpx.Client, person: Person) -> None:
    told = verified(portone, client, person=person)

    assert told["ci"] != ADULT.ci
    assert told["birthDate"] == person.birth_date


@pytest.mark.parametrize(
    ("at", "years"),
    [
        (1_709_132_399, 19),  # 2024-02-28 23:59:59 in Korea
        (1_709_132_400, 20),  # one second later it is her birthday
        (1_740_754_799, 20),  # 2025-02-28 23:59:59
        (1_740_754_800, 21),  # the first of March of a year without her day
    ],
)
def test_full_years_change_at_midnight_in_korea(at: float, years: int) -> None:
    assert years_of(LEAP_DAY, at) == years
