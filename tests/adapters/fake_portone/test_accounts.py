"""Closing a virtual account that waits for its deposit."""

from collections.abc import Callable

import httpx
import pytest

from portone_local.portone import Checkout, FakePortOne, Refused, Unknowns
from portone_local.twins.clock import MovableClock
from tests.support.asking import refused

type ClientOf = Callable[[FakePortOne], httpx.Client]

ACCOUNT = Checkout(amount=11_000, method="VIRTUAL_ACCOUNT")


def close(client: httpx.Client, payment_id: str = "p1", **query: str) -> httpx.Response:
    return client.post(f"/payments/{payment_id}/virtual-account/close", params=query)


def test_a_closed_account_is_failed_and_takes_no_deposit(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ACCOUNT)

    answer = close(client, storeId=portone.store_id)

    assert list(answer.json()) == ["closedAt"]
    assert portone.books()["p1"].state == "FAILED"
    with pytest.raises(Refused, match="NoAttemptIsVIRTUAL_ACCOUNT_ISSUED"):
        portone.buyer.deposit("p1")


@pytest.mark.parametrize(("sends", "last"), [(True, "Failed"), (False, "VirtualAccountIssued")])
def test_which_webhook_follows_a_closing_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, sends: bool, last: str
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(closing_sends_failed=sends))
    fake.buyer.pay("p1", ACCOUNT)

    close(client_of(fake))

    assert fake.pending()[-1].type == f"Transaction.{last}"


def test_only_a_waiting_account_is_closed(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("deposited", ACCOUNT)
    portone.buyer.deposit("deposited")
    portone.buyer.pay("card", Checkout(amount=1))
    portone.buyer.pay("closed", ACCOUNT)
    close(client, "closed")

    answers = [close(client, payment_id) for payment_id in ("deposited", "card", "closed")]

    assert {refused(answer) for answer in answers} == {(409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT")}
    assert portone.books()["deposited"].state == "PAID"


def test_an_account_of_a_payment_paid_by_other_means_no_longer_waits(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.pay("p1", ACCOUNT)
    portone.buyer.pay("p1", Checkout(amount=11_000))

    assert refused(close(client)) == (409, "PAYMENT_NOT_WAITING_FOR_DEPOSIT")


def test_an_unknown_payment_is_not_found(client: httpx.Client) -> None:
    assert refused(close(client)) == (404, "PAYMENT_NOT_FOUND")


def test_some_pgs_cannot_close_an_account(portone: FakePortOne, client: httpx.Client) -> None:
    portone.pg.closes_accounts = False
    portone.buyer.pay("p1", ACCOUNT)

    answer = close(client)

    assert refused(answer) == (502, "PG_PROVIDER")
    assert portone.books()["p1"].state == "VIRTUAL_ACCOUNT_ISSUED"


def test_an_account_with_a_deposit_under_way_is_not_closed(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", ACCOUNT)
    portone.buyer.deposit("p1", after=600)
    clock.advance(599)

    answer, before = close(client), portone.books()["p1"].state
    clock.advance(1)

    assert (refused(answer), before) == ((502, "PG_PROVIDER"), "VIRTUAL_ACCOUNT_ISSUED")
    assert portone.books()["p1"].state == "PAID"


@pytest.mark.parametrize(("leaves", "state"), [(None, "VIRTUAL_ACCOUNT_ISSUED"), ("FAILED", "FAILED")])
def test_the_effect_of_a_pg_error_is_configured_beforehand(
    portone: FakePortOne, client: httpx.Client, leaves: str | None, state: str
) -> None:
    portone.buyer.pay("p1", ACCOUNT)
    portone.console.refuse_next("close_virtual_account", leaves=leaves)

    answer = close(client)

    assert (answer.status_code, portone.books()["p1"].state) == (502, state)


def test_another_store_closes_nothing(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ACCOUNT)

    assert refused(close(client, storeId="store-other")) == (403, "FORBIDDEN")
    assert portone.books()["p1"].state == "VIRTUAL_ACCOUNT_ISSUED"
