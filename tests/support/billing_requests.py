"""Each call of the billing client, and what it sends."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.support.billing_calls import (
    BILLING_KEY,
    CHARGE,
    FIRST_PAYMENT,
    KEY_IN,
    TOKEN,
    billing_client,
    key_answer,
    page_answer,
    schedule_answer,
)
from tests.support.portone_calls import KEY, Wire, in_time

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
