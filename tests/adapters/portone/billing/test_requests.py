"""Billing at the PortOne client: what is sent for keys, charges and schedules."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.support.billing_calls import (
    BILLING_KEY,
    CHARGE,
    TOKEN,
    billing_client,
    key_answer,
    page_answer,
)
from tests.support.billing_requests import (
    CONFIRMED,
    DELETED,
    MUTATIONS,
    PAID,
    PAID_TOO,
    READINGS,
    Act,
    charge,
    confirm,
    confirm_and_pay,
    delete,
    get,
    list_keys,
    list_schedules,
    revoke,
    sent_by,
)
from tests.support.payment_answers import STORE_ID
from tests.support.portone_calls import KEY, SECRET, Wire, in_time


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


def test_a_customers_keys_are_requested_by_the_time_of_issue() -> None:
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


def test_schedules_are_requested_with_both_ends_of_time() -> None:
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
