"""Money taken back by others stops a subscription until staff decides; a refund may end one (rule 10.6)."""

from typing import Any

from portone_local.actors.shop import pay, prepare, verify
from portone_local.gateway.messages import Response
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY
from tests.support.billing_app import PRICE, code_of, put_parts, put_plan, save_key, schedule
from tests.support.subscriber_app import charged, put, shown, subscribed
from tests.support.world import USER


def paid_by(stack: Stack, subscription_id: str) -> str:
    return str(shown(stack, subscription_id)["invoices"][0]["paymentId"])


def charged_back(stack: Stack) -> tuple[str, str]:
    """A subscription whose first charge the issuer took back, and that payment."""
    subscription_id = subscribed(stack)
    payment_id = paid_by(stack, subscription_id)
    stack.portone.console.chargeback(payment_id, None)
    stack.run_for(120)
    return subscription_id, payment_id


def decided(stack: Stack, payment_id: str, decision: str) -> Response:
    body = {"reason": "분쟁 종결", "decision": decision, "kind": "chargeback"}
    return stack.staff.post(f"/ops/payments/{payment_id}/resolve", body)


def refunded(stack: Stack, payment_id: str, refund_id: str = "refund-1", **more: Any) -> Response:
    body = {"refundId": refund_id, "reason": "단순 변심", "full": True, "endSubscription": True, **more}
    return stack.staff.post(f"/ops/payments/{payment_id}/cancel", body)


def ended_because(stack: Stack, subscription_id: str) -> tuple[str, str | None]:
    view = shown(stack, subscription_id)
    return view["status"], view["endedBecause"]


def test_staff_may_end_what_was_charged_back(stack: Stack) -> None:
    subscription_id, payment_id = charged_back(stack)

    answer = decided(stack, payment_id, "end")
    stack.run_for(40 * DAY, step=DAY)

    assert answer.status == 200
    assert (ended_because(stack, subscription_id), charged(stack)) == (("ENDED", "shop"), 1)
    assert stack.staff.get("/ops/attention?kind=chargeback").json()["items"] == []


def test_closing_the_call_leaves_open_what_becomes_of_the_subscription_and_is_refused(stack: Stack) -> None:
    _, payment_id = charged_back(stack)

    refused = decided(stack, payment_id, "close")

    assert refused.json()["error"]["details"] == {"field": "decision", "reason": "go_on_or_end"}
    assert len(stack.staff.get("/ops/attention?kind=chargeback").json()["items"]) == 1


def test_a_subscription_that_ended_meanwhile_leaves_nothing_to_decide(stack: Stack) -> None:
    subscription_id, payment_id = charged_back(stack)
    stack.shop.post(f"/ops/subscriptions/{subscription_id}/cancel", {"atPeriodEnd": False})

    assert code_of(decided(stack, payment_id, "go_on")) == (400, "invalid_request")
    assert decided(stack, payment_id, "close").status == 200


def test_a_refund_that_waits_for_a_second_person_ends_nothing_before_that() -> None:
    with Stack.in_memory(seed=1, staff_refund_limit="5000") as stack:
        save_key(stack)
        put_plan(stack)
        subscription_id = subscribed(stack)
        payment_id = paid_by(stack, subscription_id)
        body = {"refundId": "large", "reason": "단순 변심", "full": True, "endSubscription": True}
        waiting = stack.staff_app.post(f"/staff/payments/{payment_id}/cancel", body)
        before = ended_because(stack, subscription_id)

        approved = stack.second_staff_app.post(f"/staff/payments/{payment_id}/refunds/large/approve")

        assert (waiting.status, before) == (202, ("ACTIVE", None))
        assert (approved.status, ended_because(stack, subscription_id)) == (200, ("ENDED", "refunded"))


def test_a_refund_of_what_was_charged_for_no_subscription_ends_none(stack: Stack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)

    answer = refunded(stack, prepared["paymentId"])

    assert answer.json()["error"]["details"] == {"field": "endSubscription", "reason": "no_subscription"}


def test_a_refund_of_a_part_ends_the_other_parts(stack: Stack) -> None:
    put_parts(stack, {"amount": 10_000}, {"amount": 90_000, "dueAt": "2026-12-01T03:00:00Z"})
    subscription_id = schedule(stack).json()["subscriptionId"]
    first = next(each for each in shown(stack, subscription_id)["invoices"] if each["state"] == "PAID")

    assert refunded(stack, first["paymentId"]).status == 200
    assert ended_because(stack, subscription_id) == ("ENDED", "refunded")


def ended_with_refund(stack: Stack, subscription_id: str, **more: Any) -> Response:
    body = {"atPeriodEnd": False, "refundRest": True, **more}
    return stack.staff.post(f"/ops/subscriptions/{subscription_id}/cancel", body)


def back(stack: Stack, payment_id: str) -> int:
    """What PortOne refunded of it, once a worker has been at it."""
    stack.run_for(120)
    return stack.portone.books()[payment_id].cancelled


def test_staff_ends_a_subscription_and_pays_back_the_days_left_in_one_call(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    payment_id = paid_by(stack, subscription_id)
    clock_of(stack).advance(10 * DAY)

    answers = [ended_with_refund(stack, subscription_id) for _ in range(2)]

    # 21 of 31 days
    refund = {"paymentId": payment_id, "refundId": "rest:1", "by": "staff", "state": "UNKNOWN"}
    assert [(each.status, each.json()["status"]) for each in answers] == [(202, "ENDED")] * 2
    assert [each.json()["refunds"] for each in answers] == [[{**refund, "amount": 6_707}]] * 2
    assert back(stack, payment_id) == 6_707
    stack.run_for(40 * DAY, step=DAY)
    assert charged(stack) == 1


def test_what_a_cheaper_plan_left_in_the_balance_goes_back_with_the_days(stack: Stack) -> None:
    put_plan(stack, "small", amount=3_100)
    subscription_id = subscribed(stack)
    payment_id = paid_by(stack, subscription_id)
    clock_of(stack).advance(10 * DAY)
    credit = put(stack, subscription_id, "plan", {"planId": "small", "when": "now"}).json()["balance"]
    clock_of(stack).advance(11 * DAY)

    ended_with_refund(stack, subscription_id)

    # 10 of 31 days of the cheaper plan
    assert back(stack, payment_id) == 1_000 + credit
    assert shown(stack, subscription_id)["balance"] == 0


def test_what_a_dearer_plan_was_paid_with_gives_its_days_back_first(stack: Stack) -> None:
    put_plan(stack, "large", amount=31_000)
    subscription_id = subscribed(stack)
    period = paid_by(stack, subscription_id)
    put(stack, subscription_id, "plan", {"planId": "large", "when": "now"})
    dearer = paid_by(stack, subscription_id)
    clock_of(stack).advance(DAY)

    refunds = ended_with_refund(stack, subscription_id).json()["refunds"]

    assert {each["paymentId"]: each["amount"] for each in refunds} == {dearer: 21_100, period: 8_900}
    assert (back(stack, dearer), back(stack, period)) == (21_100, 8_900)


def test_what_is_left_is_that_of_the_day_it_ended_whenever_a_second_person_agrees() -> None:
    with Stack.in_memory(seed=1, staff_refund_limit="5000") as stack:
        save_key(stack)
        put_plan(stack)
        subscription_id = subscribed(stack)
        payment_id = paid_by(stack, subscription_id)
        body = {"atPeriodEnd": False, "refundRest": True}
        waiting = stack.staff_app.post(f"/staff/subscriptions/{subscription_id}/cancel", body)
        stack.run_for(40 * DAY, step=DAY)
        before = back(stack, payment_id)

        stack.second_staff_app.post(f"/staff/payments/{payment_id}/refunds/rest:1/approve")

        assert waiting.json()["refunds"][0]["state"] == "AWAITING_APPROVAL"
        assert (before, back(stack, payment_id), charged(stack)) == (0, PRICE, 1)


def test_where_nothing_is_left_it_ends_and_nothing_goes_back(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    payment_id = paid_by(stack, subscription_id)
    refunded(stack, payment_id, full=False, amount=100, endSubscription=False)

    ended = ended_with_refund(stack, subscription_id)

    assert (ended.status, ended.json()["status"], ended.json()["refunds"]) == (200, "ENDED", [])
    assert back(stack, payment_id) == 100


def test_only_staff_pays_back_and_only_what_cannot_be_used_any_more(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    body = {"atPeriodEnd": False, "refundRest": True}

    answers = (
        stack.app(USER).post(f"/subscriptions/{subscription_id}/cancel", body),
        stack.shop.post(f"/ops/subscriptions/{subscription_id}/cancel", body),
        ended_with_refund(stack, subscription_id, atPeriodEnd=True),
    )

    reasons = [each.json()["error"]["details"]["reason"] for each in answers]
    assert reasons == ["staff_only", "staff_only", "with_period_end"]
    assert shown(stack, subscription_id)["status"] == "ACTIVE"
