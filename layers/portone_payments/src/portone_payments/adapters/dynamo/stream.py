"""The changes in a batch of stream records, as they may be published."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Key, id_of
from portone_payments.adapters.dynamo.payment_items import decode
from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.events import Change, Publishable
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.ports.store import Skipped

TOLD = frozenset({"payment", "subscription", "wallet"})


def changes_in(records: Iterable[Mapping[str, Any]]) -> Iterator[Change | Skipped]:
    """The saves of records with a history among a stream's, or why one cannot be read."""
    for record in records:
        images = record["dynamodb"]
        try:
            after = told_in(images.get("NewImage"))
        except Exception as error:  # noqa: BLE001 - the boundary: the others go on
            where = Key.of(images["NewImage"])
            yield Skipped(where.sk, id_of(where), error)
        else:
            if after is not None:
                yield Change(after, _before(images.get("OldImage")))


def told_in(image: Item | None) -> Publishable | None:
    """The record with a history in an item; None for any other item."""
    if image is None or image["sk"]["S"] not in TOLD:
        return None
    record = decode(image)
    return record if isinstance(record, Payment | Subscription | Wallet) else None


def _before(image: Item | None) -> Publishable | None:
    """The record as it was before; where unreadable, all its history is published again, by the same ids."""
    with suppress(Exception):
        return told_in(image)
    return None
