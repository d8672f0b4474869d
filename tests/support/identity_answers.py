"""The identity client over a transport that is a plain function, and the answers tests give it."""

import json
from typing import Any

import httpx

from portone_local.portone.identity.people import ADULT
from portone_local.portone.identity.pg import DANAL_CHANNEL
from portone_payments.adapters.portone.identity import IdentityClient
from portone_payments.domain.readings.verification import VerificationReading
from tests.support.identity_calls import VERIFICATION_ID, an_order
from tests.support.payment_answers import STORE_ID
from tests.support.portone_calls import KEY, SECRET, Wire, in_time

OTP = "402817"
CUSTOMER = {
    "id": "user-1",
    "name": ADULT.name,
    "operator": "SKT",
    "phoneNumber": ADULT.phone,
    "birthDate": ADULT.birth_date,
    "gender": "FEMALE",
    "isForeigner": False,
    "ci": ADULT.ci,
    "di": ADULT.di("DANAL", "example-cpid"),
}


def verified(**changes: Any) -> dict[str, Any]:
    """A VERIFIED verification as PortOne answers it; `changes` are whole fields."""
    return {
        "status": "VERIFIED",
        "id": VERIFICATION_ID,
        "channel": DANAL_CHANNEL.as_answer(),
        "verifiedCustomer": CUSTOMER,
        "customData": "data",
        "requestedAt": "2026-01-02T03:04:05Z",
        "updatedAt": "2026-01-02T03:05:38.366979621Z",
        "statusChangedAt": "2026-01-02T03:05:38.366979621Z",
        "verifiedAt": "2026-01-02T03:05:38Z",
        "pgTxId": "pg-1",
        "pgRawResponse": json.dumps(CUSTOMER),
        "version": "V2",
    } | changes


def client(wire: Wire) -> IdentityClient:
    """The identity client under test."""
    return IdentityClient(
        base_url="https://portone.example",
        secret=lambda: SECRET,
        store_id=STORE_ID,
        transport=httpx.MockTransport(wire),
    )


def get(wire: Wire) -> VerificationReading | None:
    """One reading."""
    return client(wire).get_identity_verification(VERIFICATION_ID, deadline=in_time())


def send(wire: Wire) -> None:
    """One send."""
    client(wire).send_identity_verification(VERIFICATION_ID, an_order(), key=KEY, deadline=in_time())


def resend(wire: Wire) -> None:
    """One resend."""
    client(wire).resend_identity_verification(VERIFICATION_ID, key=KEY, deadline=in_time())


def confirm(wire: Wire) -> VerificationReading:
    """One confirm."""
    return client(wire).confirm_identity_verification(VERIFICATION_ID, OTP, key=KEY, deadline=in_time())
