"""Identity verifications over REST: one id is verified once, codes and tries have limits (facts 9)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.clock import MovableClock
from portone_local.portone import FakePortOne, IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT, MINOR, OTHER_ADULT
from portone_local.portone.identity.pg import INICIS_CHANNEL, KCP_CHANNEL
from portone_local.portone.records import Refused
from portone_local.testing.asking import refused
from portone_local.testing.identity_calls import (
    PATH,
    VERIFICATION_ID,
    confirm,
    read,
    resend,
    send,
    send_body,
)

type ClientOf = Callable[[FakePortOne], httpx.Client]


def under(clock: MovableClock, **switches: bool) -> FakePortOne:
    return FakePortOne(clock=clock, seed=7, unknowns=Unknowns(identity=IdentityUnknowns(**switches)))


def wrong_code(portone: FakePortOne) -> str:
    code = portone.buyer.otp_of(VERIFICATION_ID)
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_right_code_verifies(portone: FakePortOne, client: httpx.Client) -> None:
    send(client)
    before = read(client)

    answer = confirm(client, otp=portone.buyer.otp_of(VERIFICATION_ID))

    verified = answer.json()["identityVerification"]
    assert (before["status"], before["requestedCustomer"]["phoneNumber"]) == ("READY", ADULT.phone)
    assert (verified["status"], verified["verifiedCustomer"]["name"]) == ("VERIFIED", ADULT.name)
    assert verified == read(client)


def test_a_person_may_say_yes_in_the_app_instead(portone: FakePortOne, client: httpx.Client) -> None:
    send(client, method="APP")
    early = confirm(client)

    portone.buyer.approve_in_app(VERIFICATION_ID)

    assert refused(early) == (502, "PG_PROVIDER")
    assert confirm(client).status_code == 200
    assert portone.verifications()[VERIFICATION_ID].messages == 0


def test_a_wrong_code_can_be_corrected(portone: FakePortOne, client: httpx.Client) -> None:
    send(client)

    wrong = confirm(client, otp=wrong_code(portone))

    assert refused(wrong) == (502, "PG_PROVIDER")
    assert wrong.json()["pgCode"] == "9013"
    assert confirm(client, otp=portone.buyer.otp_of(VERIFICATION_ID)).status_code == 200


def test_a_wrong_code_may_be_an_invalid_request_instead(clock: MovableClock, client_of: ClientOf) -> None:
    fake = under(clock, wrong_otp_is_a_pg_error=False)
    client = client_of(fake)
    send(client)

    assert refused(confirm(client, otp=wrong_code(fake))) == (400, "INVALID_REQUEST")


def test_a_wrong_code_may_fail_the_attempt_instead(clock: MovableClock, client_of: ClientOf) -> None:
    fake = under(clock, wrong_otp_fails_the_attempt=True)
    client = client_of(fake)
    send(client)
    code = fake.buyer.otp_of(VERIFICATION_ID)

    confirm(client, otp=wrong_code(fake))

    assert (read(client)["status"], read(client)["failure"]["pgCode"]) == ("FAILED", "9013")
    assert refused(confirm(client, otp=code)) == (404, "IDENTITY_VERIFICATION_NOT_SENT")


def test_too_many_wrong_codes_end_the_attempt(portone: FakePortOne, client: httpx.Client) -> None:
    portone.identity_rules.wrong_codes = 2
    send(client)

    codes = [confirm(client, otp=wrong_code(portone)).json()["pgCode"] for _ in range(2)]

    assert codes == ["9013", "9991"]
    assert read(client)["failure"]["pgCode"] == "9991"


@pytest.mark.parametrize(("seconds", "status"), [(179, 200), (180, 502)])
def test_a_code_lives_three_minutes(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock, seconds: float, status: int
) -> None:
    send(client)
    clock.advance(seconds)

    answer = confirm(client, otp=portone.buyer.otp_of(VERIFICATION_ID))

    assert answer.status_code == status
    assert answer.json().get("pgCode") in {None, "9993"}


@pytest.mark.parametrize("replaced", [True, False])
def test_a_resend_replaces_the_code_or_repeats_it(
    clock: MovableClock, client_of: ClientOf, *, replaced: bool
) -> None:
    fake = under(clock, resend_replaces_the_code=replaced)
    client = client_of(fake)
    send(client)
    first = fake.buyer.otp_of(VERIFICATION_ID)

    resend(client)

    assert (fake.buyer.otp_of(VERIFICATION_ID) != first) == replaced
    assert fake.verifications()[VERIFICATION_ID].messages == 2
    assert (confirm(client, otp=first).status_code == 200) != replaced


def test_messages_have_a_limit(portone: FakePortOne, client: httpx.Client) -> None:
    portone.identity_rules.codes = 2
    send(client)

    answers = [resend(client).status_code for _ in range(2)]

    assert answers == [200, 502]
    assert read(client)["failure"]["pgCode"] == "3041"


def test_only_an_sms_is_sent_again(client: httpx.Client) -> None:
    send(client, method="APP")

    assert refused(resend(client)) == (404, "IDENTITY_VERIFICATION_NOT_SENT")


def test_what_was_sent_is_not_sent_twice(client: httpx.Client) -> None:
    send(client)

    assert refused(send(client)) == (409, "IDENTITY_VERIFICATION_ALREADY_SENT")


def test_what_is_verified_takes_no_more_calls(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID)

    answers = [send(client), resend(client), confirm(client, otp="000000")]

    assert {refused(answer) for answer in answers} == {(409, "IDENTITY_VERIFICATION_ALREADY_VERIFIED")}
    with pytest.raises(Refused, match="ALREADY_VERIFIED"):
        portone.buyer.verify_identity(VERIFICATION_ID)


@pytest.mark.parametrize("call", [resend, confirm])
def test_an_id_nobody_used_is_not_found(
    client: httpx.Client, call: Callable[[httpx.Client], httpx.Response]
) -> None:
    assert refused(call(client)) == (404, "IDENTITY_VERIFICATION_NOT_FOUND")
    assert refused(client.get(PATH)) == (404, "IDENTITY_VERIFICATION_NOT_FOUND")


def test_what_a_window_left_open_was_not_sent(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, half_way=True)

    assert refused(confirm(client)) == (404, "IDENTITY_VERIFICATION_NOT_SENT")


def test_tries_under_one_id_have_a_limit(portone: FakePortOne, client: httpx.Client) -> None:
    portone.identity_rules.attempts = 2
    for _ in range(2):
        portone.buyer.verify_identity(VERIFICATION_ID, pg_code="9999")

    assert refused(send(client)) == (400, "MAX_TRANSACTION_COUNT_REACHED")


@pytest.mark.parametrize("readable", [True, False])
def test_nobody_is_reached_under_another_name(
    clock: MovableClock, client_of: ClientOf, *, readable: bool
) -> None:
    fake = under(clock, refused_send_is_readable=readable)
    client = client_of(fake)

    answer = send(client, replace(ADULT, name=OTHER_ADULT.name))

    assert (refused(answer), answer.json()["pgCode"]) == ((502, "PG_PROVIDER"), "3035")
    assert client.get(PATH).status_code == (200 if readable else 404)
    assert fake.verifications()[VERIFICATION_ID].messages == 0


def test_danal_refuses_who_is_younger_than_it_was_told(client: httpx.Client) -> None:
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
def test_a_send_portone_cannot_take_is_invalid(client: httpx.Client, changes: dict[str, Any]) -> None:
    assert refused(send(client, **changes)) == (400, "INVALID_REQUEST")


def test_kcp_takes_a_send_that_names_the_medium(client: httpx.Client) -> None:
    bypass = {"kcpV2": {"media_type": "MC02"}}

    assert send(client, channelKey=KCP_CHANNEL.key, bypass=bypass).status_code == 200


def test_a_channel_nobody_knows_is_not_found(client: httpx.Client) -> None:
    assert refused(send(client, channelKey="channel-key-other")) == (404, "CHANNEL_NOT_FOUND")
