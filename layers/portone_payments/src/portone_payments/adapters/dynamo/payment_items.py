"""The records of the payments table as items, with the attributes of its sparse indexes."""

from dataclasses import replace
from typing import Any

from portone_payments.adapters.dynamo.codec import Item, coder
from portone_payments.adapters.dynamo.ends import (
    closed_ttl,
    day_of_change,
    end_of,
    key_end,
    order_ttl,
    part_ttl,
    ttl,
)
from portone_payments.adapters.dynamo.items import DERIVED, item_of, part_of, record_in
from portone_payments.adapters.dynamo.keys import (
    ATTENTION,
    AUDIT_MARK,
    CHANGED,
    CHARGES,
    SENDING,
    Key,
    entry_key,
    id_of,
    invoice_key,
    key_of,
    owned_by,
    part_key,
    shard_in,
    shard_of,
    subscribed_to,
)
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.records.audit import AuditMark, Discrepancy
from portone_payments.domain.records.billing_keys import KeyRef, SettledKey, Wallet
from portone_payments.domain.records.kept import AnyRecord, Part, Written
from portone_payments.domain.records.payments import (
    DAY_SHARDS,
    DUE_SHARDS,
    AttentionRow,
    ClientRequest,
    HistoryLine,
    Order,
    Payment,
    SettledRefund,
    by_window,
)
from portone_payments.domain.records.settled_invoices import number_of
from portone_payments.domain.records.stops import Stops
from portone_payments.domain.records.subscriptions import Pace, Plan, Seat, SettledInvoice, Subscription
from portone_payments.domain.records.webhooks import UnmatchedWebhook
from portone_payments.domain.refunds.settlement import in_flight
from portone_payments.domain.retention.rules import Ending
from portone_payments.domain.subscriptions.life import OVER
from portone_payments.ports.store import Kind

KINDS: dict[str, Any] = {
    "order": Order,
    "payment": Payment,
    "refund": SettledRefund,
    "request": ClientRequest,
    "unmatched": UnmatchedWebhook,
    "discrepancy": Discrepancy,
    "audit": AuditMark,
    "wallet": Wallet,
    "key": KeyRef,
    "pace": Pace,
    "stops": Stops,
    "plan": Plan,
    "seat": Seat,
    "subscription": Subscription,
    "attention": AttentionRow,
    "saved-key": SettledKey,
    "invoice": SettledInvoice,
}
_REPEATING: dict[str, Any] = {"payment": Payment, "subscription": Subscription}
# attributes by which the daily job finds records without one of their own
_ALSO_DERIVED = dict.fromkeys(("wallet", "saved-key"), frozenset({CHANGED.sort}))
_ALSO_DERIVED["subscription"] = frozenset({CHANGED.sort, ATTENTION.partition, ATTENTION.sort})


def encode(record: Written, token: str) -> Item:
    """The item of a record at its next version, or of a part that left one. Raises as `item_of`."""
    if isinstance(record, SettledRefund | AttentionRow | SettledKey | SettledInvoice):
        return part_of(record, _derived_part(record))
    item = item_of(record, token, _derived(record))
    told = _told_by_key(Key.of(item))
    return {name: value for name, value in item.items() if told.get(name) != value}


def decode(item: Item) -> Written:
    """The record in an item. Raises as `record_in`."""
    also = _ALSO_DERIVED.get(item["sk"]["S"].partition("#")[0], frozenset())
    record: Written = record_in(_told_by_key(Key.of(item)) | item, KINDS, DERIVED | also)
    return replace(record, listed=record.attentions) if isinstance(record, Payment) else record


def _told_by_key(where: Key) -> Item:
    """The id that the key of a payment or a subscription tells already: its item does not repeat it."""
    kind = _REPEATING.get(where.sk)
    return {} if kind is None else {stored_as(kind, f"{where.sk}_id"): {"S": id_of(where)}}


def encode_entry(kind: str, record_id: str, entry: HistoryLine) -> Item:
    """An entry of a record's history as an item of its own."""
    item: Item = coder(HistoryLine).encode(entry)["M"]
    return item | entry_key(kind, record_id, entry.seq).wire() | part_ttl(entry.at)


def decode_entry(item: Item) -> HistoryLine:
    """The entry in an item of its own."""
    entry: HistoryLine = coder(HistoryLine).decode(
        {"M": {name: item[name] for name in item if name not in DERIVED}}
    )
    return entry


def key_for(record: Ending | KeyRef) -> Key:
    """The key of a record."""
    match record:
        case Order():
            return key_of("order", record.order_id)
        case Payment():
            return key_of("payment", record.payment_id)
        case Subscription():
            return key_of("subscription", record.subscription_id)
        case Wallet():
            return key_of("wallet", record.user_id)
        case SettledKey():
            return part_key("wallet", record.user_id, "saved-key", record.key.id)
        case KeyRef():
            return key_of("key", record.ref)


def _derived_part(part: Part) -> Item:
    if isinstance(part, SettledRefund):
        at = part.refund.settled_at or part.refund.created_at
        return part_key("payment", part.payment_id, "refund", part.refund.token).wire() | part_ttl(at)
    if isinstance(part, SettledKey):
        return key_for(part).wire() | key_end(part)
    if isinstance(part, SettledInvoice):
        place = invoice_key(part.subscription_id, number_of(part.invoice))
        return place.wire() | part_ttl(part.invoice.settled_at or part.invoice.ends)
    # a withdrawn attention has a TTL in the past: DynamoDB drops it by itself, no IAM right is needed
    gone = {} if part.attention else ttl(part.attention_at)
    return key_of("attention", part.payment_id, str(part.kind), part.subject).wire() | gone


def _derived(record: AnyRecord) -> Item:
    match record:
        case Order():
            # few have a buyer to drop: no shards of their own that every sweep would query
            due = _due(Kind.STRAY, record.order_id, record.due_at)
            return key_for(record).wire() | due | order_ttl(record)
        case Payment():
            return (
                key_for(record).wire()
                | _mine(record.user_id, record.created_at)
                | _due(_kind_of(record), record.payment_id, record.due_at)
                | day_of_change(record)
            )
        case ClientRequest():
            key = key_of("request", record.user_id, record.route, record.key)
            return key.wire() | ttl(record.expires_at)
        case UnmatchedWebhook():
            due = _due(Kind.STRAY, record.webhook_id, record.due_at)
            return key_of("unmatched", record.webhook_id).wire() | due | ttl(record.expires_at)
        case Discrepancy():
            return key_of("discrepancy", record.id).wire() | closed_ttl(record)
        case AuditMark():
            return key_of("audit", AUDIT_MARK).wire()
        case Stops():
            # in a shard the sweep queries first of all
            place: Item = {} if record.due_at is None else {"due_shard": {"S": shard_of(Kind.PAYMENT, 0)}}
            return key_of("stops", SENDING).wire() | place
        case _:
            return _derived_billing(record)


def _derived_billing(record: Pace | Plan | Seat | Subscription | Wallet | KeyRef) -> Item:
    match record:
        case Pace():
            return key_of("pace", CHARGES).wire()
        case Plan():
            # few are due: no shards of their own that every sweep would query
            return key_of("plan", record.plan_id).wire() | _due(Kind.STRAY, record.plan_id, record.due_at)
        case Seat():
            return part_key("wallet", record.user_id, "seat", record.group).wire()
        case KeyRef():
            return key_for(record).wire()
        case Wallet():
            due = _due(Kind.WALLET, record.user_id, record.due_at)
            return key_for(record).wire() | due | end_of(record, record.user_id)
        case Subscription():
            return (
                key_for(record).wire()
                | _mine(record.user_id, record.created_at, of="subscription")
                | _due(Kind.SUBSCRIPTION, record.subscription_id, record.due_at)
                | _subscribed(record)
                | end_of(record, record.subscription_id)
            )


def _subscribed(record: Subscription) -> Item:
    """By its plan a living subscription is found, so that a new price finds all of them."""
    if not record.plan_id or record.status in OVER:
        return {}
    partition = subscribed_to(record.plan_id, shard_in(record.subscription_id, DAY_SHARDS))
    return {ATTENTION.partition: {"S": partition}, ATTENTION.sort: {"N": repr(record.created_at)}}


def _mine(user_id: str, created_at: float, of: str = "payment") -> Item:
    return {"owner": {"S": owned_by(user_id, of)}, "mine_at": {"S": f"{round(created_at * 1_000_000):017d}"}}


def _kind_of(payment: Payment) -> Kind:
    """A recurring charge without an outcome is sent again at the PG's rate (rule 4.7)."""
    renews = payment.subscription_id is not None and not by_window(payment)
    charging = renews and open_approval(payment) is not None
    return Kind.SUBSCRIPTION if charging and in_flight(payment) is None else Kind.PAYMENT


def _due(kind: Kind, record_id: str, due_at: int | None) -> Item:
    return {} if due_at is None else {"due_shard": {"S": shard_of(kind, shard_in(record_id, DUE_SHARDS))}}
