"""Stories of subscriptions and orders in parts, through time."""

from portone_local.actors.subscribers import PRICE
from portone_local.portone import Fault
from portone_local.stories.acts import nothing, sweep, work
from portone_local.stories.billing_keys import choose, owner, plan
from portone_local.stories.subscription_scenes import (
    asking,
    balance_due,
    begin,
    customer,
    declined,
    declining,
    deposited,
    failing,
    paused,
    pay_in_parts,
    plans,
    renewal_due,
    renewing,
    sofa,
    subscriber,
    unanswered,
    under_way,
    unheard_deletion,
    unlucky_customer,
    weekly,
    withheld,
)
from portone_local.stories.world import Story, World

END = asking("cancel", {"atPeriodEnd": False})


def change_plan(world: World, subscription_id: str, name: str = "dear") -> int:
    """Four times the price from today on, or another plan; the status of the answer."""
    body = {"planId": plan(world, name), "when": "now"}
    return world.stack.app(owner(world)).put(f"/subscriptions/{subscription_id}/plan", body).status


def change_key(world: World, subscription_id: str) -> int:
    """Charge the default, by name; the status of the answer."""
    app = world.stack.app(owner(world))
    chosen = app.get("/billing-keys").json()["items"][0]["billingKeyId"]
    path = f"/subscriptions/{subscription_id}/billing-key"
    return app.put(path, {"billingKeyId": chosen}).status


def look_around(world: World, subscription_id: str) -> None:
    """Customer and shop read, and preview what another plan would cost."""
    app, shop = world.stack.app(owner(world)), world.stack.shop
    app.get("/subscriptions")
    app.get(f"/subscriptions/{subscription_id}")
    app.get(f"/plans/{plan(world, 'daily')}")
    app.post(f"/subscriptions/{subscription_id}/preview", {"planId": plan(world, "dear")})
    shop.get(f"/ops/subscriptions/{subscription_id}")
    shop.get(f"/ops/plans/{plan(world, 'daily')}")


SUBSCRIPTION_STORIES = (
    Story("store plans", owner, plans, plans, wanted=None),
    Story("subscribe", customer, lambda world, _: begin(world), lambda world, _: begin(world), None),
    Story("subscribe and never come back", customer, lambda world, _: begin(world), nothing, wanted=None),
    Story("subscribe and hear nothing", unlucky_customer, lambda world, _: begin(world), nothing, None),
    Story("sweep subscriptions", renewal_due, sweep, nothing, wanted=None, restless=True),
    Story("renew", renewing, work, nothing, wanted=None, restless=True),
    Story("renew without an answer", failing(Fault.RESET_AFTER_COMMIT), work, nothing, None, restless=True),
    Story("renew in vain", failing(Fault.RESET_BEFORE_COMMIT), work, nothing, None, restless=True),
    Story("renew with a declined method", declining, work, nothing, wanted=None, restless=True),
    Story("renew with a method deleted elsewhere", unheard_deletion, work, nothing, None, restless=True),
    Story("settle a renewal nobody answered", unanswered, work, nothing, wanted=None, restless=True),
    Story("give another method after a decline", declined, choose, nothing, wanted=None, restless=True),
    Story("change the plan", weekly, change_plan, change_plan, wanted=None),
    Story("change the method", subscriber, change_key, change_key, wanted=None),
    Story("pause", weekly, asking("pause"), asking("pause"), wanted=None),
    Story("resume", paused, asking("resume"), asking("resume"), wanted=None),
    Story("cancel", subscriber, END, nothing, wanted=None),
    Story("cancel while a charge is under way", under_way, END, END, wanted=None),
    Story("consent", withheld, asking("consent", {"amount": PRICE}), nothing, wanted=None),
    Story("pay in parts", sofa, pay_in_parts, pay_in_parts, wanted=None),
    Story("collect a part", balance_due, work, nothing, wanted=None, restless=True),
    Story("cancel a part", deposited, asking("parts/2/cancel"), asking("parts/2/cancel"), wanted=None),
    Story("look at subscriptions", subscriber, look_around, nothing, wanted=None),
)
