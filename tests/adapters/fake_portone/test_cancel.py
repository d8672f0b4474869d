"""What a cancel takes: the balance, its tax-free share and VAT."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest

from portone_local.portone import Checkout, FakePortOne, Unknowns
from portone_local.twins.clock import MovableClock
from tests.support.asking import cancel

type ClientOf = Callable[[FakePortOne], httpx.Client]

ORDER = Checkout(amount=11_000, tax_free=1_100)

DISCOUNTED = Checkout(amount=10_000, discount=1_000)


def test_a_cancel_without_amount_cancels_all_that_is_left(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)
    cancel(client, amount=1_000)

    answer = cancel(client).json()["cancellation"]

    assert (answer["status"], answer["totalAmount"]) == ("SUCCEEDED", 10_000)
    assert portone.books()["p1"].state == "CANCELLED"


def test_the_books_record_who_requested_what_and_why(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)

    answer = cancel(client, amount=2_200, taxFreeAmount=1_100, reason="단순 변심").json()["cancellation"]

    [entry] = portone.books()["p1"].cancellations
    assert (entry.id, entry.reason, entry.trigger) == (answer["id"], "단순 변심", "API")
    assert (entry.amount, entry.tax_free, entry.vat) == (2_200, 1_100, 100)
    assert portone.books()["p1"].cancelled_tax_free == 1_100


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
def test_no_part_of_a_cancel_exceeds_what_is_left_of_it(
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


def test_racing_cancels_never_exceed_what_was_paid(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", replace(ORDER, tax_free=0))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: cancel(client, amount=300).status_code, range(100)))

    assert (answers.count(200), answers.count(409)) == (36, 64)
    assert portone.books()["p1"].cancelled == 10_800


@pytest.mark.parametrize("vats", [[None, None, None], [333, 333, 234]])
def test_the_parts_of_partial_cancels_add_up_to_the_payment(
    portone: FakePortOne, client: httpx.Client, vats: list[int | None]
) -> None:
    portone.buyer.pay("p1", ORDER)
    splits = [(3_667, 0), (3_667, 1_000), (3_666, 100)]

    for (amount, tax_free), vat in zip(splits, vats, strict=True):
        given: dict[str, Any] = {} if vat is None else {"vatAmount": vat}
        assert cancel(client, amount=amount, taxFreeAmount=tax_free, **given).status_code == 200

    book = portone.books()["p1"]
    assert (book.state, book.cancelled_tax_free) == ("CANCELLED", 1_100)
    assert sum(entry.vat for entry in book.cancellations) == 900


@pytest.mark.parametrize(("takes", "status"), [(True, 200), (False, 409)])
def test_the_tax_free_part_of_a_full_cancel_is_a_switch(
    clock: MovableClock, client_of: ClientOf, *, takes: bool, status: int
) -> None:
    fake = FakePortOne(clock=clock, unknowns=Unknowns(full_cancel_takes_the_tax_free_left=takes))
    fake.buyer.pay("p1", ORDER)

    assert cancel(client_of(fake)).status_code == status
