"""The fake's answers and the official client's calls, compared with PortOne's OpenAPI document."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from portone_server_sdk import payment as sdk
from portone_server_sdk.errors import AlreadyPaidError, PaymentNotFoundError, UnauthorizedError

from portone_local.portone import (
    EXAMPLE_STORE,
    CancellationStatus,
    Channel,
    Checkout,
    FakePortOne,
    Optionals,
    Unknowns,
)
from portone_local.portone.checkout import METHODS
from portone_local.portone.contract import Contract
from portone_local.twins.clock import MovableClock
from tests.support.asking import recorded

ORDER = Checkout(amount=11_000, tax_free=1_000, discount=500, custom_data='{"orderId":"o1"}')

STATES: dict[str, Callable[[FakePortOne, str], object]] = {
    "READY": lambda fake, payment: fake.buyer.open_window(payment, ORDER),
    "PAY_PENDING": lambda fake, payment: fake.buyer.pay_pending(payment, ORDER),
    "VIRTUAL_ACCOUNT_ISSUED": lambda fake, payment: fake.buyer.pay(
        payment, replace(ORDER, method="VIRTUAL_ACCOUNT")
    ),
    "PAID": lambda fake, payment: fake.buyer.pay(payment, ORDER),
    "FAILED": lambda fake, payment: fake.buyer.decline(payment, ORDER),
    "PARTIAL_CANCELLED": lambda fake, payment: (
        fake.buyer.pay(payment, ORDER),
        fake.console.cancel(payment, 1_000),
    ),
    "CANCELLED": lambda fake, payment: (fake.buyer.pay(payment, ORDER), fake.console.cancel(payment)),
}


@pytest.mark.parametrize("optionals", Optionals)
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_answered_as_the_document_says(
    contract: Contract,
    clock: MovableClock,
    client_of: Callable[[FakePortOne], httpx.Client],
    state: str,
    optionals: Optionals,
) -> None:
    fake = FakePortOne(clock=clock, seed=3, optionals=optionals)
    seen = recorded(fake)
    STATES[state](fake, "p1")

    answer = client_of(fake).get("/payments/p1")

    assert answer.json()["status"] == state
    assert contract.problems(seen[0]) == []


@pytest.mark.parametrize("method", sorted(METHODS - {"VIRTUAL_ACCOUNT"}))
@pytest.mark.parametrize("status", CancellationStatus)
def test_every_method_and_cancellation_is_answered_as_the_document_says(
    contract: Contract, portone: FakePortOne, client: httpx.Client, method: str, status: CancellationStatus
) -> None:
    seen = recorded(portone)
    portone.buyer.pay("p1", replace(ORDER, method=method))
    portone.console.cancel("p1", 1_000, status=status)
    portone.console.open_dispute("p1")
    portone.console.resolve_dispute("p1")

    answer = client.get("/payments/p1")

    assert answer.json()["cancellations"][0]["status"] == status
    assert contract.problems(seen[0]) == []


@pytest.mark.parametrize("settings", Unknowns.all_settings().values(), ids=Unknowns.all_settings())
def test_pre_registration_keeps_to_the_document_under_every_setting(
    contract: Contract,
    clock: MovableClock,
    client_of: Callable[[FakePortOne], httpx.Client],
    settings: Unknowns,
) -> None:
    fake = FakePortOne(clock=clock, unknowns=settings)
    seen = recorded(fake)
    client = client_of(fake)

    client.post("/payments/p1/pre-register", json={"totalAmount": 1, "currency": "KRW"})
    client.get("/payments/p1", params={"storeId": "store-other"})
    client.get("/payments/p1")
    client.post(
        "/payments/p1/pre-register", json={"totalAmount": -1, "storeId": EXAMPLE_STORE, "currency": "KRW"}
    )

    assert [problem for exchange in seen for problem in contract.problems(exchange)] == []


@pytest.mark.parametrize(
    "checkout",
    [replace(ORDER, channel=None), replace(ORDER, method={"type": "PaymentMethodBarter"})],
    ids=["a paid payment without channel", "an unknown method"],
)
def test_the_contract_notices_what_the_document_does_not_allow(
    contract: Contract, portone: FakePortOne, client: httpx.Client, checkout: Checkout
) -> None:
    seen = recorded(portone)
    portone.buyer.pay("p1", checkout)

    client.get("/payments/p1")

    assert contract.problems(seen[0]) != []


def test_the_contract_notices_unlisted_fields_in_calls(
    contract: Contract, portone: FakePortOne, client: httpx.Client
) -> None:
    seen = recorded(portone)

    client.get("/payments/p1", params={"store": "x"})
    client.post("/payments/p1/pre-register", json={"amount": 1})

    assert [len(contract.problems(exchange)) for exchange in seen] == [1, 1]


def test_a_channel_without_its_key_is_allowed(
    contract: Contract, portone: FakePortOne, client: httpx.Client
) -> None:
    seen = recorded(portone)
    portone.buyer.pay("p1", replace(ORDER, channel=Channel(key=None)))

    client.get("/payments/p1")

    assert contract.problems(seen[0]) == []


def test_the_official_client_reads_every_state_unchanged(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    for state, reach in STATES.items():
        reach(portone, state)

    payments = [official.get_payment(payment_id=state) for state in STATES]

    names = [type(payment).__name__.removesuffix("Payment").upper() for payment in payments]
    assert names == [state.replace("_", "") for state in STATES]


def test_the_official_client_pre_registers_unchanged(
    portone: FakePortOne, official: sdk.PaymentClient, contract: Contract
) -> None:
    seen = recorded(portone)

    official.pre_register_payment(payment_id="a/b c", total_amount=11_000, tax_free_amount=0, currency="KRW")

    assert portone.books()["a/b c"].pre_registered_total == 11_000
    assert contract.problems(seen[0]) == []


def test_the_official_client_understands_the_errors(
    portone: FakePortOne, official: sdk.PaymentClient
) -> None:
    portone.buyer.pay("p1", ORDER)

    with pytest.raises(PaymentNotFoundError):
        official.get_payment(payment_id="p2")
    with pytest.raises(AlreadyPaidError):
        official.pre_register_payment(payment_id="p1")
    official._secret = "example-other-secret"
    with pytest.raises(UnauthorizedError):
        official.get_payment(payment_id="p1")
