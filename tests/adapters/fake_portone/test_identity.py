"""Identity verifications over REST: a code verifies once, and codes and attempts are limited (facts 9)."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import FakePortOne, IdentityUnknowns, Unknowns
from portone_local.portone.identity.people import ADULT
from portone_local.twins.clock import MovableClock
from tests.support.asking import refused
from tests.support.identity_calls import VERIFICATION_ID, confirm, read, resend, send

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


def test_a_person_may_confirm_in_the_app_instead(portone: FakePortOne, client: httpx.Client) -> None:
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
def test_a_code_expires_after_three_minutes(
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


def test_the_number_of_messages_is_limited(portone: FakePortOne, client: httpx.Client) -> None:
    portone.identity_rules.codes = 2
    send(client)

    answers = [resend(client).status_code for _ in range(2)]

    assert answers == [200, 502]
    assert read(client)["failure"]["pgCode"] == "3041"


def test_only_an_sms_is_sent_again(client: httpx.Client) -> None:
    send(client, method="APP")

    assert refused(resend(client)) == (404, "IDENTITY_VERIFICATION_NOT_SENT")


def test_the_attempts_under_one_id_are_limited(portone: FakePortOne, client: httpx.Client) -> None:
    portone.identity_rules.attempts = 2
    for _ in range(2):
        portone.buyer.verify_identity(VERIFICATION_ID, pg_code="9999")

    assert refused(send(client)) == (400, "MAX_TRANSACTION_COUNT_REACHED")
