"""Another plan, over HTTP: previewed, charged or credited, by the app or by the shop."""

from portone_local.actors.subscribers import CHARGE
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY, HOUR
from portone_payments.entry.messages.errors import REASONS
from tests.support.billing_app import code_of, put_plan
from tests.support.subscriber_app import charged, post, put, shown, subscribed


def test_the_previewed_amount_is_charged(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    clock_of(stack).advance(10 * DAY)
    preview = post(stack, subscription_id, "preview", {"planId": "plan-2"}).json()

    changed = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now", "due": preview["due"]})

    assert (changed.status, changed.json()["planId"], changed.json()["amount"]) == (200, "plan-2", 19_900)
    newest = changed.json()["invoices"][0]
    assert (newest["kind"], newest["state"], newest["amount"]) == ("proration", "PAID", preview["due"])
    assert preview["due"] == preview["charge"] - preview["credit"]


def test_the_same_change_again_is_answered_and_makes_no_invoice(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    asked = {"planId": "plan-2", "when": "now", "due": 10_000}

    first, again = (put(stack, subscription_id, "plan", asked) for _ in range(2))

    assert (again.status, again.json()) == (200, first.json())
    assert charged(stack) == 2


def test_a_preview_changes_nothing(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    before = stack.dump()

    post(stack, subscription_id, "preview", {"planId": "plan-2"})

    assert stack.dump() == before


def test_a_difference_the_app_did_not_show_is_not_charged(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)

    refused = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now", "due": 1})

    assert code_of(refused) == (409, "price_changed")
    assert refused.json()["error"]["details"] == {"amount": 10_000}


def test_a_cheaper_plan_is_a_credit_for_later(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=4_900)

    changed = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})

    assert (changed.json()["planId"], changed.json()["balance"]) == ("plan-2", 5_000)
    assert charged(stack) == 1


def test_after_a_refund_the_app_is_answered_to_change_with_the_next_period(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=4_900)
    payment_id = shown(stack, subscription_id)["invoices"][0]["paymentId"]
    refund = {"refundId": "refund-1", "reason": "goodwill", "amount": 100}
    stack.staff.post(f"/ops/payments/{payment_id}/cancel", refund)

    refused = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})

    assert code_of(refused) == (409, "change_not_allowed")
    assert refused.json()["error"]["message"]["en"] == REASONS["refunded"].en
    later = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "period_end"})
    assert (later.status, later.json()["nextPlan"]["planId"]) == (200, "plan-2")


def test_a_deleted_payment_counts_as_not_refunded(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=4_900)
    payment_id = shown(stack, subscription_id)["invoices"][0]["paymentId"]
    stack.ports["store"].table.forget({f"payment#{payment_id}"})

    assert put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"}).status == 200


def test_a_declined_change_does_not_happen(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    stack.portone.pg.decline(readable=True)

    declined = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})

    assert code_of(declined) == (402, "charge_declined")
    view = shown(stack, subscription_id)
    assert (view["planId"], view["status"], view["nextPlan"]) == ("plan-1", "ACTIVE", None)


def test_a_change_with_an_open_charge_is_202(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_BEFORE_COMMIT)

    open_ = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})

    assert (open_.status, open_.json()["planId"]) == (202, "plan-1")
    again = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now"})
    assert code_of(again) == (409, "subscription_busy")
    stack.run_for(300)
    assert shown(stack, subscription_id)["planId"] == "plan-2"


def test_a_change_with_the_next_period_charges_nothing_now(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)

    changed = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "period_end"})

    assert (changed.status, changed.json()["planId"]) == (200, "plan-1")
    assert changed.json()["nextPlan"] == {"planId": "plan-2", "name": "구독", "amount": 19_900}
    assert charged(stack) == 1


def test_a_price_rise_by_the_shop_waits_for_consent(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=19_900)
    changed = stack.shop.put(f"/ops/subscriptions/{subscription_id}/plan", {"planId": "plan-2"})
    assert changed.json()["nextPlan"]["planId"] == "plan-2"
    stack.run_for(31 * DAY + 2 * HOUR, step=DAY / 8)
    assert shown(stack, subscription_id)["invoices"][0]["state"] == "WITHHELD"

    agreed = post(stack, subscription_id, "consent", {"amount": 19_900})

    assert agreed.status == 200
    assert (agreed.json()["invoices"][0]["state"], agreed.json()["status"]) == ("PAID", "ACTIVE")


def test_the_shop_never_charges_a_change_at_once(stack: Stack) -> None:
    put_plan(stack, "plan-2", amount=19_900)
    body = {"planId": "plan-2", "when": "now"}

    refused = stack.shop.put(f"/ops/subscriptions/{subscribed(stack)}/plan", body)

    assert code_of(refused) == (400, "invalid_request")


def test_a_plan_of_another_interval_begins_at_once_as_previewed(stack: Stack) -> None:
    subscription_id = subscribed(stack)
    put_plan(stack, "plan-2", amount=99_000, interval={"unit": "YEAR", "count": 1})
    clock_of(stack).advance(10 * DAY)
    preview = post(stack, subscription_id, "preview", {"planId": "plan-2"}).json()

    changed = put(stack, subscription_id, "plan", {"planId": "plan-2", "when": "now", "due": preview["due"]})

    assert changed.status == 200
    assert (changed.json()["interval"], changed.json()["planId"]) == ({"unit": "YEAR", "count": 1}, "plan-2")
    newest = changed.json()["invoices"][0]
    assert (newest["kind"], newest["amount"], newest["credited"]) == (
        "period",
        preview["due"],
        preview["credit"],
    )
    assert preview["due"] == preview["charge"] - preview["credit"] == 99_000 - preview["credit"]
