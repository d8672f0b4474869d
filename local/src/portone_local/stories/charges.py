"""Stories of charges of an order with a saved method."""

from typing import Any

from portone_local.actors.subscribers import CHARGE
from portone_local.portone import Fault
from portone_local.stories.acts import nothing, work
from portone_local.stories.billing_keys import leased, owner, saved
from portone_local.stories.subscription_scenes import HOUR
from portone_local.stories.world import MINUTE, TOTAL, Story, World


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
    """The app charges the saved method, always as one attempt; the status of the answer."""
    path = f"/payments/{payment_id}/charge"
    return world.stack.app(owner(world)).post(path, {"chargeId": "try-1"}).status


def charge_again(world: World, payment_id: str) -> int:
    """A new attempt, after the first was declined; the status of the answer."""
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


CHARGE_STORIES = (
    Story("charge an order", payable, charge, charge),
    Story("charge an order and never come back", payable, charge, nothing, wanted=None),
    Story("charge an order without an answer", unlucky(Fault.RESET_AFTER_COMMIT), charge, charge),
    # its webhook reports a failure that no reading ever shows: closed after six readings
    Story("charge an order with a declined method", poor, charge, charge_again, None, patience=HOUR),
    Story("work at a charge without an answer", charged_unanswered, work, nothing, restless=True),
)
