"""Which saved method pays is recorded at every change; an assigned one that fails gives way (rule 11.10)."""

from typing import Any

from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY, HOUR
from tests.support.billing_app import PRICE, listed, put_plan, save_key
from tests.support.subscriber_app import charged, put, shown, subscribed
from tests.support.world import USER

HARD = '{"hardCodes":{"*":["LOST"]}}'


def first_key(stack: Stack) -> str:
    return str(listed(stack)[-1]["billingKeyId"])


def told(stack: Stack, subscription_id: str) -> list[dict[str, Any]]:
    """The changes of method, as the shop's services hear of them."""
    return [
        dict(each.data)
        for each in stack.bus.published
        if each.type == "subscription.method_changed" and subscription_id in each.id
    ]


def month(stack: Stack) -> None:
    stack.run_for(31 * DAY + 2 * HOUR, step=DAY / 8)


def test_assigning_a_method_is_told_at_once_with_what_it_will_pay(stack: Stack) -> None:
    subscription_id, other = subscribed(stack), save_key(stack)

    put(stack, subscription_id, "billing-key", {"billingKeyId": other})
    stack.run_for(60)

    (change,) = told(stack, subscription_id)
    assert (change["billingKeyId"], change["because"], change["amount"]) == (other, "chosen", PRICE)
    assert shown(stack, subscription_id)["paysWith"] == other


def test_what_another_method_will_pay_is_what_it_is_then_charged(stack: Stack) -> None:
    put_plan(stack, "small", amount=3_100)
    subscription_id, other = subscribed(stack), save_key(stack)
    stack.run_for(15 * DAY, step=DAY)
    put(stack, subscription_id, "plan", {"planId": "small", "when": "now"})

    put(stack, subscription_id, "billing-key", {"billingKeyId": other})
    # the credit pays the next month, and some of the one after it
    month(stack)
    month(stack)

    (change,) = told(stack, subscription_id)
    paid = shown(stack, subscription_id)["invoices"][0]
    assert 0 < paid["amount"] < 3_100
    assert (change["amount"], charged(stack)) == (paid["amount"], 2)


def test_deleting_the_default_names_what_it_paid_and_what_pays_now(stack: Stack) -> None:
    subscription_id, first = subscribed(stack), first_key(stack)
    other = save_key(stack)

    gone = stack.app(USER).delete(f"/billing-keys/{first}")
    stack.run_for(120)

    assert gone.json()["pays"] == [{"subscriptionId": subscription_id, "paysWith": other}]
    assert [each["because"] for each in told(stack, subscription_id)] == ["default"]
    assert charged(stack) == 1


def test_deleting_what_pays_nothing_names_nothing_and_nobody_is_told(stack: Stack) -> None:
    subscription_id, other = subscribed(stack), save_key(stack)

    gone = stack.app(USER).delete(f"/billing-keys/{other}")
    stack.run_for(120)

    assert (gone.json()["pays"], told(stack, subscription_id)) == ([], [])


def test_an_assigned_method_that_was_deleted_gives_way_to_the_default(stack: Stack) -> None:
    other = save_key(stack)
    subscription_id = subscribed(stack, billingKeyId=other)

    stack.app(USER).delete(f"/billing-keys/{other}")
    month(stack)

    view = shown(stack, subscription_id)
    assert (view["status"], view["billingKeyId"], view["paysWith"]) == ("ACTIVE", other, first_key(stack))
    assert [each["because"] for each in told(stack, subscription_id)] == ["fallback"]


def declined_for_good(stack: Stack) -> str:
    """A subscription whose assigned card is lost in its second month."""
    put_plan(stack)
    save_key(stack, card="default-card")
    lost = save_key(stack, card="lost-card")
    subscription_id = subscribed(stack, billingKeyId=lost)
    stack.portone.pg.decline("lost-card", code="LOST", times=None, readable=True)
    month(stack)
    return subscription_id


def test_an_assigned_method_that_was_declined_for_good_is_tried_once_and_the_default_pays() -> None:
    with Stack.in_memory(seed=1, dunning=HARD) as stack:
        subscription_id = declined_for_good(stack)
        failed = charged(stack)

        stack.run_for(2 * DAY, step=DAY / 8)

        view = shown(stack, subscription_id)
        assert (view["status"], failed, charged(stack)) == ("ACTIVE", 2, 3)
        assert view["invoices"][0]["state"] == "PAID"
        assert [each["because"] for each in told(stack, subscription_id)] == ["fallback"]


def test_without_the_setting_an_assigned_method_stays_and_waits_for_another() -> None:
    with Stack.in_memory(seed=1, dunning=HARD, method_fallback="off") as stack:
        subscription_id = declined_for_good(stack)

        stack.run_for(5 * DAY, step=DAY / 8)

        assert (shown(stack, subscription_id)["status"], charged(stack)) == ("PAST_DUE", 2)
        assert told(stack, subscription_id) == []


def test_a_new_default_pays_what_the_assigned_method_could_not(stack: Stack) -> None:
    tied = save_key(stack, card="empty-card")
    subscription_id = subscribed(stack, billingKeyId=tied)
    stack.portone.pg.decline("empty-card", times=None, readable=True)
    month(stack)
    fresh = save_key(stack, card="fresh-card")

    stack.app(USER).put(f"/billing-keys/{fresh}/default")
    stack.run_for(120)

    view = shown(stack, subscription_id)
    assert (view["status"], view["invoices"][0]["state"], view["paysWith"]) == ("ACTIVE", "PAID", fresh)


def test_a_default_saved_for_something_else_leaves_a_method_that_works_alone(stack: Stack) -> None:
    tied = save_key(stack)
    subscription_id = subscribed(stack, billingKeyId=tied)
    fresh = save_key(stack)

    stack.app(USER).put(f"/billing-keys/{fresh}/default")
    month(stack)

    assert (shown(stack, subscription_id)["paysWith"], told(stack, subscription_id)) == (tied, [])
