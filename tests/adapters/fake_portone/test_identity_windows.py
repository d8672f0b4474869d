"""How a visit to a PG's window opens and ends (facts 9)."""

import json
from dataclasses import asdict
from typing import Any

import httpx
import pytest

from portone_local.portone import FakePortOne, IdentityUnknowns, IdentityWindow, Unknowns
from portone_local.portone.control import PREFIX, Control
from portone_local.portone.exchange import Answer, Request
from portone_local.portone.identity.people import ADULT, MINOR, OTHER_ADULT
from portone_local.portone.identity.pg import DANAL_CHANNEL, KCP, TEST_DANAL_CHANNEL
from portone_local.portone.records import Refused
from portone_local.twins.clock import MovableClock
from tests.support.identity_calls import VERIFICATION_ID, read, send


def verified(portone: FakePortOne, client: httpx.Client, **window: Any) -> dict[str, Any]:
    portone.buyer.verify_identity(VERIFICATION_ID, **window)
    answer: dict[str, Any] = read(client)["verifiedCustomer"]
    return answer


def test_a_refusal_reads_failed_with_the_pgs_code(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, pg_code="0061")

    answer = read(client)

    assert (answer["status"], answer["failure"]["pgCode"]) == ("FAILED", "0061")
    assert "verifiedCustomer" not in answer


@pytest.mark.parametrize("fails", [True, False])
def test_an_abandoned_window_reads_ready_or_failed(clock: MovableClock, *, fails: bool) -> None:
    unknowns = Unknowns(identity=IdentityUnknowns(leaving_fails_the_attempt=fails))
    fake = FakePortOne(clock=clock, seed=7, unknowns=unknowns)

    fake.buyer.verify_identity(VERIFICATION_ID, half_way=True)

    assert fake.verifications()[VERIFICATION_ID].status == ("FAILED" if fails else "READY")


def test_a_failed_id_can_be_verified_later(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, pg_code="9013")

    told = verified(portone, client)

    assert told["name"] == ADULT.name
    assert portone.verifications()[VERIFICATION_ID].attempts == 2


def test_a_test_channel_reads_as_one(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, channel_key=TEST_DANAL_CHANNEL.key)

    assert read(client)["channel"]["type"] == "TEST"
    assert portone.verifications()[VERIFICATION_ID].test


def test_a_window_opens_with_the_values_of_the_shop(portone: FakePortOne, client: httpx.Client) -> None:
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


def test_a_visit_can_be_controlled_from_outside(portone: FakePortOne, client: httpx.Client) -> None:
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
