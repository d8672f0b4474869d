"""The identity client: what it sends, what it makes of answers and refusals."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from portone_local.clock import MovableClock
from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, FakePortOne, Fault
from portone_local.portone.api import Exchange
from portone_local.portone.contract import Contract
from portone_local.portone.identity.people import ADULT, PEOPLE, Person
from portone_local.portone.identity.pg import DANAL_CHANNEL, INICIS, KCP
from portone_local.testing.identity_answers import (
    OTP,
    client,
    confirm,
    get,
    resend,
    send,
    verified,
)
from portone_local.testing.identity_calls import IP_ADDRESS, VERIFICATION_ID, an_order
from portone_local.testing.payment_answers import STORE_ID
from portone_local.testing.portone_calls import KEY, Wire, error_of, in_time
from portone_payments.adapters.portone_identity import IdentityClient
from portone_payments.domain.errors import PortOneError
from portone_payments.domain.identity_reading import (
    VerificationStatus,
)
from portone_payments.domain.outcomes import Outcome
from portone_payments.ports import Deadline

START = 1_767_323_045.25


def test_a_reading_names_verification_and_store_and_carries_no_key() -> None:
    wire = Wire(httpx.Response(200, json=verified()))

    get(wire)

    (sent,) = wire.requests
    path = f"/identity-verifications/{VERIFICATION_ID}?storeId={STORE_ID}"
    assert (sent.method, sent.url.raw_path.decode()) == ("GET", path)
    assert "idempotency-key" not in sent.headers


def test_a_send_carries_person_channel_store_and_a_key() -> None:
    wire = Wire(httpx.Response(200, json={}))
    order = an_order(custom_data="data", bypass={"danal": {"CPTITLE": "Example shop"}})

    client(wire).send_identity_verification(VERIFICATION_ID, order, key=KEY, deadline=in_time())

    (sent,) = wire.requests
    path = f"/identity-verifications/{VERIFICATION_ID}/send"
    assert (sent.method, sent.url.raw_path.decode()) == ("POST", path)
    assert sent.headers["idempotency-key"] == f'"{KEY}"'
    assert json.loads(sent.read()) == {
        "storeId": STORE_ID,
        "channelKey": DANAL_CHANNEL.key,
        "operator": "SKT",
        "method": "SMS",
        "customer": {
            "id": "user-1",
            "name": ADULT.name,
            "phoneNumber": ADULT.phone,
            "ipAddress": IP_ADDRESS,
            "identityNumber": "9005172",
        },
        "customData": "data",
        "bypass": {"danal": {"CPTITLE": "Example shop"}},
    }


def test_a_send_leaves_out_what_is_absent() -> None:
    wire = Wire(httpx.Response(200, json={}))
    order = an_order(method="APP", birth_and_sex=None, customer_id=None)

    client(wire).send_identity_verification(VERIFICATION_ID, order, key=KEY, deadline=in_time())

    body = json.loads(wire.requests[0].read())
    assert set(body) == {"storeId", "channelKey", "operator", "method", "customer"}
    assert set(body["customer"]) == {"name", "phoneNumber", "ipAddress"}


def test_a_resend_has_a_key_and_no_body() -> None:
    wire = Wire(httpx.Response(200, json={}))

    resend(wire)

    (sent,) = wire.requests
    path = f"/identity-verifications/{VERIFICATION_ID}/resend?storeId={STORE_ID}"
    assert (sent.method, sent.url.raw_path.decode(), sent.read()) == ("POST", path, b"")
    assert sent.headers["idempotency-key"] == f'"{KEY}"'


@pytest.mark.parametrize(("otp", "more"), [(OTP, {"otp": OTP}), (None, {})])
def test_a_confirm_carries_the_code_or_none(otp: str | None, more: dict[str, str]) -> None:
    wire = Wire(httpx.Response(200, json={"identityVerification": verified()}))

    reading = client(wire).confirm_identity_verification(VERIFICATION_ID, otp, key=KEY, deadline=in_time())

    assert json.loads(wire.requests[0].read()) == {"storeId": STORE_ID, **more}
    assert reading.status is VerificationStatus.VERIFIED


def test_an_id_portone_does_not_know_reads_as_none() -> None:
    assert get(Wire(httpx.Response(404, json={"type": "IDENTITY_VERIFICATION_NOT_FOUND"}))) is None


@pytest.mark.parametrize(
    ("act", "body"),
    [
        (get, b"<html>"),
        (get, json.dumps(verified(id="another")).encode()),
        (get, json.dumps(verified(status="")).encode()),
        (get, b'{"status":"VERIFIED"}'),
        (send, b"[]"),
        (resend, b"null"),
        (confirm, b"{}"),
        (confirm, json.dumps(verified()).encode()),
        (confirm, json.dumps({"identityVerification": verified(id="another")}).encode()),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_a_200_nobody_can_read_is_unknown(act: Callable[[Wire], object], body: bytes) -> None:
    assert error_of(act, Wire(httpx.Response(200, content=body))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        (400, "MAX_TRANSACTION_COUNT_REACHED", Outcome.NO_EFFECT),
        (404, "CHANNEL_NOT_FOUND", Outcome.NO_EFFECT),
        (404, "IDENTITY_VERIFICATION_NOT_SENT", Outcome.NO_EFFECT),
        (409, "IDENTITY_VERIFICATION_ALREADY_SENT", Outcome.NO_EFFECT),
        (409, "IDENTITY_VERIFICATION_ALREADY_VERIFIED", Outcome.NO_EFFECT),
        (502, "PG_PROVIDER", Outcome.PG_ANSWER),
        (403, "FORBIDDEN", Outcome.REFUSED),
        (500, "SOMETHING_NEW", Outcome.UNKNOWN),
    ],
)
@pytest.mark.parametrize("act", [send, resend, confirm])
def test_a_refusal_is_what_its_type_means(
    act: Callable[[Wire], object], status: int, kind: str, outcome: Outcome
) -> None:
    error = error_of(act, Wire(httpx.Response(status, json={"type": kind, "message": ADULT.name})))

    assert (error.outcome, error.error_type) == (outcome, kind)


@pytest.fixture
def portone() -> FakePortOne:
    return FakePortOne(clock=MovableClock(START), seed=7)


@pytest.fixture
def identity(portone: FakePortOne) -> IdentityClient:
    return IdentityClient(
        base_url="https://portone.example",
        secret=lambda: EXAMPLE_SECRET,
        store_id=EXAMPLE_STORE,
        transport=portone.transport(),
    )


def test_every_request_keeps_to_the_document(portone: FakePortOne, identity: IdentityClient) -> None:
    path = os.environ.get("PORTONE_OPENAPI")
    if not path:
        pytest.skip("PORTONE_OPENAPI is not set")
    contract, deadline = Contract(Path(path)), Deadline.after(portone.clock, 20)
    seen: list[Exchange] = []
    portone.api.watchers.append(seen.append)
    order = an_order(custom_data="data", bypass={"danal": {"AGELIMIT": 19}})

    identity.send_identity_verification(VERIFICATION_ID, order, key=f"{KEY}1", deadline=deadline)
    identity.resend_identity_verification(VERIFICATION_ID, key=f"{KEY}2", deadline=deadline)
    otp = portone.buyer.otp_of(VERIFICATION_ID)
    identity.confirm_identity_verification(VERIFICATION_ID, otp, key=f"{KEY}3", deadline=deadline)
    identity.get_identity_verification(VERIFICATION_ID, deadline=deadline)

    assert [exchange.reply.answer.status for exchange in seen] == [200] * 4
    assert [problem for exchange in seen for problem in contract.problems(exchange)] == []


@pytest.mark.parametrize("provider", ["DANAL", KCP, INICIS])
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.key)
def test_what_the_fake_tells_is_what_is_read(
    portone: FakePortOne, identity: IdentityClient, provider: str, person: Person
) -> None:
    portone.buyer.verify_identity(VERIFICATION_ID, provider=provider, person=person)

    reading = identity.get_identity_verification(VERIFICATION_ID, deadline=Deadline.after(portone.clock, 20))

    assert reading is not None
    assert reading.customer is not None
    assert reading.channel is not None
    assert (reading.channel.pg_provider, reading.channel.test) == (provider, False)
    assert (reading.customer.birth_date, reading.customer.ci) == (person.birth_date, person.ci)
    assert (reading.customer.di is None) == (provider == INICIS)


def test_a_lost_answer_is_asked_for_again_under_its_key(
    portone: FakePortOne, identity: IdentityClient
) -> None:
    deadline = Deadline.after(portone.clock, 20)
    portone.inject(operation="send_identity_verification", fault=Fault.RESET_AFTER_COMMIT)
    with pytest.raises(PortOneError) as caught:
        identity.send_identity_verification(VERIFICATION_ID, an_order(), key=KEY, deadline=deadline)

    identity.send_identity_verification(VERIFICATION_ID, an_order(), key=KEY, deadline=deadline)

    assert caught.value.outcome is Outcome.UNKNOWN
    assert portone.verifications()[VERIFICATION_ID].messages == 1
