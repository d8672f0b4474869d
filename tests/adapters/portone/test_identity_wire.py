"""Reading verifications: a field a PG leaves out is None, an unknown state is a value, no person is shown."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from portone_local.portone.identity.people import ADULT, PEOPLE, Person
from portone_payments.adapters.portone.identity_wire import verification_of
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.payment import Channel
from portone_payments.domain.readings.verification import (
    Customer,
    VerificationFailure,
    VerificationReading,
    VerificationStatus,
)
from tests.support.identity_answers import (
    CUSTOMER,
    OTP,
    client,
    confirm,
    get,
    resend,
    send,
    verified,
)
from tests.support.identity_calls import VERIFICATION_ID, an_order, secrets_of
from tests.support.portone_calls import SECRET, Wire


def read(answer: Any) -> VerificationReading:
    return verification_of(VERIFICATION_ID, json.dumps(answer).encode())


def told(**changes: Any) -> Customer | None:
    return read(verified(verifiedCustomer=CUSTOMER | changes)).customer


def test_a_verified_reading_is_read_completely() -> None:
    assert read(verified()) == VerificationReading(
        id=VERIFICATION_ID,
        status=VerificationStatus.VERIFIED,
        channel=Channel(
            test=False, pg_provider="DANAL", pg_merchant_id="example-cpid", key="channel-key-example-danal"
        ),
        custom_data="data",
        requested_at=1_767_323_045_000_000,
        status_changed_at=1_767_323_138_366_979,
        verified_at=1_767_323_138_000_000,
        customer=Customer(
            id="user-1",
            name=ADULT.name,
            birth_date="1990-05-17",
            gender="FEMALE",
            ci=ADULT.ci,
            di=ADULT.di("DANAL", "example-cpid"),
            phone=ADULT.phone,
            operator="SKT",
            is_foreigner=False,
        ),
    )


def test_a_failed_reading_has_the_code_and_never_the_pgs_text() -> None:
    failure = {"reason": "거절", "pgCode": "9013", "pgMessage": f"{ADULT.name} 01090000001"}

    reading = read(verified(status="FAILED", failure=failure))

    assert reading.failure == VerificationFailure(reason="거절", pg_code="9013")
    assert reading.customer is None


def test_an_unknown_state_is_a_value() -> None:
    reading = read(verified(status="EXPIRED"))

    assert reading.status is VerificationStatus.UNRECOGNISED
    assert (reading.customer, reading.failure) == (None, None)


@pytest.mark.parametrize("key", sorted(set(verified()) - {"id", "status"}))
@pytest.mark.parametrize("odd", [None, 7, "odd", [], {}, [None]])
def test_anything_but_id_and_status_may_be_missing_or_strange(key: str, odd: Any) -> None:
    without = {name: value for name, value in verified().items() if name != key}

    assert read(without).status is VerificationStatus.VERIFIED
    assert read(verified(**{key: odd})).status is VerificationStatus.VERIFIED


@pytest.mark.parametrize("key", sorted(CUSTOMER))
@pytest.mark.parametrize("odd", [None, "", "  ", 7, [], {}])
def test_a_value_the_pg_does_not_give_is_none_and_never_an_empty_text(key: str, odd: Any) -> None:
    names = {"birthDate": "birth_date", "phoneNumber": "phone", "isForeigner": "is_foreigner"}

    assert getattr(told(**{key: odd}), names.get(key, key)) is None


@pytest.mark.parametrize("channel", [None, {}, {"type": "SANDBOX"}, {"type": "LIVE"}, "LIVE"])
def test_a_channel_that_is_not_surely_live_or_test_is_none(channel: Any) -> None:
    assert read(verified(channel=channel)).channel is None


@pytest.mark.parametrize("act", [get, send, resend, confirm])
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"type": "INVALID_REQUEST", "message": json.dumps(CUSTOMER) + OTP}),
        httpx.Response(
            502, json={"type": "PG_PROVIDER", "pgCode": "9013", "pgMessage": json.dumps(CUSTOMER)}
        ),
        httpx.Response(502, json={"type": "PG_PROVIDER", "pgCode": f"{OTP} {ADULT.name}", "pgMessage": OTP}),
        httpx.Response(200, json=[CUSTOMER, OTP]),
        httpx.ReadError(json.dumps(CUSTOMER) + OTP),
    ],
    ids=["400", "502", "no code", "a list", "reset"],
)
def test_an_error_shows_nothing_of_a_person(act: Callable[[Wire], object], answer: Any) -> None:
    with pytest.raises(PortOneError) as caught:
        act(Wire(answer))

    chain: list[str] = []
    error: BaseException | None = caught.value
    while error is not None:
        chain.append(f"{error!r} {error} {vars(error)}")
        error = error.__cause__ or error.__context__
    assert leaked(" ".join(chain), ADULT) == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.key)
def test_orders_readings_and_the_client_show_nothing_of_a_person(person: Person) -> None:
    customer = {"ci": person.ci, "name": person.name, "phoneNumber": person.phone}
    customer |= {"birthDate": person.birth_date, "di": person.di("DANAL", "example-cpid")}
    reading = read(verified(verifiedCustomer=customer, customData=person.name))

    said = f"{an_order(person)!r} {reading!r} {reading.customer!r} {client(Wire(httpx.Response(200)))!r}"

    assert reading.customer is not None
    assert reading.customer.ci == person.ci
    assert leaked(said, person) == []


def leaked(text: str, person: Person) -> list[str]:
    di = person.di("DANAL", "example-cpid")
    return [secret for secret in (*secrets_of(person), di, OTP, SECRET) if secret in text]
