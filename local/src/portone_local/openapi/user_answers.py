"""What the routes about one user answer."""

from typing import Annotated, Literal, TypedDict

from pydantic import Field, with_config

from portone_local.openapi.answers import Order, Payment
from portone_local.openapi.billing_answers import BillingKey, Subscription
from portone_local.openapi.shapes import CLOSED, Cursor, Time
from portone_payments.domain.billing_keys.closing import Waits


@with_config(CLOSED)
class User(TypedDict):
    """Everything of one user; what is listed is the newest of it."""

    user_id: str
    payments: list[Payment]
    cursor: Annotated[Cursor, Field(description="leads to older payments")]
    orders: Annotated[list[Order], Field(description="those of these payments, and those paid in parts")]
    subscriptions: list[Subscription]
    billing_keys: list[BillingKey]
    closing_at: Annotated[Time | None, Field(description="the account is being closed since then")]
    closed_at: Time | None


@with_config(CLOSED)
class ClosedUser(TypedDict):
    """An account in which nothing is charged any more."""

    user_id: str
    state: Literal["CLOSED"]
    waits_for: list[Waits]


@with_config(CLOSED)
class ClosingUser(TypedDict):
    """An account in which something has yet to finish; it does so by itself."""

    user_id: str
    state: Literal["CLOSING"]
    waits_for: list[Waits]
