"""What the PortOne client never sends or logs of billing: a card where key-in is off, a key in an error."""

import json
from dataclasses import replace

import httpx
import pytest

from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.windows.buyer import Buyer
from tests.support.billing_calls import (
    BILLING_KEY,
    CARD_NUMBER,
    CHARGE,
    KEY_IN,
    TOKEN,
    billing_client,
    key_answer,
)
from tests.support.billing_requests import ISSUED, MUTATIONS, READINGS, Act
from tests.support.payment_answers import STORE_ID
from tests.support.portone_calls import KEY, Wire, error_of, in_time


def test_a_card_is_sent_where_key_in_is_on() -> None:
    buyer = Buyer(name="홍길동", email="gildong@buyer.example", phone="01012345678")
    order = replace(KEY_IN, birth_or_business_number="000000", password_two_digits="00", buyer=buyer)
    wire = Wire(httpx.Response(200, json=ISSUED))

    issued = billing_client(wire, key_in=True).issue_billing_key(order, key=KEY, deadline=in_time())

    (sent,) = wire.requests
    assert (sent.method, sent.url.raw_path) == ("POST", b"/billing-keys")
    assert json.loads(sent.read()) == {
        "storeId": STORE_ID,
        "channelKey": "channel-key-example",
        "customer": {
            "id": "user-1",
            "name": {"full": "홍길동"},
            "email": "gildong@buyer.example",
            "phoneNumber": "01012345678",
        },
        "method": {
            "card": {
                "credential": {
                    "number": CARD_NUMBER,
                    "expiryYear": "30",
                    "expiryMonth": "12",
                    "birthOrBusinessRegistrationNumber": "000000",
                    "passwordTwoDigits": "00",
                }
            }
        },
    }
    assert issued == BILLING_KEY


def test_no_card_is_sent_where_key_in_is_off() -> None:
    wire = Wire(httpx.Response(200, json=ISSUED))

    error = error_of(
        lambda wire: billing_client(wire).issue_billing_key(KEY_IN, key=KEY, deadline=in_time()), wire
    )

    assert error.outcome is Outcome.NO_EFFECT
    assert wire.requests == []


@pytest.mark.parametrize("billing_key", ["a/b", "../x", "가"])
def test_a_billing_key_never_becomes_another_path(billing_key: str) -> None:
    wire = Wire(httpx.Response(200, json=key_answer(billingKey=billing_key)))

    billing_client(wire).get_billing_key(billing_key, deadline=in_time())

    assert wire.requests[0].url.raw_path.count(b"/") == 2


@pytest.mark.parametrize("act", [*MUTATIONS, *READINGS])
def test_no_error_names_a_key_a_token_or_a_card(act: Act) -> None:
    said = {"type": "INVALID_REQUEST", "message": f"{BILLING_KEY} {TOKEN} {CARD_NUMBER}"}

    error = error_of(act, Wire(httpx.Response(400, json=said)))

    for secret in (BILLING_KEY, TOKEN, CARD_NUMBER):
        assert secret not in f"{error!r} {error} {error.__context__!r} {CHARGE!r} {KEY_IN!r}"


@pytest.mark.parametrize("billing_key", ["", ".", "\ud800", "x" * 70_000])
def test_a_billing_key_unfit_for_a_path_is_not_sent(billing_key: str) -> None:
    wire = Wire(httpx.Response(200, json=key_answer()))

    error = error_of(lambda wire: billing_client(wire).get_billing_key(billing_key, deadline=in_time()), wire)

    assert error.outcome is Outcome.NO_EFFECT
    assert wire.requests == []
