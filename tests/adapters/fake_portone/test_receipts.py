"""Cash receipts: one that stands per paymentId, read alone and in the payment, cancelled as a whole."""

from typing import Any

import httpx
import pytest

from portone_local.portone import Checkout, FakePortOne, Fault
from portone_local.twins.clock import MovableClock
from tests.support.asking import refused

ORDER = Checkout(amount=110_000, tax_free=11_000, method="TRANSFER")
RECEIPT = {
    "paymentId": "p1",
    "channelKey": "channel-key-example-live",
    "type": "PERSONAL",
    "orderName": "Example order",
    "currency": "KRW",
    "amount": {"total": 110_000, "taxFree": 11_000},
    "customer": {"identityNumber": "01000000000"},
}


def issue(client: httpx.Client, **changes: Any) -> httpx.Response:
    return client.post("/cash-receipts", json=RECEIPT | changes)


def read(client: httpx.Client) -> httpx.Response:
    return client.get("/payments/p1/cash-receipt")


def cancel(client: httpx.Client) -> httpx.Response:
    return client.post("/payments/p1/cash-receipt/cancel")


def test_an_issued_receipt_is_read_alone_and_in_the_payment(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.pay("p1", ORDER)
    before = client.get("/payments/p1").json()

    number = issue(client).json()["cashReceipt"]["issueNumber"]

    alone, payment = read(client).json(), client.get("/payments/p1").json()
    assert (alone["status"], alone["issueNumber"], alone["vatAmount"]) == ("ISSUED", number, 9_000)
    assert (before["cashReceiptIssuanceStatus"], "cashReceipt" in before) == ("NOT_ISSUED", False)
    assert (payment["cashReceiptIssuanceStatus"], payment["cashReceipt"]["issueNumber"]) == ("ISSUED", number)


def test_every_documented_field_may_be_sent(client: httpx.Client) -> None:
    customer = {"identityNumber": "0", "identityNumberType": "PHONE", "name": "홍길동", "phoneNumber": "0"}

    answer = issue(
        client,
        customer=customer,
        paidAt="2026-01-02T03:04:05Z",
        productType="DIGITAL",
        businessRegistrationNumber="0000000000",
        paymentMethod="TRANSFER",
    )

    assert answer.status_code == 200


def test_a_receipt_needs_no_payment_at_portone(portone: FakePortOne, client: httpx.Client) -> None:
    issue(client)

    assert read(client).json()["amount"] == 110_000
    assert client.get("/payments/p1").status_code == 404
    assert portone.books()["p1"].cash_receipts[0].tax_free == 11_000


def test_only_one_receipt_stands_at_a_time(portone: FakePortOne, client: httpx.Client) -> None:
    issue(client)

    second = issue(client)
    cancel(client)
    third = issue(client, amount={"total": 50_000})

    assert refused(second) == (409, "CASH_RECEIPT_ALREADY_ISSUED")
    assert third.status_code == 200
    assert [entry.amount for entry in portone.books()["p1"].cash_receipts] == [110_000, 50_000]


def test_a_cancelled_receipt_is_read_as_such(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", ORDER)
    issue(client)
    clock.advance(60)

    answer = cancel(client)

    assert answer.json() == {"cancelledAmount": 110_000, "cancelledAt": read(client).json()["cancelledAt"]}
    assert client.get("/payments/p1").json()["cashReceiptIssuanceStatus"] == "NOT_ISSUED"


def test_an_absent_receipt_is_neither_read_nor_cancelled(portone: FakePortOne, client: httpx.Client) -> None:
    answers = [read(client), cancel(client)]

    assert [refused(answer) for answer in answers] == [(404, "CASH_RECEIPT_NOT_FOUND")] * 2
    assert portone.books() == {}


def test_a_cancelled_receipt_is_not_cancelled_again(client: httpx.Client) -> None:
    issue(client)
    cancel(client)

    assert refused(cancel(client)) == (404, "CASH_RECEIPT_NOT_ISSUED")


def test_a_receipt_uses_a_channel_of_the_store(client: httpx.Client) -> None:
    assert refused(issue(client, channelKey="channel-key-other")) == (404, "CHANNEL_NOT_FOUND")


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "NO_RECEIPT"},
        {"amount": {"total": 0}},
        {"amount": {"total": 1_000, "taxFree": 1_001}},
        {"amount": 110_000},
        {"customer": {}},
        {"customer": None},
        {"memo": "x"},
        {"paidAt": "yesterday"},
    ],
)
def test_a_malformed_body_is_refused(
    portone: FakePortOne, client: httpx.Client, changes: dict[str, Any]
) -> None:
    assert refused(issue(client, **changes)) == (400, "INVALID_REQUEST")
    assert portone.books() == {}


@pytest.mark.parametrize(("leaves", "issued"), [(None, 0), ("ISSUED", 1)])
def test_the_effect_of_a_pg_error_at_issuing_is_configured_beforehand(
    portone: FakePortOne, client: httpx.Client, leaves: str | None, issued: int
) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.refuse_next("issue_cash_receipt", leaves=leaves)

    answer = issue(client)

    assert refused(answer) == (502, "PG_PROVIDER")
    assert len(portone.books()["p1"].cash_receipts) == issued


@pytest.mark.parametrize(("leaves", "status"), [(None, "ISSUED"), ("CANCELLED", "CANCELLED")])
def test_the_effect_of_a_pg_error_at_cancelling_is_configured_beforehand(
    portone: FakePortOne, client: httpx.Client, leaves: str | None, status: str
) -> None:
    issue(client)
    portone.console.refuse_next("cancel_cash_receipt", leaves=leaves)

    answer = cancel(client)

    assert (answer.status_code, read(client).json()["status"]) == (502, status)


@pytest.mark.parametrize(("voids", "status"), [(True, "CANCELLED"), (False, "ISSUED")])
def test_some_pgs_void_the_receipt_with_the_payment(
    portone: FakePortOne, client: httpx.Client, *, voids: bool, status: str
) -> None:
    portone.pg.voids_receipts = voids
    portone.buyer.pay("p1", ORDER)
    issue(client)

    portone.console.cancel("p1", 1_000)
    before = read(client).json()["status"]
    portone.console.cancel("p1")

    assert (before, read(client).json()["status"]) == ("ISSUED", status)


def test_a_stale_reading_shows_the_former_receipt(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    issue(client)
    clock.advance(100)
    cancel(client)
    portone.inject(operation="get_cash_receipt", fault=Fault.STALE, seconds=50)
    portone.inject(operation="get_cash_receipt", fault=Fault.STALE, seconds=200)
    portone.inject(operation="get_cash_receipt", fault=Fault.LAGGING)

    answers = [read(client).json() for _ in range(4)]

    assert [answer.get("status") for answer in answers] == ["ISSUED", None, "ISSUED", "CANCELLED"]
    assert answers[1]["type"] == "CASH_RECEIPT_NOT_FOUND"
