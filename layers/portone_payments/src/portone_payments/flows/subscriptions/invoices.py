"""All invoices of a subscription in pages: those it holds, and those that left it."""

import re

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.settled_invoices import number_of
from portone_payments.domain.records.subscriptions import Invoice, Subscription
from portone_payments.ports.store import Page, Store

CURSOR = re.compile(r"[1-9][0-9]{0,7}")


def invoices_of(subscription: Subscription, *, cursor: str | None, limit: int, store: Store) -> Page[Invoice]:
    """One page, newest first; `cursor` is the number the page before ended with. Raises `InvalidRequest`."""
    before = _number(cursor)
    left = store.settled_invoices(subscription.subscription_id, before=before, limit=limit + 1)
    held = subscription.invoices.values()
    own = {each.id: each for each in held if before is None or number_of(each) < before}
    # one that returned stays listed among those that left: the subscription's is the newer one
    found = {each.invoice.id: each.invoice for each in left.items} | own
    newest = sorted(found.values(), key=number_of, reverse=True)
    shown = newest[:limit]
    return Page(tuple(shown), shown[-1].id if len(newest) > limit else None, left.skipped)


def _number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not CURSOR.fullmatch(cursor):
        raise InvalidRequest(field="cursor", reason="malformed")
    return int(cursor)
