"""Identity verifications in PortOne's words: the body of a send, and a reading (PortOne facts 9).

Everything but the id may be missing or strange without an error. `pgRawResponse` has no field here.
"""

from typing import Annotated, Any

from pydantic import Field

from portone_payments.adapters.portone.texts import Sieve, Wire, moment_of, parsed, text_of
from portone_payments.adapters.portone.wire import channel_of
from portone_payments.domain.readings.verification import (
    Customer,
    VerificationFailure,
    VerificationReading,
    VerificationStatus,
)
from portone_payments.ports.identity import SendCommand

LONGEST = 500


class _Verification(Wire):
    id: Annotated[str, Field(min_length=1)]
    status: Annotated[str, Field(min_length=1)]
    channel: Any = Field(default=None, repr=False)
    custom_data: Any = Field(default=None, repr=False)
    requested_at: Any = None
    status_changed_at: Any = None
    verified_at: Any = None
    verified_customer: Any = Field(default=None, repr=False)
    failure: Any = Field(default=None, repr=False)


class _Confirmed(Wire):
    identity_verification: _Verification


def send_body(order: SendCommand, store_id: str) -> dict[str, Any]:
    """SendIdentityVerificationBody; absent fields are omitted, because PortOne refuses null."""
    customer = {
        "id": order.customer_id,
        "name": order.name,
        "phoneNumber": order.phone,
        "ipAddress": order.ip_address,
        "identityNumber": order.birth_and_sex,
    }
    body = {
        "storeId": store_id,
        "channelKey": order.channel_key,
        "operator": order.operator,
        "method": order.method,
        "customer": _present(customer),
        "customData": order.custom_data,
        "bypass": None if order.bypass is None else dict(order.bypass),
    }
    return _present(body)


def confirm_body(otp: str | None, store_id: str) -> dict[str, Any]:
    """ConfirmIdentityVerificationBody; without an OTP where the app was used."""
    return _present({"storeId": store_id, "otp": otp})


def verification_of(verification_id: str, body: bytes) -> VerificationReading:
    """The answer of GET /identity-verifications/{id}. Raises ValueError when it is not that one."""
    return _reading(verification_id, _Verification.model_validate(parsed(body)))


def confirmed_of(verification_id: str, body: bytes) -> VerificationReading:
    """The answer of a confirm. Raises ValueError when it is not that verification."""
    return _reading(verification_id, _Confirmed.model_validate(parsed(body)).identity_verification)


def _reading(verification_id: str, wire: _Verification) -> VerificationReading:
    if wire.id != verification_id:
        raise ValueError("the answer is about another verification")
    known = wire.status in VerificationStatus
    status = VerificationStatus(wire.status) if known else VerificationStatus.UNRECOGNISED
    return VerificationReading(
        id=wire.id,
        status=status,
        channel=channel_of(wire.channel),
        custom_data=text_of(wire.custom_data),
        requested_at=moment_of(wire.requested_at),
        status_changed_at=moment_of(wire.status_changed_at),
        verified_at=moment_of(wire.verified_at),
        customer=_customer(wire.verified_customer) if status is VerificationStatus.VERIFIED else None,
        failure=_failure(wire.failure) if status is VerificationStatus.FAILED else None,
    )


def _customer(raw: Any) -> Customer:
    """The person; an absent, strange or empty field is None, since a PG may omit any of them."""
    foreigner = raw.get("isForeigner") if isinstance(raw, dict) else None
    return Customer(
        name=_told(raw, "name"),
        birth_date=_told(raw, "birthDate"),
        gender=_told(raw, "gender"),
        ci=_told(raw, "ci"),
        di=_told(raw, "di"),
        phone=_told(raw, "phoneNumber"),
        operator=_told(raw, "operator"),
        is_foreigner=foreigner if isinstance(foreigner, bool) else None,
        id=_told(raw, "id"),
    )


def _failure(raw: Any) -> VerificationFailure:
    return VerificationFailure(reason=_told(raw, "reason"), pg_code=Sieve().code(raw, "pgCode"))


def _told(raw: Any, key: str) -> str | None:
    found = (text_of(raw, key) or "").strip()
    return found if found and len(found) <= LONGEST and found.isprintable() else None


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
