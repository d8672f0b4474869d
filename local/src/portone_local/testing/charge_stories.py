"""Stories of charges: of an order at once, and of subscriptions through time."""

from datetime import UTC, datetime
from typing import Any

from portone_local.portone import Fault
from portone_local.testing.key_stories import (
    EVERY_DAY,
    charging,
    choose,
    leased,
    owner,
    plan,
    saved,
)
from portone_local.testing.recurring import (
    CHARGE,
    PRICE,
    key_saved,
    order_in_parts,
    plan_stored,
    schedule,
    subscribe,
    to_hour,
)
from portone_local.testing.stories import MINUTE, TOTAL, Act, Story, World
from portone_local.testing.story_acts import nothing, sweep, work

HOUR = 60 * MINUTE
DAY = 24 * HOUR


def plans(world: World, _subject: str = "") -> int:
    """The shop stores what it sells; the status of the answer."""
    plan_stored(world.stack, plan(world, "trial"), interval=EVERY_DAY, trialDays=1)
    plan_stored(world.stack, plan(world, "weekly"), interval={"unit": "WEEK", "count": 1})
    plan_stored(world.stack, plan(world, "dear"), 4 * PRICE, interval={"unit": "WEEK", "count": 1})
    return plan_stored(world.stack, plan(world, "daily"), interval=EVERY_DAY).status


def customer(world: World) -> str:
    """Somebody with a saved method, and plans to choose from; the method's id."""
    plans(world)
    return saved(world)


def begin(world: World, name: str = "daily") -> str:
    """The app subscribes; the subscription's id, or "-"."""
    chosen = plan(world, name)
    answer = subscribe(world.stack, owner(world), request=f"request-{world.name}", planId=chosen)
    return str(answer.json().get("subscriptionId", "-"))


def unlucky_customer(world: World) -> str:
    """The same, and PortOne will answer neither the first charge nor a reading."""
    issue_id = customer(world)
    world.stack.portone.inject(operation=CHARGE, fault=Fault.TIMEOUT_AFTER_COMMIT)
    world.stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    return issue_id


def subscriber(world: World, name: str = "daily") -> str:
    """A subscription whose first charge was made, at noon."""
    customer(world)
    to_hour(world.stack, 12)
    return begin(world, name)


def weekly(world: World) -> str:
    """The same by the week, the next day."""
    subscription_id = subscriber(world, "weekly")
    world.wait(DAY)
    return subscription_id


def renewing(world: World) -> str:
    """A subscription whose next day has come, its message in the queue."""
    subscription_id = subscriber(world)
    to_hour(world.stack, 10.1)
    sweep(world, subscription_id)
    return subscription_id


def failing(fault: Fault) -> Any:
    """The same, and PortOne misbehaves when it is charged."""

    def before(world: World) -> str:
        subscription_id = renewing(world)
        world.stack.portone.inject(operation=CHARGE, fault=fault)
        return subscription_id

    return before


def declining(world: World) -> str:
    """The same, and the card is declined once."""
    subscription_id = renewing(world)
    world.stack.portone.pg.decline(f"card-{world.name}")
    return subscription_id


def unheard_deletion(world: World) -> str:
    """The same, and the method was deleted at PortOne, of which no webhook comes."""
    subscription_id = renewing(world)
    world.stack.deliver()
    keys = world.stack.portone.billing_books().keys.values()
    [book] = [each for each in keys if each.customer_id == owner(world)]
    world.stack.portone.console.delete_billing_key(book.billing_key)
    world.stack.portone.webhooks.lose()
    return subscription_id


def declined(world: World) -> str:
    """A subscription whose renewal was declined, and another method; its id."""
    declining(world)
    world.stack.work()
    return key_saved(world.stack, owner(world), card=f"other-{world.name}")


def unanswered(world: World) -> str:
    """A renewal without an answer, and the time to read has come."""
    subscription_id = failing(Fault.TIMEOUT_AFTER_COMMIT)(world)
    world.stack.portone.inject(operation="get_payment", fault=Fault.TIMEOUT_BEFORE_COMMIT)
    world.stack.work()
    return leased(world, subscription_id, 4 * MINUTE)


def under_way(world: World) -> str:
    """A first charge without an answer; the subscription's id."""
    charging(world)
    [held] = world.stack.ports["store"].subscriptions(owner(world), cursor=None, limit=1).items
    return str(held.subscription_id)


def withheld(world: World) -> str:
    """A trial that ended, and nobody agreed to the charge."""
    subscription_id = subscriber(world, "trial")
    to_hour(world.stack, 10.1)
    world.stack.tick()
    return subscription_id


def asking(what: str, body: Any = None) -> Act:
    """The customer asks for this; the status of the answer."""

    def asked(world: World, subscription_id: str) -> int:
        path = f"/subscriptions/{subscription_id}/{what}"
        return world.stack.app(owner(world)).post(path, body).status

    return asked


END = asking("cancel", {"atPeriodEnd": False})


def change_plan(world: World, subscription_id: str) -> int:
    """Four times the price from today on; the status of the answer."""
    body = {"planId": plan(world, "dear"), "when": "now"}
    return world.stack.app(owner(world)).put(f"/subscriptions/{subscription_id}/plan", body).status


def change_key(world: World, subscription_id: str) -> int:
    """Charge the default, by name; the status of the answer."""
    app = world.stack.app(owner(world))
    chosen = app.get("/billing-keys").json()["items"][0]["billingKeyId"]
    path = f"/subscriptions/{subscription_id}/billing-key"
    return app.put(path, {"billingKeyId": chosen}).status


def paused(world: World) -> str:
    """A subscription that was paused in the middle of a week."""
    subscription_id = weekly(world)
    asking("pause")(world, subscription_id)
    world.wait(8 * DAY)
    return subscription_id


def sofa(world: World) -> str:
    """An order of a deposit now and the balance tomorrow; its id."""
    customer(world)
    to_hour(world.stack, 12)
    order_in_parts(world.stack, world.name, [part(world, 0), part(world, DAY)], owner(world))
    return world.name


def part(world: World, later: float) -> dict[str, Any]:
    """A part that is due so many seconds from now."""
    at = int(world.stack.clock.now() + later)
    return {"amount": 5_000} | ({"dueAt": stamp(at)} if later else {})


def stamp(at: int) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def pay_in_parts(world: World, order_id: str) -> str:
    """The customer agrees; the id of the schedule."""
    answer = schedule(world.stack, order_id, owner(world), request=f"request-{world.name}")
    return str(answer.json().get("subscriptionId", "-"))


def deposited(world: World) -> str:
    """The deposit is paid, the balance is not."""
    return pay_in_parts(world, sofa(world))


def balance_due(world: World) -> str:
    """And the balance is due, its message in the queue."""
    return leased(world, deposited(world), DAY + MINUTE)


def payable(world: World) -> str:
    """A payment that was prepared, of a customer with a saved method."""
    order = {
        "userId": owner(world),
        "name": "모자",
        "amount": {"total": TOTAL},
        "currency": "KRW",
        "payMethods": ["CARD"],
    }
    saved(world)
    world.stack.shop.put(f"/orders/{world.name}", order)
    body = {"orderId": world.name, "platform": "ios"}
    handed = world.stack.app(owner(world)).post("/payments", body).json()
    world.handed[handed["paymentId"]] = handed
    return str(handed["paymentId"])


def charge(world: World, payment_id: str) -> int:
    """The app charges the saved method, always as one try; the status of the answer."""
    path = f"/payments/{payment_id}/charge"
    return world.stack.app(owner(world)).post(path, {"chargeId": "try-1"}).status


def charge_again(world: World, payment_id: str) -> int:
    """A new try, after the first was declined; the status of the answer."""
    charge(world, payment_id)
    path = f"/payments/{payment_id}/charge"
    return world.stack.app(owner(world)).post(path, {"chargeId": "try-2"}).status


def unlucky(fault: Fault) -> Any:
    """A payment whose charge PortOne will answer badly."""

    def before(world: World) -> str:
        payment_id = payable(world)
        world.stack.portone.inject(operation=CHARGE, fault=fault)
        return payment_id

    return before


def poor(world: World) -> str:
    """A payment whose charge will be declined once, leaving nothing to read."""
    payment_id = payable(world)
    world.stack.portone.pg.decline(f"card-{world.name}", readable=False)
    return payment_id


def charged_unanswered(world: World) -> str:
    """A charge that never arrived, and the time to send it again has come."""
    payment_id = unlucky(Fault.RESET_BEFORE_COMMIT)(world)
    charge(world, payment_id)
    return leased(world, payment_id, 2 * MINUTE)


def look_around(world: World, subscription_id: str) -> None:
    """Customer and shop look, and ask what another plan would cost."""
    app, shop = world.stack.app(owner(world)), world.stack.shop
    app.get("/subscriptions")
    app.get(f"/subscriptions/{subscription_id}")
    app.get(f"/plans/{plan(world, 'daily')}")
    app.post(f"/subscriptions/{subscription_id}/preview", {"planId": plan(world, "dear")})
    shop.get(f"/ops/subscriptions/{subscription_id}")


def _due(world: World) -> str:
    subscription_id = subscriber(world)
    to_hour(world.stack, 10.1)
    return subscription_id


CHARGE_STORIES = (
    Story("charge an order", payable, charge, charge),
    Story("charge an order and never come back", payable, charge, nothing, wanted=None),
    Story("charge an order without an answer", unlucky(Fault.RESET_AFTER_COMMIT), charge, charge),
    # its webhook tells of a failure that no reading ever shows: closed after six readings
    Story("charge an order with a declined method", poor, charge, charge_again, None, patience=HOUR),
    Story("work at a charge without an answer", charged_unanswered, work, nothing, restless=True),
)
SUBSCRIPTION_STORIES = (
    Story("store plans", owner, plans, plans, wanted=None),
    Story("subscribe", customer, lambda world, _: begin(world), lambda world, _: begin(world), None),
    Story("subscribe and never come back", customer, lambda world, _: begin(world), nothing, wanted=None),
    Story("subscribe and hear nothing", unlucky_customer, lambda world, _: begin(world), nothing, None),
    Story("sweep subscriptions", _due, sweep, nothing, wanted=None, restless=True),
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
