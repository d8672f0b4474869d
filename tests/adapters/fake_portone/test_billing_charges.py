"""Charges of billing keys at the fake PortOne: one success per paymentId, whatever is sent."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import (
    LIVE_CHANNEL,
    TEST_CHANNEL,
    Channel,
    Checkout,
    FakePortOne,
    Status,
)
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import BOTH, charge, issued, keyed

type ClientOf = Callable[[FakePortOne], httpx.Client]


def test_a_charge_reads_as_a_payment_of_its_key(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)

    answer = charge(
        client,
        key,
        customData='{"bundle":"example"}',
        customer={"id": "user-1", "name": {"separated": {"first": "길동", "last": "홍"}}},
        amount={"total": 9_900, "taxFree": 900},
    )

    payment = client.get("/payments/p1").json()
    assert (payment["status"], payment["billingKey"], payment["id"]) == ("PAID", key, "p1")
    assert (payment["customer"], payment["customData"]) == (
        {"id": "user-1", "name": "길동 홍"},
        '{"bundle":"example"}',
    )
    assert (payment["amount"]["taxFree"], payment["amount"]["vat"]) == (900, 818)
    assert (payment["channel"]["key"], payment["method"]["type"]) == (LIVE_CHANNEL.key, "PaymentMethodCard")
    assert answer.json() == {"payment": {"pgTxId": payment["pgTxId"], "paidAt": payment["paidAt"]}}


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("MOBILE", "PaymentMethodMobile"),
        ("EASY_PAY", "PaymentMethodEasyPay"),
        ("TRANSFER", "PaymentMethodTransfer"),
        ("PAYPAL", "PaymentMethodEasyPay"),
    ],
)
def test_a_charge_is_paid_with_the_saved_method(
    portone: FakePortOne, client: httpx.Client, method: str, kind: str
) -> None:
    charge(client, issued(portone, method=method))

    assert client.get("/payments/p1").json()["method"]["type"] == kind


def test_a_charge_sends_the_paid_event_only(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    portone.webhooks.lose()

    charge(client, key, "p1")
    charge(client, key, "p2", skipWebhook=True)

    assert [(told.type, told.payment_id) for told in portone.pending()] == [("Transaction.Paid", "p1")]


def test_a_payment_id_is_paid_once(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    charge(client, key)

    again = charge(client, key)

    assert (again.status_code, again.json()["type"]) == (409, "ALREADY_PAID")
    assert portone.books()["p1"].times_paid == 1


def test_a_refunded_payment_is_not_charged_again(portone: FakePortOne, client: httpx.Client) -> None:
    key = issued(portone)
    charge(client, key)
    portone.console.cancel("p1")

    assert charge(client, key).json()["type"] == "ALREADY_PAID"


def test_a_payment_that_a_buyer_made_is_not_charged(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", Checkout(amount=9_900))

    assert charge(client, issued(portone)).json()["type"] == "ALREADY_PAID"


def test_the_same_idempotency_key_gives_the_same_answer(portone: FakePortOne, client: httpx.Client) -> None:
    billing_key = issued(portone)

    answers = [keyed(client, "example-key-0000000001", billing_key) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(portone.books()["p1"].transaction_ids) == 1


def test_a_decline_is_repeated_under_its_key_and_charged_anew_under_another(
    portone: FakePortOne, client: httpx.Client
) -> None:
    billing_key = issued(portone)
    portone.pg.decline(billing_key)

    statuses = [
        keyed(client, f"example-key-000000000{number}", billing_key).status_code for number in (1, 1, 2)
    ]

    assert statuses == [502, 502, 200]


def test_an_idempotency_key_covers_the_query_too(portone: FakePortOne, client: httpx.Client) -> None:
    billing_key, headers = issued(portone), {"Idempotency-Key": '"example-key-0000000001"'}

    answers = [
        client.delete(f"/billing-keys/{billing_key}", params={"reason": reason}, headers=headers)
        for reason in ("a", "a", "b")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 400]


def test_every_documented_field_is_accepted(portone: FakePortOne, client: httpx.Client) -> None:
    free = {"toss": {"deep": [None, {"a": 1}]}}

    assert charge(client, issued(portone), bypass=free, noticeUrls=[], productCount=1).status_code == 200


def test_a_key_of_several_channels_is_charged_through_the_one_named(
    portone: FakePortOne, client: httpx.Client
) -> None:
    key = issued(portone, channel_key=BOTH)

    charge(client, key, "p1")
    charge(client, key, "p2", channelKey=TEST_CHANNEL.key)

    used = [client.get(f"/payments/{name}").json()["channel"]["type"] for name in ("p1", "p2")]
    assert used == ["LIVE", "TEST"]


def test_the_books_record_every_charge_and_every_refused_one(
    portone: FakePortOne, client: httpx.Client
) -> None:
    key = issued(portone)
    portone.pg.decline(key)
    charge(client, key)
    charge(client, key)
    charge(client, key)

    books = portone.billing_books()

    assert [(each.payment_id, each.billing_key, each.status) for each in books.charges] == [
        ("p1", key, Status.FAILED),
        ("p1", key, Status.PAID),
    ]
    assert [(each.payment_id, each.kind) for each in books.refused] == [("p1", "ALREADY_PAID")]


def test_a_charge_without_a_channel_uses_the_first_of_its_key(
    clock: MovableClock, client_of: ClientOf
) -> None:
    fake = FakePortOne(clock=clock, channels=(Channel(key=None),))

    assert charge(client_of(fake), issued(fake)).status_code == 200
