"""Saved payment methods over HTTP: issue, register, list, default, delete."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.portone import Fault
from portone_local.stack import Stack
from portone_local.testing.billing_app import code_of, issue_window, issued, put_plan, save_key, subscribe
from portone_local.testing.stories import clock_of
from portone_local.testing.world import STRANGER, USER, an_order_body
from portone_payments.domain.calendar import DAY
from portone_payments.domain.wallet import MOST_KEYS


@pytest.fixture
def stack() -> Iterator[Stack]:
    with Stack.in_memory(seed=1) as found:
        yield found


def register(stack: Stack, key_id: str, body: dict[str, Any], user: str = USER) -> Any:
    return stack.app(user).post(f"/billing-keys/{key_id}/register", body)


def listed(stack: Stack, user: str = USER) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = stack.app(user).get("/billing-keys").json()["items"]
    return items


def test_the_window_has_all_the_sdk_needs_and_an_issue_id_of_ours(stack: Stack) -> None:
    window = issue_window(stack)

    assert window["issueId"] == window["billingKeyId"]
    assert window["storeId"] == stack.portone.store_id
    assert window["channelKey"] == "channel-key-example-test"
    assert window["billingKeyMethod"] == "CARD"
    assert window["customer"] == {"customerId": USER}
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
        {"payMethod": "TRANSFER", "platform": "web"},
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
def test_a_window_is_asked_for_with_a_method_and_a_platform(stack: Stack, body: dict[str, Any]) -> None:
    assert code_of(stack.app(USER).post("/billing-keys", body)) == (400, "invalid_request")


def test_nobody_opens_windows_without_end(stack: Stack) -> None:
    for _ in range(MOST_KEYS):
        issue_window(stack)

    one_more = stack.app(USER).post("/billing-keys", {"payMethod": "CARD", "platform": "web"})

    assert code_of(one_more) == (409, "too_many_billing_keys")


def test_issue_and_pay_prepares_the_payment_of_the_order(stack: Stack) -> None:
    stack.shop.put("/orders/order-1", an_order_body(payMethods=["MOBILE"]))

    window = issue_window(stack, payMethod="MOBILE", orderId="order-1")

    assert window["billingKeyAndPayMethod"] == "MOBILE"
    assert (window["orderName"], window["totalAmount"], window["currency"]) == ("coffee", 1_000, "KRW")
    assert window["customData"]["orderId"] == "order-1"
    payment = stack.app(USER).get(f"/payments/{window['paymentId']}").json()
    assert (payment["orderId"], payment["status"]) == ("order-1", "READY")


def test_issue_and_pay_of_anothers_order_is_refused(stack: Stack) -> None:
    stack.shop.put("/orders/order-1", an_order_body(userId=STRANGER, payMethods=["MOBILE"]))

    refused = stack.app(USER).post(
        "/billing-keys", {"payMethod": "MOBILE", "platform": "web", "orderId": "order-1"}
    )

    assert code_of(refused) == (404, "order_not_found")


def test_a_registered_key_is_shown_masked_and_is_the_default(stack: Stack) -> None:
    window = issue_window(stack)

    saved = register(stack, window["billingKeyId"], issued(stack, window))

    assert saved.status == 200
    shown = saved.json()
    assert (shown["state"], shown["default"], shown["payMethod"]) == ("ACTIVE", True, "CARD")
    assert shown["method"]["issuer"] == "SHINHAN_CARD"
    assert "*" in shown["method"]["number"]
    assert listed(stack) == [shown]


def test_no_answer_and_no_item_holds_the_key(stack: Stack) -> None:
    window = issue_window(stack)
    told = issued(stack, window)

    answers = [register(stack, window["billingKeyId"], told), stack.app(USER).get("/billing-keys")]

    seen = json.dumps([*(answer.json() for answer in answers), stack.logs])
    assert told["billingKey"] not in seen
    assert "sealed" not in seen
    assert "keyHash" not in seen


def test_registering_again_is_the_same_key(stack: Stack) -> None:
    window = issue_window(stack)
    told = issued(stack, window)
    first = register(stack, window["billingKeyId"], told)

    second = register(stack, window["billingKeyId"], told)

    assert (second.status, second.json()) == (first.status, first.json())


def test_without_the_sdks_answer_the_key_of_this_issue_is_found(stack: Stack) -> None:
    window = issue_window(stack)
    issued(stack, window)

    saved = register(stack, window["billingKeyId"], {})

    assert (saved.status, saved.json()["state"]) == (200, "ACTIVE")


def test_needs_confirmation_without_its_token_is_no_answer(stack: Stack) -> None:
    window = issue_window(stack)

    refused = register(stack, window["billingKeyId"], {"billingKey": "NEEDS_CONFIRMATION"})

    assert code_of(refused) == (400, "invalid_request")
    assert stack.app(USER).get(f"/billing-keys/{window['billingKeyId']}").json()["state"] == "PENDING"


def test_a_manual_approval_channel_confirms_its_token(stack: Stack) -> None:
    window = issue_window(stack)
    told = issued(stack, window, manual=True)

    saved = register(stack, window["billingKeyId"], told)

    assert (saved.status, saved.json()["state"]) == (200, "ACTIVE")


def test_while_portone_is_silent_a_key_is_on_its_way(stack: Stack) -> None:
    window = issue_window(stack)
    told = issued(stack, window)
    stack.portone.inject(operation="get_billing_key", fault=Fault.HTML_502)

    waiting = register(stack, window["billingKeyId"], told)

    assert waiting.status == 202
    assert (waiting.json()["state"], waiting.json()["waitsFor"]) == ("CHECKING", "portone")
    assert waiting.json()["statusUrl"] == f"/billing-keys/{window['billingKeyId']}"
    stack.run_for(120)
    assert [key["state"] for key in listed(stack)] == ["ACTIVE"]


def test_a_key_of_another_issue_is_refused_and_not_stored(stack: Stack) -> None:
    mine, theirs = issue_window(stack), issue_window(stack, STRANGER)

    refused = register(stack, mine["billingKeyId"], issued(stack, theirs))

    assert code_of(refused) == (409, "billing_key_refused")
    assert listed(stack) == []


def test_a_key_issued_to_another_customer_is_refused(stack: Stack) -> None:
    window = issue_window(stack)

    refused = register(stack, window["billingKeyId"], issued(stack, window, customer_id=STRANGER))

    assert code_of(refused) == (409, "billing_key_refused")
    shown = stack.app(USER).get(f"/billing-keys/{window['billingKeyId']}").json()
    assert (shown["state"], shown["code"]) == ("REFUSED", "customer")


@pytest.mark.parametrize(
    "body",
    [{"billingKey": ""}, {"billingKey": 7}, {"billingKey": "a b"}, {"billingKey": "x" * 2_001}, {"key": "x"}],
    ids=["empty", "a number", "a space", "2 kB", "an unknown field"],
)
def test_what_the_sdk_never_returns_is_refused(stack: Stack, body: dict[str, Any]) -> None:
    assert code_of(register(stack, issue_window(stack)["billingKeyId"], body)) == (400, "invalid_request")


def test_the_list_shows_what_can_be_charged_newest_first(stack: Stack) -> None:
    first = save_key(stack, card="card-1")
    clock_of(stack).advance(1)
    second = save_key(stack, card="card-2")
    issue_window(stack)

    assert [key["billingKeyId"] for key in listed(stack)] == [second, first]
    assert [key["default"] for key in listed(stack)] == [False, True]


def test_another_default_is_charged_from_then_on(stack: Stack) -> None:
    first, second = save_key(stack, card="card-1"), save_key(stack, card="card-2")

    chosen = stack.app(USER).put(f"/billing-keys/{second}/default")

    assert (chosen.status, chosen.json()["default"]) == (200, True)
    assert stack.app(USER).get(f"/billing-keys/{first}").json()["default"] is False


def test_a_new_default_wakes_the_charge_that_waits_for_one(stack: Stack) -> None:
    save_key(stack, card="card-1")
    put_plan(stack)
    subscription = subscribe(stack).json()["subscriptionId"]
    stack.portone.pg.decline(times=None)
    stack.run_for(32 * DAY, step=DAY / 8)
    assert stack.app(USER).get(f"/subscriptions/{subscription}").json()["status"] == "PAST_DUE"
    stack.portone.pg.accept()

    stack.app(USER).put(f"/billing-keys/{save_key(stack, card='card-2')}/default")

    stack.run_for(120)
    assert stack.app(USER).get(f"/subscriptions/{subscription}").json()["status"] == "ACTIVE"


def test_only_what_can_be_charged_becomes_the_default(stack: Stack) -> None:
    deleted = save_key(stack)
    stack.app(USER).delete(f"/billing-keys/{deleted}")

    assert code_of(stack.app(USER).put(f"/billing-keys/{deleted}/default")) == (409, "billing_key_gone")


def test_a_deleted_key_is_gone_here_and_at_portone(stack: Stack) -> None:
    key = save_key(stack)

    deleted = stack.app(USER).delete(f"/billing-keys/{key}")

    assert (deleted.status, deleted.json()["state"]) == (200, "DELETED")
    assert [book.state for book in stack.portone.billing_books().keys.values()] == ["DELETED"]
    assert listed(stack) == []
    assert stack.app(USER).delete(f"/billing-keys/{key}").json() == deleted.json()


def test_while_portone_does_not_answer_a_deletion_is_under_way(stack: Stack) -> None:
    key = save_key(stack)
    stack.portone.inject(operation="delete_billing_key", fault=Fault.HTML_502)

    waiting = stack.app(USER).delete(f"/billing-keys/{key}")

    assert (waiting.status, waiting.json()["state"]) == (202, "DELETING")
    assert waiting.json()["waitsFor"] == "portone"
    assert listed(stack) == []
    stack.run_for(300)
    assert stack.app(USER).get(f"/billing-keys/{key}").json()["state"] == "DELETED"


def test_a_payment_under_way_finishes_before_its_key_is_deleted(stack: Stack) -> None:
    key = save_key(stack)
    put_plan(stack)
    stack.portone.inject(operation="pay_with_billing_key", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    assert subscribe(stack).status == 202

    waiting = stack.app(USER).delete(f"/billing-keys/{key}")

    assert (waiting.status, waiting.json()["waitsFor"]) == (202, "payment")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/billing-keys/{}"),
        ("PUT", "/billing-keys/{}/default"),
        ("DELETE", "/billing-keys/{}"),
        ("POST", "/billing-keys/{}/register"),
    ],
)
def test_anothers_key_is_as_unknown_as_none(stack: Stack, method: str, path: str) -> None:
    theirs = save_key(stack, STRANGER)
    body = {"billingKey": "a-guess"} if method == "POST" else None
    before = stack.dump()

    answers = [
        stack.app(USER).request(method, path.format(key), json=body)
        for key in (theirs, "0123456789absent", "%23")
    ]

    assert {code_of(answer) for answer in answers} == {(404, "billing_key_not_found")}
    assert stack.dump() == before
