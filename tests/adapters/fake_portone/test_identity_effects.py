"""What calls of identity verification leave behind: in later readings, in the list, in log and books."""

from typing import Any

import httpx
import pytest

from portone_local.portone import FakePortOne, Fault
from portone_local.portone.identity.people import ADULT, LEAP_DAY, MOVED, NAMESAKE, OTHER_ADULT, PEOPLE
from portone_local.twins.clock import MovableClock
from tests.support.asking import refused
from tests.support.identity_calls import (
    PATH,
    VERIFICATION_ID,
    confirm,
    read,
    secrets_of,
    send,
    send_body,
)


@pytest.mark.parametrize("status", ["VERIFIED", "FAILED"])
def test_a_refused_confirm_may_have_taken_effect(
    portone: FakePortOne, client: httpx.Client, status: str
) -> None:
    portone.console.refuse_next("confirm_identity_verification", leaves=status)
    send(client)

    answer = confirm(client, otp="000000")

    assert refused(answer) == (502, "PG_PROVIDER")
    assert read(client)["status"] == status


def test_a_refused_send_may_have_sent(portone: FakePortOne, client: httpx.Client) -> None:
    portone.console.refuse_next("send_identity_verification", leaves="READY")

    answer = send(client)

    assert refused(answer) == (502, "PG_PROVIDER")
    assert confirm(client, otp=portone.buyer.otp_of(VERIFICATION_ID)).status_code == 200


def test_a_lost_answer_is_repeated_under_its_key(portone: FakePortOne, client: httpx.Client) -> None:
    send(client)
    key = {"Idempotency-Key": '"example-key-0000000001"'}
    body = {"otp": portone.buyer.otp_of(VERIFICATION_ID)}
    portone.inject(operation="confirm_identity_verification", fault=Fault.RESET_AFTER_COMMIT)
    with pytest.raises(httpx.ReadError):
        client.post(f"{PATH}/confirm", json=body, headers=key)

    again = client.post(f"{PATH}/confirm", json=body, headers=key)

    assert again.json()["identityVerification"]["status"] == "VERIFIED"


def test_a_lagging_reading_is_one_state_behind(portone: FakePortOne, client: httpx.Client) -> None:
    send(client)
    confirm(client, otp=portone.buyer.otp_of(VERIFICATION_ID))
    portone.inject(operation="get_identity_verification", fault=Fault.LAGGING)

    assert [read(client)["status"] for _ in range(2)] == ["READY", "VERIFIED"]


def test_the_list_filters_by_state_and_time(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.verify_identity("v1")
    clock.advance(60)
    portone.buyer.verify_identity("v2", person=OTHER_ADULT, pg_code="9999")

    def listed(**wanted: Any) -> list[str]:
        answer = client.request("GET", "/identity-verifications", json={"filter": wanted})
        return [item["id"] for item in answer.json()["items"]]

    assert listed() == ["v2", "v1"]
    assert listed(statuses=["VERIFIED"], timeRangeField="VERIFIED_AT", isTest=False) == ["v1"]
    assert listed(timeRangeField="FAILED_AT") == ["v2"]
    assert listed(until="2026-01-02T03:04:30Z") == ["v1"]
    assert listed(pgProviders=["KCP_V2"]) == []


def test_call_log_and_books_contain_nothing_of_a_person(portone: FakePortOne, client: httpx.Client) -> None:
    for person in PEOPLE:
        client.post(f"/identity-verifications/{person.key}-{person.phone[-1]}/send", json=send_body(person))
    otp = portone.buyer.otp_of("adult-1")
    client.post("/identity-verifications/adult-1/confirm", json={"otp": otp})
    portone.buyer.verify_identity("v1", person=LEAP_DAY)

    said = repr((portone.calls(), portone.verifications(), portone.identities.records, PEOPLE))

    assert portone.verifications()["adult-1"].status == "VERIFIED"
    assert [secret for person in PEOPLE for secret in (*secrets_of(person), otp) if secret in said] == []


def test_persons_are_told_apart_by_identity_and_not_by_name(portone: FakePortOne) -> None:
    assert (ADULT.name, ADULT.birth_date) == (NAMESAKE.name, NAMESAKE.birth_date)
    assert ADULT.ci != NAMESAKE.ci
    assert ADULT.ci == MOVED.ci
    assert (len(ADULT.ci), len(ADULT.di("DANAL", "a"))) == (88, 66)
    assert len({ADULT.di(pg, merchant) for pg in ("DANAL", "KCP_V2") for merchant in "ab"}) == 4
    assert portone.identities.people == list(PEOPLE)
