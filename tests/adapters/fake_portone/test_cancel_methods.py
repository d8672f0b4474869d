"""What a cancel may take from which payment: methods without partial cancels, discounts, promotions."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from portone_local.portone import Channel, Checkout, FakePortOne, PgRules, Promotion, Unknowns
from portone_local.twins.clock import MovableClock
from tests.support.asking import REFUND_ACCOUNT, cancel, refused

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=11_000, tax_free=1_100)
DISCOUNTED = Checkout(amount=10_000, discount=1_000)


def test_a_virtual_account_is_refunded_to_an_account_only(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    portone.buyer.deposit("p1")

    without, with_account = cancel(client), cancel(client, refundAccount=REFUND_ACCOUNT)

    assert refused(without) == (400, "INVALID_REQUEST")
    assert with_account.json()["cancellation"]["status"] == "SUCCEEDED"
    assert client.get("/payments/p1").json()["method"]["refundStatus"] == "COMPLETED"


def test_smartro_requires_the_phone_of_the_holder_too(portone: FakePortOne, client: httpx.Client) -> None:
    channel = Channel(pg_provider="SMARTRO_V2")
    portone.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT", channel=channel))
    portone.buyer.deposit("p1")

    without = cancel(client, refundAccount=REFUND_ACCOUNT)
    with_phone = cancel(client, refundAccount={**REFUND_ACCOUNT, "holderPhoneNumber": "01000000000"})

    assert (without.status_code, with_phone.status_code) == (400, 200)


def test_a_method_without_partial_cancels_is_refused_by_the_pg(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.pay("p1", replace(ORDER, method="MOBILE"))

    part, whole = cancel(client, amount=1_000), cancel(client)

    assert refused(part) == (502, "PG_PROVIDER")
    assert part.json()["pgCode"]
    assert whole.status_code == 200


def test_a_phone_bill_of_last_month_is_refunded_to_an_account_only(
    portone: FakePortOne, client: httpx.Client, clock: MovableClock
) -> None:
    portone.buyer.pay("p1", replace(ORDER, method="MOBILE"))
    clock.advance(dt.datetime(2026, 1, 31, 15, tzinfo=dt.UTC).timestamp() - clock.now())

    without, with_account = cancel(client), cancel(client, refundAccount=REFUND_ACCOUNT)

    assert refused(without) == (502, "PG_PROVIDER")
    assert with_account.status_code == 200


@pytest.mark.parametrize(("on_total", "whole"), [(True, 10_000), (False, 9_000)])
def test_the_base_of_a_discounted_refund_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, on_total: bool, whole: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(refunds_are_based_on_total=on_total))
    fake.buyer.pay("p1", DISCOUNTED)
    client = client_of(fake)
    cancel(client, amount=1_000, currentCancellableAmount=whole)

    cancel(client)

    assert (fake.books()["p1"].state, fake.books()["p1"].cancelled) == ("CANCELLED", whole)


def test_the_promotion_option_stays_the_same(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", replace(DISCOUNTED, promotion=Promotion()))
    cancel(client, amount=1_000, promotionDiscountRetainOption="RETAIN")

    answer = cancel(client, amount=1_000)

    assert refused(answer) == (400, "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED")


@pytest.mark.parametrize(("option", "status"), [("RELEASE", 400), ("RETAIN", 200)])
def test_a_released_promotion_does_not_make_a_refund_negative(
    portone: FakePortOne, client: httpx.Client, option: str, status: int
) -> None:
    portone.buyer.pay("p1", replace(DISCOUNTED, promotion=Promotion(minimum=9_501)))

    answer = cancel(client, amount=500, promotionDiscountRetainOption=option)

    assert answer.status_code == status
    assert status == 200 or answer.json()["type"] == "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT"


def test_the_pg_may_cut_a_reason(clock: MovableClock, client_of: ClientOf) -> None:
    fake = FakePortOne(clock=clock, pg=PgRules(reason_bytes=15))
    fake.buyer.pay("p1", ORDER)

    cancel(client_of(fake), reason="0123456789AB 가나다")

    assert fake.books()["p1"].cancellations[0].reason == "0123456789AB "
