"""The mark by which a payment of ours is known when its record is gone."""

import json

import pytest

from portone_payments.domain.shared.marker import marked_order, marker


def test_the_order_is_read_back_from_the_marker() -> None:
    assert marked_order(json.dumps(marker("order-1"))) == "order-1"


@pytest.mark.parametrize(
    "custom_data",
    [
        None,
        "",
        "not json",
        "[" * 100_000,
        "[]",
        '"text"',
        "{}",
        '{"bundle":"another"}',
        '{"bundle":"portone-payments"}',
        '{"bundle":"portone-payments","orderId":""}',
        '{"bundle":"portone-payments","orderId":7}',
        '{"orderId":"order-1"}',
    ],
)
def test_anything_else_is_foreign(custom_data: str | None) -> None:
    assert marked_order(custom_data) is None


@pytest.mark.parametrize(
    "order_id", ["", "a b", "x" * 65, "x" * 400_000, "\ud800", "주문", 7, None, ["order-1"]]
)
def test_an_impossible_order_id_is_not_looked_up(order_id: object) -> None:
    assert marked_order(json.dumps({"bundle": "portone-payments", "orderId": order_id})) is None
