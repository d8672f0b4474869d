"""Confirm and cash receipts at the PortOne client: what is sent, what is understood."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_STORE, TEST_CHANNEL, Checkout, FakePortOne
from portone_local.portone.contract import Contract
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.portone.payments import PortOneClient
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.readings.payment import ReceiptStatus
from portone_payments.ports.portone import ConfirmCommand, IssuedReceipt, ReceiptCommand
from portone_payments.ports.world import Deadline
from tests.support.asking import recorded
from tests.support.payment_answers import PAYMENT_ID, STORE_ID
from tests.support.portone_calls import KEY, Wire, client, error_of, in_time

CONFIRM = ConfirmCommand(token="example-token", total=12_000, tax_free=1_000, currency="KRW", test=True)
RECEIPT = ReceiptCommand(
    identity="0100000000",
    kind="PERSONAL",
    amount=12_000,
    tax_free=1_000,
    currency="KRW",
    order_name="모자",
    channel_key="channel-key-example",
)
SUMMARY = {
    "cashReceipt": {"issueNumber": "0000000001", "url": "https://receipts.example/1", "pgReceiptId": "1"}
}


def confirm(wire: Wire) -> None:
    client(wire).confirm(PAYMENT_ID, CONFIRM, key=KEY, deadline=in_time())


def issue(wire: Wire) -> IssuedReceipt:
    return client(wire).issue_cash_receipt(PAYMENT_ID, RECEIPT, key=KEY, deadline=in_time())


def cancel(wire: Wire) -> None:
    client(wire).cancel_cash_receipt(PAYMENT_ID, key=KEY, deadline=in_time())


def read(wire: Wire) -> Any:
    return client(wire).get_cash_receipt(PAYMENT_ID, deadline=in_time())


def test_a_confirm_carries_everything_portone_can_compare_and_a_key() -> None:
    wire = Wire(httpx.Response(200, json={"pgTxId": "pg-1", "paidAt": "2026-01-02T03:04:05Z"}))

    confirm(wire)

    (sent,) = wire.requests
    assert (sent.method, sent.url.raw_path.decode()) == ("POST", f"/payments/{PAYMENT_ID}/confirm")
    assert sent.headers["idempotency-key"] == f'"{KEY}"'
    assert json.loads(sent.read()) == {
        "storeId": STORE_ID,
        "paymentToken": "example-token",
        "totalAmount": 12_000,
        "taxFreeAmount": 1_000,
        "currency": "KRW",
        "isTest": True,
    }


def test_an_issue_carries_amount_channel_and_number_and_a_key() -> None:
    wire = Wire(httpx.Response(200, json=SUMMARY))

    issued = issue(wire)

    (sent,) = wire.requests
    assert (sent.method, sent.url.raw_path.decode()) == ("POST", "/cash-receipts")
    assert sent.headers["idempotency-key"] == f'"{KEY}"'
    assert json.loads(sent.read()) == {
        "storeId": STORE_ID,
        "paymentId": PAYMENT_ID,
        "channelKey": "channel-key-example",
        "type": "PERSONAL",
        "orderName": "모자",
        "currency": "KRW",
        "amount": {"total": 12_000, "taxFree": 1_000},
        "customer": {"identityNumber": "0100000000"},
    }
    assert issued == IssuedReceipt(issue_number="0000000001", url="https://receipts.example/1")


def test_a_cancel_names_store_and_key() -> None:
    wire = Wire(httpx.Response(200, json={"cancelledAmount": 1, "cancelledAt": "2026-01-02T03:04:05Z"}))

    cancel(wire)

    (sent,) = wire.requests
    path = f"/payments/{PAYMENT_ID}/cash-receipt/cancel?storeId={STORE_ID}"
    assert (sent.method, sent.url.raw_path.decode()) == ("POST", path)
    assert sent.headers["idempotency-key"] == f'"{KEY}"'


def test_a_payment_without_a_receipt_reads_as_none() -> None:
    assert read(Wire(httpx.Response(404, json={"type": "CASH_RECEIPT_NOT_FOUND"}))) is None


@pytest.mark.parametrize("status", ["ISSUED", "CANCELLED", "ISSUE_FAILED", "SOMETHING_NEW"])
def test_a_reading_understands_every_state_and_survives_an_unknown_one(status: str) -> None:
    body = {"status": status, "paymentId": PAYMENT_ID, "amount": 7_000, "issueNumber": "1", "more": {}}

    found = read(Wire(httpx.Response(200, json=body)))

    known = ReceiptStatus(status) if status in ReceiptStatus else ReceiptStatus.UNRECOGNISED
    assert (found.status, found.amount, found.issue_number) == (known, 7_000, "1")


@pytest.mark.parametrize(
    ("act", "body"),
    [
        (confirm, b"<html>"),
        (confirm, b"[]"),
        (issue, b"{}"),
        (issue, b'{"cashReceipt":{"issueNumber":""}}'),
        (cancel, b"null"),
        (read, b"{}"),
        (read, b'{"status":"ISSUED","paymentId":"another","amount":1}'),
        (read, json.dumps({"status": "ISSUED", "paymentId": PAYMENT_ID, "amount": -1}).encode()),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_an_unreadable_200_is_unknown(act: Callable[[Wire], object], body: bytes) -> None:
    assert error_of(act, Wire(httpx.Response(200, content=body))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("act", [confirm, issue])
def test_neither_token_nor_number_is_in_a_repr(act: Callable[[Wire], object]) -> None:
    error = error_of(
        act, Wire(httpx.Response(400, json={"type": "INVALID_REQUEST", "message": "0100000000"}))
    )

    said = f"{CONFIRM!r} {RECEIPT!r} {error!r} {error}"
    assert "example-token" not in said
    assert "0100000000" not in said


def test_every_request_keeps_to_the_document() -> None:
    path = os.environ.get("PORTONE_OPENAPI")
    if not path:
        pytest.skip("PORTONE_OPENAPI is not set")
    fake = FakePortOne(clock=MovableClock(1_767_323_045.25), seed=7, channels=(TEST_CHANNEL,))
    seen = recorded(fake)
    portone = PortOneClient(
        base_url="https://portone.example",
        secret=lambda: EXAMPLE_SECRET,
        store_id=EXAMPLE_STORE,
        transport=fake.transport(),
    )
    deadline = Deadline.after(fake.clock, 20)
    window = Checkout(amount=12_000, currency="KRW", tax_free=1_000, method="TRANSFER")
    token = fake.buyer.authenticate("p1", window)
    order = ConfirmCommand(token=token, total=12_000, tax_free=1_000, currency="KRW", test=True)
    receipt = ReceiptCommand(
        identity="0100000000",
        kind="PERSONAL",
        amount=12_000,
        tax_free=1_000,
        currency="KRW",
        order_name="모자",
        channel_key=str(TEST_CHANNEL.key),
    )

    portone.confirm("p1", order, key="example-key-0000000001", deadline=deadline)
    portone.issue_cash_receipt("p1", receipt, key="example-key-0000000002", deadline=deadline)
    portone.get_cash_receipt("p1", deadline=deadline)
    portone.cancel_cash_receipt("p1", key="example-key-0000000003", deadline=deadline)

    contract = Contract(Path(path))
    assert [exchange.route and exchange.route.operation_id for exchange in seen] == [
        "confirmPayment",
        "issueCashReceipt",
        "getCashReceiptByPaymentId",
        "cancelCashReceiptByPaymentId",
    ]
    assert [contract.problems(exchange) for exchange in seen] == [[]] * 4
