"""What the table holds, item by item: what can be read, what cannot, and what has items of its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from portone_payments.adapters.dynamo.codec import Item, coder
from portone_payments.adapters.dynamo.keys import INVOICE
from portone_payments.adapters.dynamo.payment_items import decode
from portone_payments.domain.errors.common import BundleError
from portone_payments.domain.records.billing_keys import SettledKey, Wallet
from portone_payments.domain.records.kept import Written
from portone_payments.domain.records.payments import HistoryLine, Payment, SettledRefund
from portone_payments.domain.records.subscriptions import SettledInvoice, Subscription

SPILLED = "history#"


def read(items: Iterable[Item]) -> tuple[list[Written], list[Item]]:
    """What can be read of the table, and what cannot."""
    records, unreadable = [], []
    for item in items:
        if not item["sk"]["S"].startswith(SPILLED):
            try:
                records.append(decode(item))
            except (BundleError, LookupError, ValueError, TypeError, AttributeError):
                unreadable.append(item)
    return records, unreadable


def payments_in(records: Iterable[Written]) -> Mapping[str, Payment]:
    """The payments, each with its refunds that have items of their own."""
    records = tuple(records)
    left = _left((each.payment_id, each.refund.id, each.refund) for each in _of(SettledRefund, records))
    payments = {each.payment_id: each for each in _of(Payment, records)}
    return {
        id_: replace(each, refunds={**left[id_], **each.refunds}) if id_ in left else each
        for id_, each in payments.items()
    }


def wallets_in(records: Iterable[Written]) -> Mapping[str, Wallet]:
    """The wallets, each with its keys that have items of their own."""
    records = tuple(records)
    left = _left((each.user_id, each.key.id, each.key) for each in _of(SettledKey, records))
    wallets = {each.user_id: each for each in _of(Wallet, records)}
    return {
        id_: replace(each, keys={**left[id_], **each.keys}) if id_ in left else each
        for id_, each in wallets.items()
    }


def subscriptions_in(records: Iterable[Written]) -> Mapping[str, Subscription]:
    """The subscriptions, each with all its invoices, those that have items of their own first."""
    records = tuple(records)
    left = _left(
        (each.subscription_id, each.invoice.id, each.invoice) for each in _of(SettledInvoice, records)
    )
    subscriptions = {each.subscription_id: each for each in _of(Subscription, records)}
    return {
        id_: replace(each, invoices=_in_order({**left[id_], **each.invoices})) if id_ in left else each
        for id_, each in subscriptions.items()
    }


def _in_order[Value](numbered: Mapping[str, Value]) -> dict[str, Value]:
    return {id_: numbered[id_] for id_ in sorted(numbered, key=int)}


def _of[Kind](kind: type[Kind], records: Iterable[object]) -> Iterator[Kind]:
    return (each for each in records if isinstance(each, kind))


def _left[Part](parts: Iterable[tuple[str, str, Part]]) -> Mapping[str, Mapping[str, Part]]:
    """What left its record for items of its own, by record and by its own id."""
    left: dict[str, dict[str, Part]] = defaultdict(dict)
    for record, id_, part in parts:
        left[record][id_] = part
    return left


def _lines_in(item: Item) -> tuple[HistoryLine, ...]:
    """The lines of a history that left with an invoice; none where that cannot be read."""
    with suppress(BundleError, LookupError, ValueError, TypeError, AttributeError):
        left = decode(item)
        return left.invoice.lines if isinstance(left, SettledInvoice) else ()
    return ()


def listed_in(items: Iterable[Item]) -> Mapping[str, frozenset[tuple[str, str]]]:
    """The index of calls for staff, read from the items themselves."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in items:
        if "attention" in item and item["pk"]["S"].startswith("attention#"):
            found[item["payment_id"]["S"]].add((item["kind"]["S"], item["subject"]["S"]))
    return {payment_id: frozenset(each) for payment_id, each in found.items()}


def spilled_in(items: Iterable[Item]) -> Mapping[str, tuple[HistoryLine, ...]]:
    """History that has items of its own, by the partition of its record."""
    found: dict[str, list[HistoryLine]] = defaultdict(list)
    for item in items:
        if item["sk"]["S"].startswith(SPILLED):
            found[item["pk"]["S"]].append(coder(HistoryLine).decode({"M": item}))
        if item["sk"]["S"].startswith(INVOICE):
            found[item["pk"]["S"]] += _lines_in(item)
    return {pk: tuple(entries) for pk, entries in found.items()}
