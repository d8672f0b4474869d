"""Raw calls of PortOne's verifications, as tests of the fake and of the client make them."""

from typing import Any

import httpx

from portone_local.portone.identity.people import ADULT, Person
from portone_local.portone.identity.pg import DANAL_CHANNEL
from portone_payments.ports.identity import SendCommand

VERIFICATION_ID = "verification1"
PATH = f"/identity-verifications/{VERIFICATION_ID}"
IP_ADDRESS = "203.0.113.9"


def send_body(person: Person = ADULT, method: str = "SMS", **changes: Any) -> dict[str, Any]:
    """SendIdentityVerificationBody for `person` at Danal; `changes` are whole fields."""
    customer = {
        "id": "user-1",
        "name": person.name,
        "phoneNumber": person.phone,
        "ipAddress": IP_ADDRESS,
        "identityNumber": person.birth_and_sex,
    }
    body = {
        "channelKey": DANAL_CHANNEL.key,
        "operator": person.operator,
        "method": method,
        "customer": customer,
    }
    return body | changes


def send(client: httpx.Client, person: Person = ADULT, **changes: Any) -> httpx.Response:
    """One send."""
    return client.post(f"{PATH}/send", json=send_body(person, **changes))


def resend(client: httpx.Client) -> httpx.Response:
    """One resend."""
    return client.post(f"{PATH}/resend")


def confirm(client: httpx.Client, **body: Any) -> httpx.Response:
    """One confirm."""
    return client.post(f"{PATH}/confirm", json=body)


def read(client: httpx.Client) -> dict[str, Any]:
    """One reading's JSON."""
    answer: dict[str, Any] = client.get(PATH).json()
    return answer


def an_order(person: Person = ADULT, method: str = "SMS", **changes: Any) -> SendCommand:
    """What our own client sends for `person` at Danal."""
    fields: dict[str, Any] = {
        "channel_key": DANAL_CHANNEL.key,
        "operator": person.operator,
        "method": method,
        "name": person.name,
        "phone": person.phone,
        "ip_address": IP_ADDRESS,
        "birth_and_sex": person.birth_and_sex,
        "customer_id": "user-1",
    }
    return SendCommand(**(fields | changes))


def secrets_of(person: Person) -> tuple[str, ...]:
    """What must not be found of `person` in a log, a repr or an error."""
    return (person.name, person.phone, person.birth_date, person.birth_and_sex, person.ci)
