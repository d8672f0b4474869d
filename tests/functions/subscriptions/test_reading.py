"""What only a customer and the shop see of subscriptions."""

import pytest

from portone_local.actors.subscribers import days_pass
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from tests.support.billing_app import code_of, put_plan, save_key, subscribe
from tests.support.subscriber_app import shown, subscribed
from tests.support.world import STRANGER, USER


def test_the_list_shows_own_subscriptions_newest_first_in_pages(stack: Stack) -> None:
    first = subscribed(stack)
    clock_of(stack).advance(1)
    put_plan(stack, "plan-2")
    second = subscribed(stack, key="request-2", planId="plan-2")

    page = stack.app(USER).get("/subscriptions?limit=1").json()
    rest = stack.app(USER).get(f"/subscriptions?limit=1&cursor={page['cursor']}").json()

    assert [item["subscriptionId"] for item in page["items"]] == [second]
    assert [item["subscriptionId"] for item in rest["items"]] == [first]
    assert stack.app(STRANGER).get("/subscriptions").json() == {"items": [], "cursor": None}


def test_an_empty_cursor_is_refused(stack: Stack) -> None:
    assert code_of(stack.app(USER).get("/subscriptions?cursor=")) == (400, "invalid_request")


def test_the_shop_sees_what_its_customer_sees(stack: Stack) -> None:
    subscription_id = subscribed(stack)

    seen = stack.shop.get(f"/ops/subscriptions/{subscription_id}")

    assert seen.json() == shown(stack, subscription_id)


def test_all_invoices_of_a_subscription_are_listed_in_pages_newest_first(stack: Stack) -> None:
    put_plan(stack, "daily", interval={"unit": "DAY", "count": 1})
    subscription_id = subscribed(stack, planId="daily")
    days_pass(stack, 4)
    path = f"/subscriptions/{subscription_id}/invoices"

    first = stack.app(USER).get(f"{path}?limit=2").json()
    rest = stack.shop.get(f"/ops{path}?limit=2&cursor={first['cursor']}").json()

    assert [each["invoiceId"] for each in first["items"]] == ["5", "4"]
    assert [each["invoiceId"] for each in rest["items"]] == ["3", "2"]
    assert {each["state"] for each in (*first["items"], *rest["items"])} == {"PAID"}
    assert [each["invoiceId"] for each in shown(stack, subscription_id)["invoices"]] == ["5"]
    assert code_of(stack.app(USER).get(f"{path}?cursor=one")) == (400, "invalid_request")


def test_no_answer_holds_a_key_or_a_whole_card_number(stack: Stack) -> None:
    (book,) = stack.portone.billing_books().keys.values()
    answer = subscribe(stack)

    text = answer.body.decode()

    assert book.billing_key not in text
    assert "cipher" not in text.lower()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/invoices", None),
        ("POST", "/preview", {"planId": "plan-1"}),
        ("PUT", "/plan", {"planId": "plan-1", "when": "now"}),
        ("PUT", "/billing-key", {"billingKeyId": None}),
        ("POST", "/pause", {}),
        ("POST", "/resume", None),
        ("POST", "/cancel", {"atPeriodEnd": False}),
        ("POST", "/consent", {"amount": 1}),
        ("POST", "/parts/1/cancel", None),
    ],
)
def test_another_users_subscription_is_as_unknown_as_an_absent_one(
    stack: Stack, method: str, path: str, body: object
) -> None:
    save_key(stack, STRANGER)
    theirs = subscribe(stack, STRANGER).json()["subscriptionId"]
    before = stack.dump()

    answers = [
        stack.app(USER).request(method, f"/subscriptions/{id_}{path}", json=body)
        for id_ in (theirs, "0123456789absent", "%23")
    ]

    assert {code_of(answer) for answer in answers} == {(404, "subscription_not_found")}
    assert stack.dump() == before
