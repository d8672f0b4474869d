"""Issues with a payment: both happen, or the failure is answered."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import BillingUnknowns, Checkout, Decline, FakePortOne, KeyState, Refused, Unknowns
from portone_local.twins.clock import MovableClock
from tests.support.billing_asks import confirm, confirm_and_pay, states

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=9_900, tax_free=900)


def test_an_issue_with_payment_pays(portone: FakePortOne, client: httpx.Client) -> None:
    result = portone.buyer.issue_billing_key_and_pay("p1", ORDER)

    payment = client.get("/payments/p1").json()
    assert (payment["status"], payment["billingKey"]) == ("PAID", result.billing_key)
    assert (payment["amount"]["total"], payment["transactionId"]) == (9_900, result.tx_id)
    assert result.as_browser()["transactionType"] == "ISSUE_BILLING_KEY_AND_PAY"
    assert states(portone) == [KeyState.ISSUED]


def test_an_issue_with_payment_needs_the_pre_registered_amount(
    portone: FakePortOne, client: httpx.Client
) -> None:
    client.post("/payments/p1/pre-register", json={"totalAmount": 1_000, "currency": "KRW"})

    with pytest.raises(Refused, match="AmountNotEqualToPredefined"):
        portone.buyer.issue_billing_key_and_pay("p1", ORDER)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_declined_first_payment_may_keep_its_key(
    clock: MovableClock,
    client_of: ClientOf,
    keeps: bool,  # noqa: FBT001 - a switch of the fake
) -> None:
    switches = Unknowns(billing=BillingUnknowns(declined_issue_and_pay_keeps_the_key=keeps))
    fake = FakePortOne(clock=clock, unknowns=switches)
    fake.pg.decline("example-card", code="51")

    result = fake.buyer.issue_billing_key_and_pay("p1", ORDER)

    assert (result.code, result.pg_code) == ("PGProviderError", "51")
    assert states(fake) == [KeyState.ISSUED if keeps else KeyState.FAILED]
    assert client_of(fake).get("/payments/p1").json()["status"] == "FAILED"


def test_a_failed_issue_charges_nothing(portone: FakePortOne, client: httpx.Client) -> None:
    result = portone.buyer.issue_billing_key_and_pay("p1", ORDER, decline=Decline())

    assert result.code
    assert client.get("/payments/p1").json()["status"] == "READY"


def test_a_confirmed_issue_with_payment_pays(portone: FakePortOne, client: httpx.Client) -> None:
    result = portone.buyer.issue_billing_key_and_pay("p1", ORDER, manual=True)
    assert (result.billing_key, result.tx_id) == ("NEEDS_CONFIRMATION", "NEEDS_CONFIRMATION")
    assert client.get("/payments/p1").json()["status"] == "READY"

    answer = confirm_and_pay(
        client,
        result.billing_issue_token,
        paymentId="p1",
        totalAmount=9_900,
        taxFreeAmount=900,
        currency="KRW",
        isTest=False,
    )

    assert answer.json()["paymentId"] == "p1"
    assert client.get("/payments/p1").json()["billingKey"] == answer.json()["billingKey"]
    assert portone.books()["p1"].times_paid == 1


@pytest.mark.parametrize(
    "differs", [{"paymentId": "p2"}, {"totalAmount": 1}, {"taxFreeAmount": 1}, {"currency": "USD"}]
)
def test_a_confirm_that_differs_charges_nothing(
    portone: FakePortOne, client: httpx.Client, differs: dict[str, object]
) -> None:
    result = portone.buyer.issue_billing_key_and_pay("p1", ORDER, manual=True)

    answer = confirm_and_pay(client, result.billing_issue_token, **differs)

    assert answer.json()["type"] == "INFORMATION_MISMATCH"
    assert portone.books()["p1"].times_paid == 0


def test_a_token_of_the_other_kind_is_not_found(portone: FakePortOne, client: httpx.Client) -> None:
    plain = portone.buyer.issue_billing_key(manual=True).billing_issue_token
    paying = portone.buyer.issue_billing_key_and_pay("p1", ORDER, manual=True).billing_issue_token

    assert confirm(client, paying).json()["type"] == "BILLING_KEY_NOT_FOUND"
    assert confirm_and_pay(client, plain).json()["type"] == "BILLING_KEY_NOT_FOUND"


def test_a_declined_confirm_carries_the_code_of_the_pg(portone: FakePortOne, client: httpx.Client) -> None:
    result = portone.buyer.issue_billing_key_and_pay("p1", ORDER, manual=True)
    portone.pg.decline(code="61", message="한도초과")

    answer = confirm_and_pay(client, result.billing_issue_token).json()

    assert (answer["type"], answer["pgCode"], answer["pgMessage"]) == ("PG_PROVIDER", "61", "한도초과")
    assert states(portone) == [KeyState.FAILED]


@pytest.mark.parametrize(
    ("leaves", "state", "paid"),
    [(None, "NEEDS_CONFIRMATION", 0), ("ISSUED", "ISSUED", 0), ("PAID", "ISSUED", 1)],
)
def test_a_pg_error_may_leave_a_key_or_a_payment_behind(
    portone: FakePortOne, client: httpx.Client, leaves: str | None, state: str, paid: int
) -> None:
    result = portone.buyer.issue_billing_key_and_pay("p1", ORDER, manual=True)
    portone.console.refuse_next("confirm_issue_and_pay", leaves=leaves)

    answer = confirm_and_pay(client, result.billing_issue_token)

    assert answer.json()["type"] == "PG_PROVIDER"
    assert (states(portone), portone.books()["p1"].times_paid) == ([KeyState(state)], paid)
