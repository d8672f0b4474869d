"""A user's subscriptions, page by page, and those a saved method pays (rule 11.10)."""

from collections.abc import Iterator

from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.subscriptions.life import OVER
from portone_payments.ports.store import Page, Store

PAGE = 50


def every_page(store: Store, user_id: str) -> Iterator[Page[Subscription]]:
    """All of a user's subscriptions, newest first (eventually consistent)."""
    cursor: str | None = None
    while True:
        page = store.subscriptions(user_id, cursor=cursor, limit=PAGE)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


def paid_by(store: Store, user_id: str, billing_key_id: str) -> list[Subscription]:
    """What a saved method pays or is assigned to, as far as it has not ended."""
    every = (each for page in every_page(store, user_id) for each in page.items)
    named = (each for each in every if billing_key_id in {each.pays_with, each.billing_key_id})
    return [each for each in named if each.status not in OVER]
