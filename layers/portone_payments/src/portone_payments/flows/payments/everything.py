"""Everything of one user: payments, the orders they are for, saved methods, subscriptions."""

from dataclasses import dataclass

from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.payments import Order, Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.ports.store import Page, Store

MOST = 100


@dataclass(frozen=True, slots=True)
class Everything:
    """One page of payments, with the orders they are for; the newest subscriptions; every saved method."""

    user_id: str
    payments: Page[Payment]
    orders: tuple[Order, ...]
    subscriptions: Page[Subscription]
    wallet: Wallet


def everything_of(user_id: str, *, cursor: str | None, limit: int, store: Store) -> Everything:
    """What there is of a user, empty for an unknown one; orders nobody has begun to pay have no payment.

    Raises `InvalidRequest` for a bad cursor.
    """
    payments = store.mine(user_id, cursor=cursor, limit=limit)
    subscriptions = store.subscriptions(user_id, cursor=None, limit=MOST)
    bought = [each.order_id for each in payments.items if each.subscription_id is None]
    in_parts = [each.order_id for each in subscriptions.items if each.order_id is not None]
    orders = (store.order(each) for each in dict.fromkeys((*bought, *in_parts)))
    return Everything(
        user_id=user_id,
        payments=payments,
        orders=tuple(each for each in orders if each is not None and each.user_id == user_id),
        subscriptions=subscriptions,
        wallet=store.wallet(user_id) or Wallet(user_id=user_id),
    )
