"""The window a payment method is saved in: what the SDK needs, with an issue id of ours."""

import json
import re
from typing import Any

import pytest

from portone_local.stack.stack import Stack
from portone_payments.domain.billing_keys.wallet import MOST_KEYS
from tests.support.billing_app import code_of, issue_window
from tests.support.world import STRANGER, USER, an_order_body


def test_the_window_gets_everything_the_sdk_needs_and_our_issue_id(stack: Stack) -> None:
    window = issue_window(stack)

    assert window["issueId"] == window["billingKeyId"]
    assert window["storeId"] == stack.portone.store_id
    assert window["channelKey"] == "channel-key-example-test"
    assert window["billingKeyMethod"] == "CARD"
    assert re.fullmatch("[0-9A-Z]{20}", window["customer"]["customerId"])
    assert window["customData"]["bundle"] == "portone-payments"
    assert window["redirectUrl"] == "https://shop.example/paid"
    assert window["appScheme"] == "shopapp"


def test_no_two_windows_share_an_issue_id(stack: Stack) -> None:
    first, second = issue_window(stack), issue_window(stack)

    assert first["issueId"] != second["issueId"]


def test_a_method_without_a_channel_is_not_offered() -> None:
    with Stack.in_memory(billing_channels=json.dumps({"EASY_PAY": "channel-key-example-test"})) as stack:
        asked = {"payMethod": "CARD", "platform": "web"}

        refused = stack.app(USER).post("/billing-keys", asked)

    assert code_of(refused) == (409, "billing_method_not_offered")


@pytest.mark.parametrize(
    "body",
    [
        {"platform": "web"},
        {"payMethod": "GIFT_CERTIFICATE", "platform": "web"},
        {"payMethod": "CARD", "platform": "desktop"},
        {"payMethod": "CARD", "platform": "web", "cardNumber": "0000000000000000"},
        {"payMethod": "CARD", "platform": "web", "orderId": "order-1"},
    ],
    ids=[
        "no method",
        "a method nobody saves",
        "an unknown platform",
        "a card number",
        "paid by card at once",
    ],
)
def test_a_window_needs_a_method_and_a_platform(stack: Stack, body: dict[str, Any]) -> None:
    assert code_of(stack.app(USER).post("/billing-keys", body)) == (400, "invalid_request")


def test_the_windows_a_user_opens_are_limited(stack: Stack) -> None:
    for _ in range(MOST_KEYS):
        issue_window(stack)

    one_more = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "web"})

    assert code_of(one_more) == (409, "too_many_billing_keys")


def test_issue_and_pay_prepares_the_payment_of_the_order(stack: Stack) -> None:
    stack.shop.put("/orders/order-1", an_order_body(payMethods=["MOBILE"], productType="DIGITAL"))

    window = issue_window(stack, payMethod="MOBILE", orderId="order-1")

    assert window["billingKeyAndPayMethod"] == "MOBILE"
    assert (window["orderName"], window["totalAmount"], window["currency"]) == ("coffee", 1_000, "KRW")
    assert window["customData"]["orderId"] == "order-1"
    payment = stack.app(USER).get(f"/payments/{window['paymentId']}").json()
    assert (payment["orderId"], payment["status"]) == ("order-1", "READY")


def test_issue_and_pay_of_another_users_order_is_refused(stack: Stack) -> None:
    stack.shop.put(
        "/orders/order-1", an_order_body(userId=STRANGER, payMethods=["MOBILE"], productType="DIGITAL")
    )

    refused = stack.app(USER).post(
        "/billing-keys", {"payMethod": "MOBILE", "platform": "web", "orderId": "order-1"}
    )

    assert code_of(refused) == (404, "order_not_found")
