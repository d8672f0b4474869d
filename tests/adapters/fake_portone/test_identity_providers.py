"""What the three PGs tell of a person and leave out, and how a visit to their windows ends (facts 9)."""

import json
from dataclasses import asdict
from typing import Any

import httpx
import pytest

from portone_local.clock import MovableClock
from portone_local.portone import FakePortOne, IdentityUnknowns, IdentityWindow, Optionals, Person, Unknowns
from portone_local.portone.control import PREFIX, Control
from portone_local.portone.exchange import Answer, Request
from portone_local.portone.identity.people import ADULT, FOREIGNER, LEAP_DAY, MINOR, MOVED, OTHER_ADULT
from portone_local.portone.identity.pg import (
    DANAL,
    DANAL_CHANNEL,
    INICIS,
    KCP,
    TEST_DANAL_CHANNEL,
    years_of,
)
from portone_local.portone.records import Refused
from portone_local.testing.identity_calls import VERIFICATION_ID, read, send

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
def test_each_pg_tells_what_it_tells(
    portone: FakePortOne, client: httpx.Client, provider: str, app: str, told: set[str]
) -> None:
    assert set(verified(portone, client, provider=provider, app=app)) == told


def test_danals_extra_contract_tells_of_the_phone(portone: FakePortOne, client: httpx.Client) -> None:
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


def test_all_that_is_optional_may_be_missing(clock: MovableClock) -> None:
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
def test_what_people_type_in_themselves_may_be_a_lie(
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


def test_a_refusal_reads_failed_with_the_pgs_code(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, pg_code="0061")

    answer = read(client)

    assert (answer["status"], answer["failure"]["pgCode"]) == ("FAILED", "0061")
    assert "verifiedCustomer" not in answer


@pytest.mark.parametrize("fails", [True, False])
def test_leaving_half_way_reads_ready_or_failed(clock: MovableClock, *, fails: bool) -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(leaving_fails_the_attempt=fails))
    fake = FakePortOne(clock=clock, seed=7, unknowns=unknowns)

    fake.buyer.verify_identity(VERIFICATION_ID, half_way=True)

    assert fake.verifications()[VERIFICATION_ID].status == ("FAILED" if fails else "READY")


def test_a_failed_id_can_be_verified_later(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, pg_code="9013")

    told = verified(portone, client)

    assert told["name"] == ADULT.name
    assert portone.verifications()[VERIFICATION_ID].attempts == 2


def test_a_test_channel_shows_as_one(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, channel_key=TEST_DANAL_CHANNEL.key)

    assert read(client)["channel"]["type"] == "TEST"
    assert portone.verifications()[VERIFICATION_ID].test


def test_a_window_opens_with_what_the_shop_handed_over(portone: FakePortOne, client: httpx.Client) -> None:
    parameters = {
        "storeId": portone.store_id,
        "channelKey": DANAL_CHANNEL.key,
        "identityVerificationId": VERIFICATION_ID,
        "customer": {"customerId": "user-1", "fullName": ADULT.name, "phoneNumber": ADULT.phone},
        "customData": '{"purpose":"adult"}',
        "bypass": {"danal": {"AGELIMIT": 19}},
    }

    portone.buyer.verify_identity(VERIFICATION_ID, IdentityWindow.from_browser(parameters))
    portone.buyer.verify_identity("locked", IdentityWindow.from_browser(parameters, person=OTHER_ADULT))
    young = parameters | {"customer": {}}
    portone.buyer.verify_identity("young", IdentityWindow.from_browser(young, person=MINOR))

    answer, items = read(client), client.get("/identity-verifications").json()["items"]
    codes = {item["id"]: item.get("failure", {}).get("pgCode") for item in items}
    assert (answer["customData"], answer["verifiedCustomer"]["id"]) == ('{"purpose":"adult"}', "user-1")
    assert codes == {VERIFICATION_ID: None, "locked": "3035", "young": "9016"}


@pytest.mark.parametrize(
    "window", [IdentityWindow(channel_key="channel-key-other"), IdentityWindow(store_id="store-other")]
)
def test_a_window_of_another_shop_does_not_open(portone: FakePortOne, window: IdentityWindow) -> None:
    with pytest.raises(Refused):
        portone.buyer.verify_identity(VERIFICATION_ID, window)


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


def test_a_visit_can_be_commanded_from_outside(portone: FakePortOne, client: httpx.Client) -> None:
    control = Control(portone)
    window = {"person": asdict(MINOR), "provider": KCP, "without": ["verifiedCustomer.ci"]}

    done = commanded(control, "verify_identity", verification_id=VERIFICATION_ID, window=window)
    wrong = commanded(control, "verify_identity", verification_id="v2", window={"persons": 1})
    send(client, ADULT)
    refused = commanded(control, "otp_of", verification_id=VERIFICATION_ID)

    told = read(client)["verifiedCustomer"]
    assert [answer.status for answer in (done, wrong, refused)] == [200, 400, 409]
    assert (told["name"], "ci" in told) == (MINOR.name, False)


def commanded(control: Control, command: str, **arguments: Any) -> Answer:
    return control.handle(Request("POST", f"{PREFIX}{command}", {}, {}, json.dumps(arguments).encode()))
