"""What a cancel may take: the balance, its tax-free share and VAT, the account it goes back to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.clock import MovableClock
from portone_local.portone import (
    Channel,
    Checkout,
    FakePortOne,
    PgRules,
    Promotion,
    Unknowns,
)

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=11_000, tax_free=1_100)
DISCOUNTED = Checkout(amount=10_000, discount=1_000)
ACCOUNT = {"bank": "SHINHAN", "number": "00000000000000", "holderName": "홍길동"}


def cancel(client: httpx.Client, payment_id: str = "p1", **body: Any) -> httpx.Response:
    return client.post(f"/payments/{payment_id}/cancel", json={"reason": "test", **body})


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


def test_a_cancel_without_amount_takes_all_that_is_left(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)
    cancel(client, amount=1_000)

    answer = cancel(client).json()["cancellation"]

    assert (answer["status"], answer["totalAmount"]) == ("SUCCEEDED", 10_000)
    assert portone.books()["p1"].state == "CANCELLED"


def test_the_books_keep_who_asked_what_and_why(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)

    answer = cancel(client, amount=2_200, taxFreeAmount=1_100, reason="단순 변심").json()["cancellation"]

    [entry] = portone.books()["p1"].cancellations
    assert (entry.id, entry.reason, entry.trigger) == (answer["id"], "단순 변심", "API")
    assert (entry.amount, entry.tax_free, entry.vat) == (2_200, 1_100, 100)
    assert portone.books()["p1"].cancelled_tax_free == 1_100


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": None},
        {"reason": "test", "amount": None},
        {"reason": "test", "amount": 0},
        {"reason": "test", "amount": -1},
        {"reason": "test", "amount": 2**63},
        {"reason": "test", "amount": "1000"},
        {"reason": "test", "amount": True},
        {"reason": "test", "taxFreeAmount": -1},
        {"reason": "test", "requester": "Admin"},
        {"reason": "test", "cancelAmount": 1_000},
        {"reason": "test", "refundAccount": {**ACCOUNT, "bank": "SHINHAN_BANK"}},
        {"reason": "test", "refundAccount": {**ACCOUNT, "memo": "x"}},
        {"reason": "test", "refundAccount": {**ACCOUNT, "holderPhoneNumber": None}},
        {"reason": "test", "refundAccount": {"bank": "SHINHAN", "number": "0"}},
    ],
)
def test_a_body_that_does_not_fit_is_invalid(
    portone: FakePortOne, client: httpx.Client, body: dict[str, Any]
) -> None:
    portone.buyer.pay("p1", ORDER)

    answer = client.post("/payments/p1/cancel", json=body)

    assert refused(answer) == (400, "INVALID_REQUEST")
    assert portone.books()["p1"].cancellations == ()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"amount": 11_001}, "CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT"),
        ({"currentCancellableAmount": 10_999}, "CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN"),
        ({"amount": 1_000, "taxFreeAmount": 1_001}, "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT"),
        ({"amount": 1_000, "vatAmount": 1_001}, "SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT"),
        (
            {"amount": 2_000, "taxFreeAmount": 1_101},
            "CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT",
        ),
        ({"amount": 9_901}, "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT"),
        ({"amount": 5_000, "vatAmount": 901}, "CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT"),
    ],
)
def test_no_share_of_a_cancel_exceeds_what_is_left_of_it(
    portone: FakePortOne, client: httpx.Client, body: dict[str, Any], kind: str
) -> None:
    portone.buyer.pay("p1", ORDER)

    answer = cancel(client, **body)

    assert answer.json()["type"] == kind
    assert portone.books()["p1"].cancelled == 0


def test_the_balance_is_compared_before_it_is_changed(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)

    answers = [cancel(client, amount=4_000, currentCancellableAmount=11_000) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert portone.books()["p1"].cancelled == 4_000


def test_a_cancel_between_our_calls_breaks_the_balance(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.before_next("cancel_payment", lambda: portone.console.cancel("p1", 1_000))

    answers = [cancel(client, amount=1_000, currentCancellableAmount=left) for left in (11_000, 10_000)]

    assert [answer.status_code for answer in answers] == [409, 200]
    assert [entry.trigger for entry in portone.books()["p1"].cancellations] == ["CONSOLE", "API"]


@pytest.mark.parametrize("vats", [[None, None, None], [333, 333, 234]])
def test_the_shares_of_partial_cancels_add_up_to_the_payment(
    portone: FakePortOne, client: httpx.Client, vats: list[int | None]
) -> None:
    portone.buyer.pay("p1", ORDER)
    splits = [(3_667, 0), (3_667, 1_000), (3_666, 100)]

    for (amount, tax_free), vat in zip(splits, vats, strict=True):
        given = {} if vat is None else {"vatAmount": vat}
        assert cancel(client, amount=amount, taxFreeAmount=tax_free, **given).status_code == 200

    book = portone.books()["p1"]
    assert (book.state, book.cancelled_tax_free) == ("CANCELLED", 1_100)
    assert sum(entry.vat for entry in book.cancellations) == 900


@pytest.mark.parametrize(("takes", "status"), [(True, 200), (False, 409)])
def test_what_a_full_cancel_does_with_the_tax_free_share_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, takes: bool, status: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(full_cancel_takes_the_tax_free_left=takes))
    fake.buyer.pay("p1", ORDER)

    assert cancel(client_of(fake)).status_code == status


def test_nothing_unpaid_is_cancelled(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.open_window("p1", ORDER)

    assert refused(cancel(client)) == (409, "PAYMENT_NOT_PAID")
    assert refused(cancel(client, "p2")) == (404, "PAYMENT_NOT_FOUND")
    assert "p2" not in portone.books()


def test_a_cancelled_payment_is_not_cancelled_again(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.cancel("p1")

    assert refused(cancel(client, amount=1)) == (409, "PAYMENT_ALREADY_CANCELLED")


def test_tries_at_cancelling_are_counted(portone: FakePortOne, client: httpx.Client) -> None:
    portone.pg.max_cancels = 2
    portone.buyer.pay("p1", ORDER)
    portone.console.cancel("p1", 1)

    answers = [cancel(client, amount=1) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert answers[2].json()["type"] == "MAX_CANCEL_COUNT_REACHED"


def test_a_virtual_account_is_refunded_to_an_account_only(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT"))
    portone.buyer.deposit("p1")

    without, with_account = cancel(client), cancel(client, refundAccount=ACCOUNT)

    assert refused(without) == (400, "INVALID_REQUEST")
    assert with_account.json()["cancellation"]["status"] == "SUCCEEDED"
    assert client.get("/payments/p1").json()["method"]["refundStatus"] == "COMPLETED"


def test_smartro_wants_the_holders_phone_too(portone: FakePortOne, client: httpx.Client) -> None:
    channel = Channel(pg_provider="SMARTRO_V2")
    portone.buyer.pay("p1", replace(ORDER, method="VIRTUAL_ACCOUNT", channel=channel))
    portone.buyer.deposit("p1")

    without = cancel(client, refundAccount=ACCOUNT)
    with_phone = cancel(client, refundAccount={**ACCOUNT, "holderPhoneNumber": "01000000000"})

    assert (without.status_code, with_phone.status_code) == (400, 200)


def test_a_method_without_partial_cancels_is_refused_by_the_pg(
    portone: FakePortOne, client: httpx.Client
) -> None:
    portone.buyer.pay("p1", replace(ORDER, method="MOBILE"))

    part, whole = cancel(client, amount=1_000), cancel(client)

    assert refused(part) == (502, "PG_PROVIDER")
    assert part.json()["pgCode"]
    assert whole.status_code == 200


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


@pytest.mark.parametrize(
    "kind",
    [
        "PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED",
        "NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT",
        "MAX_CANCEL_COUNT_REACHED",
        "PAYMENT_NOT_PAID",
        "FORBIDDEN",
    ],
)
def test_every_error_can_be_had_on_command_once(
    portone: FakePortOne, client: httpx.Client, kind: str
) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.refuse_next_cancel(kind)

    answers = [cancel(client, amount=1) for _ in range(2)]

    assert answers[0].json()["type"] == kind
    assert answers[1].status_code == 200


def test_an_error_that_portone_does_not_have_is_not_commanded(portone: FakePortOne) -> None:
    with pytest.raises(ValueError, match="no error type TEAPOT"):
        portone.console.refuse_next_cancel("TEAPOT")
