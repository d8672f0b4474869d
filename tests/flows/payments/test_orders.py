"""The shop's orders, and one payment of each however often it is requested."""

from datetime import UTC, datetime

import pytest

from portone_local.actors.shop import ask_to_prepare, pay, prepare, put_order, status, verify
from portone_local.oracle import ObservedStack
from portone_payments.domain.records.payments import Payment

HOUR = 3600

webhooks_only = pytest.mark.parametrize("webhooks", [True])


def in_seconds(stack: ObservedStack, seconds: float) -> str:
    return datetime.fromtimestamp(stack.clock.now() + seconds, UTC).isoformat()


def payments(stack: ObservedStack) -> int:
    return sum(isinstance(record, Payment) for record in stack.ports["store"].records())


def test_the_same_order_again_answers_the_same(stack: ObservedStack) -> None:
    assert put_order(stack).json() == put_order(stack).json()


def test_an_order_may_change_until_a_payment_of_it_exists(stack: ObservedStack) -> None:
    put_order(stack)

    changed = put_order(stack, amount={"total": 9_000, "taxFree": 0})
    prepared = prepare(stack)
    refused = put_order(stack, amount={"total": 1, "taxFree": 0})

    assert (changed.status, prepared["totalAmount"]) == (200, 9_000)
    assert (refused.status, refused.json()["error"]["code"]) == (409, "order_has_payment")
    assert put_order(stack, amount={"total": 9_000, "taxFree": 0}).status == 200


def test_every_prepare_answers_the_same_payment(stack: ObservedStack) -> None:
    asked = [
        prepare(stack, platform=platform, key=key)["paymentId"]
        for platform in ("web", "ios")
        for key in (None, "key-1" if platform == "web" else "key-2")
    ]

    assert len(set(asked)) == 1
    assert payments(stack) == 1


def test_the_price_comes_from_the_order_never_from_the_app(stack: ObservedStack) -> None:
    put_order(stack)
    body = {"orderId": "order-1", "platform": "web", "totalAmount": 1}

    refused = stack.app("user-1").post("/payments", body)

    assert (refused.status, refused.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("order_id", ["order-1", "no-such-order"])
def test_another_users_order_and_an_absent_one_answer_alike(stack: ObservedStack, order_id: str) -> None:
    put_order(stack)

    answered = ask_to_prepare(stack, order_id, user="user-2")

    assert (answered.status, answered.json()["error"]["code"]) == (404, "order_not_found")


def test_a_new_payment_is_opened_only_after_the_old_was_cancelled(stack: ObservedStack) -> None:
    old = prepare(stack)
    pay(stack, old)
    verify(stack, old)
    paid = ask_to_prepare(stack)
    stack.run_for(60)
    stack.portone.console.cancel(old["paymentId"])
    stack.staff.post(f"/ops/payments/{old['paymentId']}/catch-up")

    new = prepare(stack)
    pay(stack, new)
    verify(stack, new)

    assert (paid.status, paid.json()["error"]["code"]) == (409, "order_already_paid")
    assert new["paymentId"] != old["paymentId"]
    assert (status(stack, old), status(stack, new)) == ("CANCELLED", "PAID")


@webhooks_only
def test_an_expired_order_is_not_offered_any_more(stack: ObservedStack) -> None:
    put_order(stack, expiresAt=in_seconds(stack, 600))
    prepared = prepare(stack)
    stack.run_for(660)

    refused = ask_to_prepare(stack)

    assert prepared["expiresAt"] == "2026-01-02T03:14:05Z"
    assert (refused.status, refused.json()["error"]["code"]) == (409, "order_expired")
    assert status(stack, prepared) == "EXPIRED"


def test_an_expired_payment_is_offered_again_under_the_same_id(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.run_for(61 * 60)
    expired = status(stack, prepared)

    again = prepare(stack)

    assert (expired, again["status"]) == ("EXPIRED", "READY")
    assert again["paymentId"] == prepared["paymentId"]
    assert again["expiresAt"] > prepared["expiresAt"]


def test_a_declined_payment_offered_again_after_its_expiry_gets_a_new_one(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.portone.buyer.decline(prepared["paymentId"])
    verify(stack, prepared)
    stack.run_for(2 * HOUR)

    again = prepare(stack)
    pay(stack, again)
    stack.run_for(15 * 60)

    assert again["paymentId"] == prepared["paymentId"]
    assert again["expiresAt"] > prepared["expiresAt"]
    assert status(stack, again) == "PAID"


@pytest.mark.parametrize(
    "settings", [{"pay_method_rules": '[{"methods":["CARD"],"platforms":["ios"]}]'}], ids=["cards_on_ios"]
)
def test_rules_restrict_the_pay_methods_by_platform(stack: ObservedStack) -> None:
    on_web, on_ios = prepare(stack), prepare(stack, platform="ios")

    assert [offer["payMethod"] for offer in on_web["payMethods"]] == ["VIRTUAL_ACCOUNT"]
    assert [offer["payMethod"] for offer in on_ios["payMethods"]] == ["CARD", "VIRTUAL_ACCOUNT"]


@pytest.mark.parametrize("settings", [{"pay_method_rules": '[{"methods":["CARD"],"maxAmount":1000}]'}])
def test_an_order_without_a_pay_method_left_is_refused_and_stores_nothing(stack: ObservedStack) -> None:
    put_order(stack, payMethods=["CARD"])

    refused = ask_to_prepare(stack)

    assert (refused.status, refused.json()["error"]["code"]) == (409, "no_pay_method")
    assert payments(stack) == 0


def test_my_payments_are_listed_newest_first_and_by_pages(stack: ObservedStack) -> None:
    for number in (1, 2, 3):
        prepare(stack, f"order-{number}")
        stack.run_for(1)

    first = stack.app("user-1").get("/payments?limit=2").json()
    rest = stack.app("user-1").get(f"/payments?limit=2&cursor={first['cursor']}").json()

    assert [item["orderId"] for item in first["items"] + rest["items"]] == ["order-3", "order-2", "order-1"]
    assert rest["cursor"] is None
    assert stack.app("user-2").get("/payments").json()["items"] == []
