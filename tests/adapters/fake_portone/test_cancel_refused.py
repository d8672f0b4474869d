"""What a cancel is refused for: its body, the state of the payment, or on command."""

from typing import Any

import httpx
import pytest

from portone_local.portone import Checkout, FakePortOne
from tests.support.asking import REFUND_ACCOUNT, cancel, refused

ORDER = Checkout(amount=11_000, tax_free=1_100)


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
        {"reason": "test", "refundAccount": {**REFUND_ACCOUNT, "bank": "SHINHAN_BANK"}},
        {"reason": "test", "refundAccount": {**REFUND_ACCOUNT, "memo": "x"}},
        {"reason": "test", "refundAccount": {**REFUND_ACCOUNT, "holderPhoneNumber": None}},
        {"reason": "test", "refundAccount": {"bank": "SHINHAN", "number": "0"}},
    ],
)
def test_a_malformed_body_is_refused(
    portone: FakePortOne, client: httpx.Client, body: dict[str, Any]
) -> None:
    portone.buyer.pay("p1", ORDER)

    answer = client.post("/payments/p1/cancel", json=body)

    assert refused(answer) == (400, "INVALID_REQUEST")
    assert portone.books()["p1"].cancellations == ()


def test_an_unpaid_payment_is_not_cancelled(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.open_window("p1", ORDER)

    assert refused(cancel(client)) == (409, "PAYMENT_NOT_PAID")
    assert refused(cancel(client, "p2")) == (404, "PAYMENT_NOT_FOUND")
    assert "p2" not in portone.books()


def test_a_cancelled_payment_is_not_cancelled_again(portone: FakePortOne, client: httpx.Client) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.cancel("p1")

    assert refused(cancel(client, amount=1)) == (409, "PAYMENT_ALREADY_CANCELLED")


def test_attempts_to_cancel_are_counted(portone: FakePortOne, client: httpx.Client) -> None:
    portone.pg.max_cancels = 2
    portone.buyer.pay("p1", ORDER)
    portone.console.cancel("p1", 1)

    answers = [cancel(client, amount=1) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert answers[2].json()["type"] == "MAX_CANCEL_COUNT_REACHED"


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
def test_every_error_can_be_configured_once(portone: FakePortOne, client: httpx.Client, kind: str) -> None:
    portone.buyer.pay("p1", ORDER)
    portone.console.refuse_next_cancel(kind)

    answers = [cancel(client, amount=1) for _ in range(2)]

    assert answers[0].json()["type"] == kind
    assert answers[1].status_code == 200


@pytest.mark.parametrize(
    ("operation", "kind", "leaves"),
    [
        ("cancel_payment", "TEAPOT", None),
        ("cancel_payment", "PG_PROVIDER", "PAID"),
        ("cancel_payment", "PAYMENT_NOT_PAID", "FAILED"),
        ("get_payment", "PG_PROVIDER", None),
    ],
)
def test_an_impossible_command_is_refused(
    portone: FakePortOne, operation: str, kind: str, leaves: str | None
) -> None:
    with pytest.raises(ValueError, match=f"{kind}|{operation}"):
        portone.console.refuse_next(operation, kind, leaves=leaves)
