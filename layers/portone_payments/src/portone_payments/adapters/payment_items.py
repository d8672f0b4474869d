"""The records of the payments table as items, with what puts them into its sparse indexes."""

from dataclasses import replace
from typing import Any
from zlib import crc32

from portone_payments.adapters.codec import Attribute, Item, coder
from portone_payments.adapters.items import DERIVED, item_of, part_of, record_in
from portone_payments.adapters.keys import (
    AUDIT_MARK,
    CHARGES,
    SENDING,
    changed_on,
    encoded,
    entry_key,
    key_of,
    owned_by,
    part_key,
    shard_of,
)
from portone_payments.domain.attempts import open_approval
from portone_payments.domain.audit_records import AuditMark, Discrepancy, DiscrepancyState
from portone_payments.domain.bounds import WORDS_KEPT
from portone_payments.domain.days import day_of
from portone_payments.domain.kept import Part, Record, Written
from portone_payments.domain.records import (
    DAY_SHARDS,
    DUE_SHARDS,
    AttentionRow,
    ClientRequest,
    Entry,
    Order,
    Payment,
    SettledRefund,
    Status,
)
from portone_payments.domain.refund_settle import in_flight
from portone_payments.domain.stops import Stops
from portone_payments.domain.subscription_records import Pace, Plan, Subscription
from portone_payments.domain.wallet_records import KeyRef, SettledKey, Wallet
from portone_payments.domain.webhook_records import Stray
from portone_payments.ports_store import Kind

KINDS: dict[str, Any] = {
    "order": Order,
    "payment": Payment,
    "refund": SettledRefund,
    "request": ClientRequest,
    "stray": Stray,
    "discrepancy": Discrepancy,
    "audit": AuditMark,
    "wallet": Wallet,
    "key": KeyRef,
    "pace": Pace,
    "stops": Stops,
    "plan": Plan,
    "subscription": Subscription,
    "attention": AttentionRow,
    "saved-key": SettledKey,
}
# what PortOne must know as well: the audit asks it for these
CLAIMS = frozenset(
    {
        Status.VIRTUAL_ACCOUNT_ISSUED,
        Status.PAID,
        Status.PARTIAL_CANCELLED,
        Status.CANCELLED,
        Status.MISMATCH,
    }
)


def encode(record: Written, token: str) -> Item:
    """The item of a record at its next version, or of what left one. Raises as `item_of`."""
    if isinstance(record, SettledRefund | AttentionRow | SettledKey):
        return part_of(record, _derived_part(record))
    return item_of(record, token, _derived(record))


def decode(item: Item) -> Written:
    """The record in an item. Raises as `record_in`."""
    record: Written = record_in(item, KINDS, DERIVED)
    return replace(record, listed=record.attentions) if isinstance(record, Payment) else record


def encode_entry(kind: str, record_id: str, entry: Entry) -> Item:
    """An entry of a record's history as an item of its own."""
    item: Item = coder(Entry).encode(entry)["M"]
    return item | entry_key(kind, record_id, entry.seq).wire()


def decode_entry(item: Item) -> Entry:
    """The entry in an item of its own."""
    entry: Entry = coder(Entry).decode({"M": {name: item[name] for name in item if name not in DERIVED}})
    return entry


def _derived_part(part: Part) -> Item:
    if isinstance(part, SettledRefund):
        return part_key("payment", part.payment_id, "refund", part.refund.token).wire()
    if isinstance(part, SettledKey):
        return part_key("wallet", part.user_id, "saved-key", part.key.issue_id).wire()
    # one that is withdrawn has a moment in the past: DynamoDB drops it by itself, no right is needed
    gone: Item = {} if part.attention else {"ttl": {"N": str(int(part.attention_at))}}
    return key_of("attention", part.payment_id, str(part.kind), part.subject).wire() | gone


def _derived(record: Record) -> Item:
    match record:
        case Order():
            # few have a buyer to drop: no shards of their own that every sweep would ask
            return key_of("order", record.order_id).wire() | _due(Kind.STRAY, record.order_id, record.due_at)
        case Payment():
            return (
                key_of("payment", record.payment_id).wire()
                | _mine(record.user_id, record.payment_id, record.created_at)
                | _due(_kind_of(record), record.payment_id, record.due_at)
                | _changed(record)
            )
        case ClientRequest():
            ttl: Attribute = {"N": str(record.expires_at)}
            return key_of("request", record.user_id, record.route, record.key).wire() | {"ttl": ttl}
        case Stray():
            ttl = {"N": str(record.expires_at)}
            due = _due(Kind.STRAY, record.webhook_id, record.due_at)
            return key_of("stray", record.webhook_id).wire() | due | {"ttl": ttl}
        case Discrepancy():
            return key_of("discrepancy", record.id).wire() | _closed(record)
        case AuditMark():
            return key_of("audit", AUDIT_MARK).wire()
        case Stops():
            # in a shard the sweep asks first of all
            place: Item = {} if record.due_at is None else {"due_shard": {"S": shard_of(Kind.PAYMENT, 0)}}
            return key_of("stops", SENDING).wire() | place
        case _:
            return _derived_billing(record)


def _derived_billing(record: Pace | Plan | Subscription | Wallet | KeyRef) -> Item:
    match record:
        case Pace():
            return key_of("pace", CHARGES).wire()
        case Plan():
            return key_of("plan", record.plan_id).wire()
        case KeyRef():
            return key_of("key", record.ref).wire()
        case Wallet():
            return key_of("wallet", record.user_id).wire() | _due(Kind.WALLET, record.user_id, record.due_at)
        case Subscription():
            return (
                key_of("subscription", record.subscription_id).wire()
                | _mine(record.user_id, record.subscription_id, record.created_at, of="subscription")
                | _due(Kind.SUBSCRIPTION, record.subscription_id, record.due_at)
            )


def _mine(user_id: str, record_id: str, created_at: float, of: str = "payment") -> Item:
    sort = f"{round(created_at * 1_000_000):017d}#{encoded(record_id)}"
    return {"owner": {"S": owned_by(user_id, of)}, "mine_at": {"S": sort}}


def _closed(found: Discrepancy) -> Item:
    """What staff closed is kept as long as what they wrote of payments."""
    if found.attention is not DiscrepancyState.CLOSED or found.closed_at is None:
        return {}
    return {"ttl": {"N": str(int(found.closed_at) + WORDS_KEPT)}}


def _kind_of(payment: Payment) -> Kind:
    """A recurring charge without an outcome is sent again at the PG's rate (rule 4)."""
    charging = payment.subscription_id is not None and open_approval(payment) is not None
    return Kind.SUBSCRIPTION if charging and in_flight(payment) is None else Kind.PAYMENT


def _due(kind: Kind, record_id: str, due_at: int | None) -> Item:
    if due_at is None:
        return {}
    shard = crc32(record_id.encode("utf-8", "surrogatepass")) % DUE_SHARDS
    return {"due_shard": {"S": shard_of(kind, shard)}}


def _changed(payment: Payment) -> Item:
    """The day of the last change, where PortOne must know the payment too; sharded, for it is written now."""
    if payment.status not in CLAIMS or not payment.status_at:
        return {}
    shard = crc32(payment.payment_id.encode("utf-8", "surrogatepass")) % DAY_SHARDS
    return {"changed_day": {"S": changed_on(day_of(payment.status_at), shard)}}
