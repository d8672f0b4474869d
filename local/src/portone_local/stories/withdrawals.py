"""The stories of orders the shop takes back, each cut off at every call by the crash tests."""

from portone_local.stories.acts import nothing
from portone_local.stories.world import Story, World


def withdraw(world: World, payment_id: str) -> None:
    """The shop takes the order of a payment back."""
    world.stack.shop.delete(f"/orders/{world.order_of(payment_id)}")


def _account_issued(world: World) -> str:
    """The buyer was given an account, and has paid nothing into it."""
    payment_id = world.ready()
    world.pay(payment_id, method="VIRTUAL_ACCOUNT")
    world.stack.deliver()
    return payment_id


WITHDRAWAL_STORIES = (
    Story("withdraw an order", World.ready, withdraw, withdraw, wanted="EXPIRED"),
    Story("withdraw an order with an account", _account_issued, withdraw, withdraw, wanted="EXPIRED"),
    Story("withdraw an order and never ask again", _account_issued, withdraw, nothing, wanted=None),
)
