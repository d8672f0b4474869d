"""Manual approval: a token of the buyer's, what is compared with it, how the approval ends."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.portone import TEST_CHANNEL, Checkout, FakePortOne
from portone_local.twins.clock import MovableClock
from tests.support.asking import refused

ORDER = Checkout(amount=11_000, tax_free=1_000)


def confirm(client: httpx.Client, token: str, **body: Any) -> httpx.Response:
    return client.post("/payments/p1/confirm", json={"paymentToken": token, **body})


def events(fake: FakePortOne) -> list[str]:
    return [delivery.type.removeprefix("Transaction.") for delivery in fake.pending()]


def test_authenticating_charges_nothing(portone: FakePortOne) -> None:
    portone.buyer.authenticate("p1", ORDER)

    assert (portone.books()["p1"].state, portone.books()["p1"].times_paid) == ("READY", 0)
    assert events(portone) == ["Ready"]


def test_a_confirmed_payment_is_paid(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.authenticate("p1", ORDER)

    answer = confirm(client, token)

    payment = client.get("/payments/p1").json()
    assert answer.json() == {"pgTxId": payment["pgTxId"], "paidAt": payment["paidAt"]}
    assert events(portone) == ["Ready", "Paid"]


def test_every_value_that_agrees_may_be_sent(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.authenticate("p1", replace(ORDER, channel=TEST_CHANNEL))
    transaction_id = portone.books()["p1"].transaction_ids[0]

    answer = confirm(
        client,
        token,
        txId=transaction_id,
        currency="KRW",
        totalAmount=11_000,
        taxFreeAmount=1_000,
        isTest=True,
        skipWebhook=True,
    )

    assert answer.status_code == 200
    assert events(portone) == ["Ready"]


@pytest.mark.parametrize(
    "body",
    [{"txId": "t"}, {"currency": "USD"}, {"totalAmount": 1}, {"taxFreeAmount": 0}, {"isTest": True}],
)
def test_a_value_that_disagrees_charges_nothing(
    portone: FakePortOne, client: httpx.Client, body: dict[str, Any]
) -> None:
    token = portone.buyer.authenticate("p1", ORDER)

    answer = confirm(client, token, **body)

    assert refused(answer) == (409, "INFORMATION_MISMATCH")
    assert portone.books()["p1"].state == "READY"


@pytest.mark.parametrize("body", [{"totalAmount": None}, {"totalAmount": "1"}, {"amount": 1}, {"isTest": 0}])
def test_a_malformed_body_is_refused(
    portone: FakePortOne, client: httpx.Client, body: dict[str, Any]
) -> None:
    token = portone.buyer.authenticate("p1", ORDER)

    assert refused(confirm(client, token, **body)) == (400, "INVALID_REQUEST")


def test_an_unknown_token_is_invalid(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.authenticate("p1", ORDER)

    assert refused(confirm(client, "example-token")) == (400, "INVALID_PAYMENT_TOKEN")


def test_a_token_expires(portone: FakePortOne, client: httpx.Client, clock: MovableClock) -> None:
    portone.pg.token_life = 60
    token = portone.buyer.authenticate("p1", ORDER)
    clock.advance(60)

    assert refused(confirm(client, token)) == (400, "INVALID_PAYMENT_TOKEN")


def test_a_second_confirm_finds_the_payment_paid(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.authenticate("p1", ORDER)
    confirm(client, token)

    assert refused(confirm(client, token)) == (409, "ALREADY_PAID")
    assert portone.books()["p1"].times_paid == 1


def test_one_of_two_authenticated_windows_is_charged(portone: FakePortOne, client: httpx.Client) -> None:
    tokens = [portone.buyer.authenticate("p1", ORDER) for _ in range(2)]

    answers = [confirm(client, token) for token in tokens]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert portone.books()["p1"].times_paid == 1


def test_an_unknown_payment_is_not_found(client: httpx.Client) -> None:
    assert refused(confirm(client, "example-token")) == (404, "PAYMENT_NOT_FOUND")


def test_a_virtual_account_is_issued_by_the_confirm(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.authenticate("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))

    answer = confirm(client, token)

    assert (answer.status_code, portone.books()["p1"].state) == (200, "VIRTUAL_ACCOUNT_ISSUED")
    assert events(portone) == ["Ready", "VirtualAccountIssued"]


def test_a_token_is_used_once(portone: FakePortOne, client: httpx.Client) -> None:
    token = portone.buyer.authenticate("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    confirm(client, token)

    assert refused(confirm(client, token)) == (400, "INVALID_PAYMENT_TOKEN")


@pytest.mark.parametrize(("leaves", "state"), [(None, "READY"), ("FAILED", "FAILED"), ("PAID", "PAID")])
def test_the_effect_of_a_pg_error_is_configured_beforehand(
    portone: FakePortOne, client: httpx.Client, leaves: str | None, state: str
) -> None:
    token = portone.buyer.authenticate("p1", ORDER)
    portone.console.refuse_next("confirm_payment", leaves=leaves)

    answer = confirm(client, token)

    assert refused(answer) == (502, "PG_PROVIDER")
    assert portone.books()["p1"].state == state
