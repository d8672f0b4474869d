"""A subscriber's requests over HTTP and their answers."""

from typing import Any

from portone_local.actors.subscribers import CHARGE
from portone_local.gateway.messages import Response
from portone_local.stack.stack import Stack
from portone_payments.domain.shared.calendar import DAY, HOUR
from tests.support.billing_app import subscribe
from tests.support.world import USER


def subscribed(stack: Stack, **body: Any) -> str:
    """The id of a subscription to plan-1, or to another."""
    subscription_id: str = subscribe(stack, **body).json()["subscriptionId"]
    return subscription_id


def shown(stack: Stack, subscription_id: str) -> dict[str, Any]:
    """The subscription as its customer sees it."""
    view: dict[str, Any] = stack.app(USER).get(f"/subscriptions/{subscription_id}").json()
    return view


def post(stack: Stack, subscription_id: str, action: str, body: object = None) -> Response:
    """Its customer does something to it."""
    return stack.app(USER).post(f"/subscriptions/{subscription_id}/{action}", body)


def put(stack: Stack, subscription_id: str, what: str, body: object) -> Response:
    """Its customer sets something of it."""
    return stack.app(USER).put(f"/subscriptions/{subscription_id}/{what}", body)


def charged(stack: Stack) -> int:
    """How often PortOne received a charge of a saved method."""
    return [call.operation for call in stack.portone.calls()].count(CHARGE)


def past_due(stack: Stack) -> str:
    """A subscription whose second month was declined."""
    subscription_id = subscribed(stack)
    stack.portone.pg.decline(times=None, readable=True)
    stack.run_for(31 * DAY + 2 * HOUR, step=DAY / 8)
    return subscription_id
