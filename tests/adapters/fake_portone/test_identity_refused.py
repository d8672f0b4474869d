"""Identity verifications the REST API refuses: sent before, verified, unknown, impossible (facts 9)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.portone import FakePortOne, IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT, MINOR, OTHER_ADULT
from portone_local.portone.identity.pg import INICIS_CHANNEL, KCP_CHANNEL
from portone_local.portone.records import Refused
from portone_local.twins.clock import MovableClock
from tests.support.asking import refused
from tests.support.identity_calls import PATH, VERIFICATION_ID, confirm, resend, send, send_body

type ClientOf = Callable[[FakePortOne], httpx.Client]


def under(clock: MovableClock, **switches: bool) -> FakePortOne:
    return FakePortOne(clock=clock, seed=7, unknowns=Unknowns(identity=IdentityUnknowns(**switches)))


def test_a_verification_is_not_sent_twice(client: httpx.Client) -> None:
    send(client)

    assert refused(send(client)) == (409, "IDENTITY_VERIFICATION_ALREADY_SENT")


def test_a_verified_verification_accepts_no_further_call(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID)

    answers = [send(client), resend(client), confirm(client, otp="000000")]

    assert {refused(answer) for answer in answers} == {(409, "IDENTITY_VERIFICATION_ALREADY_VERIFIED")}
    with pytest.raises(Refused, match="ALREADY_VERIFIED"):
        portone.buyer.verify_identity(VERIFICATION_ID)


@pytest.mark.parametrize("call", [resend, confirm])
def test_an_unknown_id_is_not_found(
    client: httpx.Client, call: Callable[[httpx.Client], httpx.Response]
) -> None:
    assert refused(call(client)) == (404, "IDENTITY_VERIFICATION_NOT_FOUND")
    assert refused(client.get(PATH)) == (404, "IDENTITY_VERIFICATION_NOT_FOUND")


def test_a_verification_opened_in_a_window_counts_as_not_sent(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, half_way=True)

    assert refused(confirm(client)) == (404, "IDENTITY_VERIFICATION_NOT_SENT")


@pytest.mark.parametrize("readable", [True, False])
def test_a_message_under_another_name_reaches_nobody(
    clock: MovableClock, client_of: ClientOf, *, readable: bool
) -> None:
    fake = under(clock, refused_send_is_readable=readable)
    client = client_of(fake)

    answer = send(client, replace(ADULT, name=OTHER_ADULT.name))

    assert (refused(answer), answer.json()["pgCode"]) == ((502, "PG_PROVIDER"), "3035")
    assert client.get(PATH).status_code == (200 if readable else 404)
    assert fake.verifications()[VERIFICATION_ID].messages == 0


def test_danal_refuses_a_person_below_the_configured_age(client: httpx.Client) -> None:
    answer = send(client, MINOR, bypass={"danal": {"AGELIMIT": 19}})

    assert (refused(answer), answer.json()["pgCode"]) == ((502, "PG_PROVIDER"), "9016")


@pytest.mark.parametrize(
    "changes",
    [
        {"channelKey": INICIS_CHANNEL.key},
        {"channelKey": KCP_CHANNEL.key},
        {"customer": {"name": "김하늘", "phoneNumber": "01090000001", "ipAddress": "203.0.113.9"}},
        {"customer": send_body()["customer"] | {"phoneNumber": "010-9000-0001"}},
        {"operator": "KTF"},
        {"method": "CALL"},
        {"customData": None},
    ],
    ids=["Inicis", "KCP without media_type", "SMS without digits", "dashes", "operator", "method", "null"],
)
def test_a_malformed_send_is_refused(client: httpx.Client, changes: dict[str, Any]) -> None:
    assert refused(send(client, **changes)) == (400, "INVALID_REQUEST")


def test_kcp_takes_a_send_that_names_the_medium(client: httpx.Client) -> None:
    bypass = {"kcpV2": {"media_type": "MC02"}}

    assert send(client, channelKey=KCP_CHANNEL.key, bypass=bypass).status_code == 200


def test_an_unknown_channel_is_not_found(client: httpx.Client) -> None:
    assert refused(send(client, channelKey="channel-key-other")) == (404, "CHANNEL_NOT_FOUND")
