"""The identity client against the fake PortOne and the OpenAPI document."""

import os
from pathlib import Path

import pytest

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, FakePortOne, Fault
from portone_local.portone.contract import Contract
from portone_local.portone.identity.people import PEOPLE, Person
from portone_local.portone.identity.pg import INICIS, KCP
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.identity import IdentityClient
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.ports.world import Deadline
from tests.support.asking import recorded
from tests.support.identity_calls import VERIFICATION_ID, an_order
from tests.support.portone_calls import KEY

START = 1_767_323_045.25


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
    seen = recorded(portone)
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
def test_every_answer_of_the_fake_is_read_as_it_is(
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


def test_a_lost_answer_is_repeated_under_its_key(portone: FakePortOne, identity: IdentityClient) -> None:
    deadline = Deadline.after(portone.clock, 20)
    portone.inject(operation="send_identity_verification", fault=Fault.RESET_AFTER_COMMIT)
    with pytest.raises(PortOneError) as caught:
        identity.send_identity_verification(VERIFICATION_ID, an_order(), key=KEY, deadline=deadline)

    identity.send_identity_verification(VERIFICATION_ID, an_order(), key=KEY, deadline=deadline)

    assert caught.value.outcome is Outcome.UNKNOWN
    assert portone.verifications()[VERIFICATION_ID].messages == 1
