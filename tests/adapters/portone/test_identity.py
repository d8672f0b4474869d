"""The identity client: what it sends, and what it makes of answers."""

import json
from collections.abc import Callable

import httpx
import pytest

from portone_local.portone.identity.people import ADULT
from portone_local.portone.identity.pg import DANAL_CHANNEL
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.verification import VerificationStatus
from tests.support.identity_answers import OTP, client, confirm, get, resend, send, verified
from tests.support.identity_calls import IP_ADDRESS, VERIFICATION_ID, an_order
from tests.support.payment_answers import STORE_ID
from tests.support.portone_calls import KEY, Wire, error_of, in_time


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


def test_an_id_unknown_at_portone_reads_as_none() -> None:
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
def test_an_unreadable_200_is_unknown(act: Callable[[Wire], object], body: bytes) -> None:
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
def test_a_refusal_has_the_outcome_of_its_type(
    act: Callable[[Wire], object], status: int, kind: str, outcome: Outcome
) -> None:
    error = error_of(act, Wire(httpx.Response(status, json={"type": kind, "message": ADULT.name})))

    assert (error.outcome, error.error_type) == (outcome, kind)
