"""What a checkout hands over: limited to the pre-registered amount, unless it was tampered with."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from portone_local.portone import Checkout, FakePortOne, Refused, Unknowns
from portone_local.twins.clock import MovableClock

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=11_000)


def test_the_pre_registered_amount_is_enforced(portone: FakePortOne, client: httpx.Client) -> None:
    client.post("/payments/p1/pre-register", json={"totalAmount": 11_000, "currency": "KRW"})

    with pytest.raises(Refused, match="AmountNotEqualToPredefined"):
        portone.buyer.pay("p1", Checkout(amount=100))

    assert portone.books()["p1"].state is None


def test_a_tampered_payment_is_made_as_it_was_altered(portone: FakePortOne, client: httpx.Client) -> None:
    client.post("/payments/p1/pre-register", json={"totalAmount": 11_000, "currency": "KRW"})

    portone.buyer.pay("p1", Checkout(amount=100, currency="USD", store_id="store-other", tampered=True))

    book = portone.books()["p1"]
    assert (book.total, book.currency, book.store_id) == (100, "USD", "store-other")


def test_a_window_uses_the_pre_registered_amount(portone: FakePortOne, client: httpx.Client) -> None:
    client.post("/payments/p1/pre-register", json={"totalAmount": 990, "currency": "USD"})

    portone.buyer.pay("p1")

    assert (portone.books()["p1"].total, portone.books()["p1"].currency) == (990, "USD")


def test_a_paid_payment_is_not_pre_registered_again(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)

    answer = client.post("/payments/p1/pre-register", json={"totalAmount": 11_000})

    assert (answer.status_code, answer.json()["type"]) == (409, "ALREADY_PAID")


@pytest.mark.parametrize(("overwrites", "total"), [(True, 2), (False, 1)])
def test_a_second_pre_registration_follows_its_switch(
    clock: MovableClock, client_of: ClientOf, *, overwrites: bool, total: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(second_pre_register_overwrites=overwrites))
    client = client_of(fake)
    client.post("/payments/p1/pre-register", json={"totalAmount": 1})

    client.post("/payments/p1/pre-register", json={"totalAmount": 2})

    assert fake.books()["p1"].pre_registered_total == total


@pytest.mark.parametrize(("visible", "state"), [(True, "READY"), (False, None)])
def test_the_visibility_of_a_pre_registered_payment_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, visible: bool, state: str | None
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(pre_registered_is_visible=visible))

    client_of(fake).post("/payments/p1/pre-register", json={"totalAmount": 1})

    assert fake.books()["p1"].state == state
    assert fake.books()["p1"].transaction_ids == ()


def test_the_values_the_browser_sends_become_the_payment(portone: FakePortOne, client: httpx.Client) -> None:
    parameters = {
        "storeId": "store-00000000-0000-4000-8000-000000000001",
        "channelKey": "channel-key-example-test",
        "paymentId": "payment1",
        "orderName": "Mug",
        "totalAmount": 11_000,
        "currency": "CURRENCY_KRW",
        "payMethod": "EASY_PAY",
        "customer": {"customerId": "u1", "fullName": "홍길동"},
        "customData": {"orderId": "o1"},
        "redirectUrl": "https://shop.example/back",
    }

    portone.buyer.pay("payment1", Checkout.from_browser(parameters))

    answer = client.get("/payments/payment1").json()
    assert answer["customData"] == '{"orderId":"o1"}'
    assert answer["customer"] == {"id": "u1", "name": "홍길동"}
    assert (answer["channel"]["type"], answer["currency"]) == ("TEST", "KRW")
    assert answer["method"]["type"] == "PaymentMethodEasyPay"


def test_a_method_without_an_example_is_refused(portone: FakePortOne) -> None:
    with pytest.raises(Refused, match="RequestParseFailed"):
        portone.buyer.pay("p1", replace(ORDER, method="BARTER"))

    assert portone.books() == {}
