"""Stories of how a subscription begins later, ends and goes on, and of how what is owed is paid after all."""

from typing import Any

from portone_local.actors.shop import checkout
from portone_local.actors.subscribers import PRICE, held
from portone_local.stories.acts import deliver, nothing, work
from portone_local.stories.billing_keys import leased, owner, plan
from portone_local.stories.subscription_scenes import (
    DAY,
    asking,
    customer,
    declining,
    method_lost,
    weekly,
)
from portone_local.stories.world import MINUTE, Act, Story, World

END_LATER = asking("cancel", {"atPeriodEnd": True})
KEEP = asking("keep")
OWED = "2"


def ending(world: World) -> str:
    """A week that is paid and the last."""
    subscription_id = weekly(world)
    END_LATER(world, subscription_id)
    return subscription_id


def ended(world: World) -> str:
    """The same, and its end has come; the message waits."""
    return leased(world, ending(world), 7 * DAY)


def owing(world: World) -> str:
    """A renewal that was declined, and waits for its next try."""
    subscription_id = declining(world)
    world.stack.work()
    return subscription_id


def pay_owed(world: World, subscription_id: str) -> int:
    """The customer pays it now with whatever pays the subscription; the status of the answer."""
    path = f"/subscriptions/{subscription_id}/invoices/{OWED}/pay"
    return world.stack.app(owner(world)).post(path, {}).status


def open_window(world: World, subscription_id: str) -> int:
    """The customer wants to pay it in a window; the status of the answer."""
    path = f"/subscriptions/{subscription_id}/invoices/{OWED}/pay"
    answer = world.stack.app(owner(world)).post(path, {"window": {"platform": "web"}})
    if answer.status == 200:  # noqa: PLR2004 - anything else opens none
        world.handed[answer.json()["paymentId"]] = answer.json()
    return answer.status


def paid_in_window(world: World) -> str:
    """And did, before anybody has heard of it."""
    subscription_id = owing(world)
    open_window(world, subscription_id)
    [handed] = world.handed.values()
    world.stack.portone.buyer.pay(handed["paymentId"], checkout(handed))
    return subscription_id


def staff_asks(what: str, body: Any = None) -> Act:
    """Staff decides about it; the status of the answer."""

    def asked(world: World, subscription_id: str) -> int:
        return world.stack.staff.post(f"/ops/subscriptions/{subscription_id}/{what}", body).status

    return asked


def reprice(world: World, _subject: str) -> int:
    """A new price for all who have the plan; the status of the answer."""
    return world.stack.shop.post(f"/plans/{plan(world, 'weekly')}/price", {"amount": 2 * PRICE}).status


def repriced(world: World) -> str:
    """The same, and the worker's message waits."""
    subscription_id = weekly(world)
    reprice(world, subscription_id)
    return leased(world, subscription_id, MINUTE)


def taken_back(world: World, subscription_id: str) -> None:
    """The issuer takes the money of its first period back; the webhook waits."""
    payment_id = str(held(world.stack, subscription_id).invoices["1"].paid_by)
    world.stack.portone.console.chargeback(payment_id, PRICE)


def disputed(world: World) -> str:
    """The same, and staff is called; the payment's id."""
    subscription_id = charged_back(world)
    world.stack.deliver()
    return str(held(world.stack, subscription_id).invoices["1"].paid_by)


def go_on(world: World, payment_id: str) -> int:
    """Staff lets its subscription go on; the status of the answer."""
    body = {"reason": "asked the buyer", "decision": "go_on", "kind": "chargeback"}
    return world.stack.staff.post(f"/ops/payments/{payment_id}/resolve", body).status


def subscribe_user(world: World, _subject: str) -> int:
    """The shop does, with a discount on two periods; the status of the answer."""
    off = {"percent": 50, "periods": 2}
    body = {"userId": owner(world), "planId": plan(world, "weekly"), "discount": off}
    headers = {"idempotency-key": f"shop-{world.name}"}
    return world.stack.shop.post("/ops/subscriptions", body, headers=headers).status


def charged_back(world: World) -> str:
    """The issuer took the running week's money back, and nobody has heard of it."""
    subscription_id = weekly(world)
    world.stack.deliver()
    taken_back(world, subscription_id)
    return subscription_id


def close_account(world: World, _subject: str) -> int:
    """The shop closes the customer's account; the status of the answer."""
    return world.stack.shop.post(f"/ops/users/{owner(world)}/close").status


def look_as_staff(world: World, subscription_id: str) -> None:
    """Shop and staff look at one user, and at one subscription with all its invoices."""
    shop, staff = world.stack.shop, world.stack.staff_app
    shop.get(f"/ops/users/{owner(world)}")
    staff.get(f"/staff/users/{owner(world)}")
    staff.get(f"/staff/subscriptions?userId={owner(world)}")
    staff.get(f"/staff/subscriptions/{subscription_id}")
    shop.get(f"/ops/subscriptions/{subscription_id}/invoices")


WAIVE = staff_asks(f"invoices/{OWED}/waive", {"reason": "goodwill"})
LIFE_STORIES = (
    Story("cancel at period end", weekly, END_LATER, END_LATER, wanted=None),
    Story("take the end back", ending, KEEP, KEEP, wanted=None),
    Story("end with what is paid", ended, work, nothing, wanted=None, restless=True),
    Story("pay what is owed", owing, pay_owed, pay_owed, wanted=None, restless=True),
    Story("open a window for what is owed", owing, open_window, open_window, wanted=None),
    Story("hear of what was paid in a window", paid_in_window, deliver, nothing),
    Story("waive what is owed", owing, WAIVE, WAIVE, wanted=None),
    Story("close an account", weekly, close_account, close_account, wanted=None),
    Story("look as staff", weekly, look_as_staff, nothing, wanted=None),
    Story("hear of a charge-back", charged_back, deliver, nothing, wanted=None),
    Story("decide about a charge-back", disputed, go_on, go_on, wanted=None),
    Story("tell what pays after a method was lost", method_lost, work, nothing, None, restless=True),
    Story("ask all for a new price", weekly, reprice, reprice, wanted=None),
    Story("tell all of a new price", repriced, work, nothing, None, restless=True, patience=8 * DAY),
    Story("have the shop subscribe a user", customer, subscribe_user, subscribe_user, wanted=None),
)
