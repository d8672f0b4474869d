"""Billing at the PortOne client: what is sent for keys, charges and schedules, and what never is."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.testing.billing_calls import (
    BILLING_KEY,
    CARD_NUMBER,
    CHARGE,
    FIRST_PAYMENT,
    KEY_IN,
    TOKEN,
    billing_client,
    key_answer,
    page_answer,
    schedule_answer,
)
from portone_local.testing.payment_answers import STORE_ID
from portone_local.testing.portone_calls import KEY, SECRET, Wire, error_of, in_time
from portone_payments.domain.outcomes import Outcome

type Act = Callable[[Wire], Any]

SINCE, UNTIL = 1_767_323_045, 1_767_409_445
PAID = {"payment": {"pgTxId": "pg-1", "paidAt": "2026-01-02T03:04:05Z"}}
DELETED = {"deletedAt": "2026-01-02T03:04:05Z"}
CONFIRMED = {"billingKey": BILLING_KEY}
PAID_TOO = {"billingKey": BILLING_KEY, "paymentId": "p1"}
ISSUED = {"billingKeyInfo": {"billingKey": BILLING_KEY, "issuedAt": "2026-01-02T03:04:05Z"}}


def get(wire: Wire) -> Any:
    return billing_client(wire).get_billing_key(BILLING_KEY, deadline=in_time())


def list_keys(wire: Wire) -> Any:
    portone = billing_client(wire)
    return portone.list_billing_keys("user-1", SINCE, UNTIL, number=2, size=50, deadline=in_time())


def delete(wire: Wire) -> None:
    billing_client(wire).delete_billing_key(BILLING_KEY, reason="그만 & 끝", key=KEY, deadline=in_time())


def confirm(wire: Wire) -> str:
    return billing_client(wire).confirm_billing_key(TOKEN, test=True, key=KEY, deadline=in_time())


def confirm_and_pay(wire: Wire) -> str:
    portone = billing_client(wire)
    return portone.confirm_issue_and_pay(TOKEN, FIRST_PAYMENT, test=False, key=KEY, deadline=in_time())


def key_in(wire: Wire) -> str:
    return billing_client(wire, key_in=True).issue_billing_key(KEY_IN, key=KEY, deadline=in_time())


def charge(wire: Wire) -> None:
    billing_client(wire).charge("p1", CHARGE, key=KEY, deadline=in_time())


def list_schedules(wire: Wire) -> Any:
    portone = billing_client(wire)
    return portone.list_schedules(BILLING_KEY, SINCE, UNTIL, number=0, size=20, deadline=in_time())


def revoke(wire: Wire) -> None:
    billing_client(wire).revoke_schedules(("schedule-1", "schedule-2"), key=KEY, deadline=in_time())


MUTATIONS: dict[Act, dict[str, Any]] = {
    delete: DELETED,
    confirm: CONFIRMED,
    confirm_and_pay: PAID_TOO,
    key_in: ISSUED,
    charge: PAID,
    revoke: {"revokedScheduleIds": ["schedule-1", "schedule-2"]},
}
READINGS: dict[Act, dict[str, Any]] = {
    get: key_answer(),
    list_keys: page_answer(key_answer()),
    list_schedules: page_answer(schedule_answer()),
}


def sent_by(act: Act, answer: dict[str, Any]) -> httpx.Request:
    """The one request of `act`."""
    wire = Wire(httpx.Response(200, json=answer))
    act(wire)
    (sent,) = wire.requests
    return sent


@pytest.mark.parametrize(("act", "answer"), MUTATIONS.items())
def test_every_mutation_carries_a_quoted_key(act: Act, answer: dict[str, Any]) -> None:
    sent = sent_by(act, answer)

    assert sent.headers["idempotency-key"] == f'"{KEY}"'
    assert sent.headers["authorization"] == f"PortOne {SECRET}"


@pytest.mark.parametrize(("act", "answer"), READINGS.items())
def test_no_reading_carries_a_key_or_a_body(act: Act, answer: dict[str, Any]) -> None:
    sent = sent_by(act, answer)

    assert (sent.method, sent.read()) == ("GET", b"")
    assert "idempotency-key" not in sent.headers


def test_a_key_is_read_by_name_and_store() -> None:
    sent = sent_by(get, key_answer())

    assert sent.url.raw_path.decode() == f"/billing-keys/{BILLING_KEY}?storeId={STORE_ID}"


def test_a_customers_keys_are_asked_for_by_the_time_of_issue() -> None:
    sent = sent_by(list_keys, page_answer())

    assert sent.url.path == "/billing-keys"
    assert json.loads(sent.url.params["requestBody"]) == {
        "page": {"number": 2, "size": 50},
        "sort": {"by": "ISSUED_AT", "order": "ASC"},
        "filter": {
            "storeId": STORE_ID,
            "customerId": "user-1",
            "timeRangeField": "ISSUED_AT",
            "from": "2026-01-02T03:04:05Z",
            "until": "2026-01-03T03:04:05Z",
        },
    }


def test_a_deletion_says_store_reason_and_requester_in_the_query() -> None:
    sent = sent_by(delete, DELETED)

    assert (sent.method, sent.url.path, sent.read()) == ("DELETE", f"/billing-keys/{BILLING_KEY}", b"")
    assert dict(sent.url.params) == {"storeId": STORE_ID, "reason": "그만 & 끝", "requester": "CUSTOMER"}


def test_a_confirm_says_whether_it_is_a_test() -> None:
    sent = sent_by(confirm, CONFIRMED)

    assert (sent.method, sent.url.raw_path) == ("POST", b"/billing-keys/confirm")
    assert json.loads(sent.read()) == {"storeId": STORE_ID, "billingIssueToken": TOKEN, "isTest": True}


def test_a_confirm_with_payment_carries_everything_portone_can_compare() -> None:
    sent = sent_by(confirm_and_pay, PAID_TOO)

    assert (sent.method, sent.url.raw_path) == ("POST", b"/billing-keys/confirm-issue-and-pay")
    assert json.loads(sent.read()) == {
        "storeId": STORE_ID,
        "billingIssueToken": TOKEN,
        "paymentId": "p1",
        "totalAmount": 9_900,
        "taxFreeAmount": 900,
        "currency": "KRW",
        "isTest": False,
    }


def test_a_charge_carries_the_amount_as_an_object() -> None:
    sent = sent_by(charge, PAID)

    assert (sent.method, sent.url.raw_path) == ("POST", b"/payments/p1/billing-key")
    assert json.loads(sent.read()) == {
        "storeId": STORE_ID,
        "billingKey": BILLING_KEY,
        "orderName": "구독 1월",
        "customer": {"id": "user-1"},
        "customData": '{"bundle":"example"}',
        "amount": {"total": 9_900, "taxFree": 900},
        "currency": "KRW",
    }


def test_a_charge_says_channel_vat_and_webhook_address_where_they_are_given() -> None:
    order = replace(CHARGE, channel_key="channel-key-2", vat=0, notice_urls=("https://shop.example/hook",))
    wire = Wire(httpx.Response(200, json=PAID))

    billing_client(wire).charge("p1", order, key=KEY, deadline=in_time())

    sent = json.loads(wire.requests[0].read())
    assert sent["amount"] == {"total": 9_900, "taxFree": 900, "vat": 0}
    assert (sent["channelKey"], sent["noticeUrls"]) == ("channel-key-2", ["https://shop.example/hook"])


def test_schedules_are_asked_for_with_both_ends_of_time() -> None:
    sent = sent_by(list_schedules, page_answer())

    assert sent.url.path == "/payment-schedules"
    assert json.loads(sent.url.params["requestBody"]) == {
        "page": {"number": 0, "size": 20},
        "sort": {"by": "TIME_TO_PAY", "order": "ASC"},
        "filter": {
            "storeId": STORE_ID,
            "billingKey": BILLING_KEY,
            "from": "2026-01-02T03:04:05Z",
            "until": "2026-01-03T03:04:05Z",
        },
    }


def test_schedules_are_revoked_by_their_ids_alone() -> None:
    sent = sent_by(revoke, MUTATIONS[revoke])

    assert (sent.method, sent.url.path, sent.read()) == ("DELETE", "/payment-schedules", b"")
    assert json.loads(sent.url.params["requestBody"]) == {
        "storeId": STORE_ID,
        "scheduleIds": ["schedule-1", "schedule-2"],
    }


def test_a_card_is_sent_where_key_in_is_on() -> None:
    order = replace(KEY_IN, birth_or_business_number="000000", password_two_digits="00")
    wire = Wire(httpx.Response(200, json=ISSUED))

    issued = billing_client(wire, key_in=True).issue_billing_key(order, key=KEY, deadline=in_time())

    (sent,) = wire.requests
    assert (sent.method, sent.url.raw_path) == ("POST", b"/billing-keys")
    assert json.loads(sent.read()) == {
        "storeId": STORE_ID,
        "channelKey": "channel-key-example",
        "customer": {"id": "user-1"},
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
def test_a_billing_key_no_path_can_carry_is_not_sent(billing_key: str) -> None:
    wire = Wire(httpx.Response(200, json=key_answer()))

    error = error_of(lambda wire: billing_client(wire).get_billing_key(billing_key, deadline=in_time()), wire)

    assert error.outcome is Outcome.NO_EFFECT
    assert wire.requests == []
