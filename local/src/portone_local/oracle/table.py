"""What the table holds, item by item: what can be read, what cannot, and what has items of its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from portone_payments.adapters.codec import Item, coder
from portone_payments.adapters.payment_items import decode
from portone_payments.domain.errors import BundleError
from portone_payments.domain.instruction_records import Refund
from portone_payments.domain.kept import Written
from portone_payments.domain.records import Entry, Payment, SettledRefund
from portone_payments.domain.wallet_records import SavedKey, SettledKey, Wallet

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
    left: dict[str, dict[str, Refund]] = defaultdict(dict)
    for each in records:
        if isinstance(each, SettledRefund):
            left[each.payment_id][each.refund.id] = each.refund
    payments = (record for record in records if isinstance(record, Payment))
    return {
        each.payment_id: replace(each, refunds={**left[each.payment_id], **each.refunds})
        if each.payment_id in left
        else each
        for each in payments
    }


def wallets_in(records: Iterable[Written]) -> Mapping[str, Wallet]:
    """The wallets, each with its keys that have items of their own."""
    left: dict[str, dict[str, SavedKey]] = defaultdict(dict)
    for each in records:
        if isinstance(each, SettledKey):
            left[each.user_id][each.key.issue_id] = each.key
    wallets = (record for record in records if isinstance(record, Wallet))
    return {
        each.user_id: replace(each, keys={**left[each.user_id], **each.keys})
        if each.user_id in left
        else each
        for each in wallets
    }


def listed_in(items: Iterable[Item]) -> Mapping[str, frozenset[tuple[str, str]]]:
    """What the index of those who call a person holds, read from the items themselves."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in items:
        if "attention" in item and item["pk"]["S"].startswith("attention#"):
            found[item["payment_id"]["S"]].add((item["kind"]["S"], item["subject"]["S"]))
    return {payment_id: frozenset(each) for payment_id, each in found.items()}


def spilled_in(items: Iterable[Item]) -> Mapping[str, tuple[Entry, ...]]:
    """History that has items of its own, by the partition of its record."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for item in items:
        if item["sk"]["S"].startswith(SPILLED):
            found[item["pk"]["S"]].append(coder(Entry).decode({"M": item}))
    return {pk: tuple(entries) for pk, entries in found.items()}
