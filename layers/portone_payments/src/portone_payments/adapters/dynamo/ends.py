"""When an item ends, and how the daily job finds it: the rules of retention as attributes of an item."""

from portone_payments.adapters.dynamo.codec import Attribute, Item
from portone_payments.adapters.dynamo.keys import CHANGED, changed_on, ended_on, shard_in
from portone_payments.domain.audit.days import day_of
from portone_payments.domain.records.audit import Discrepancy, DiscrepancyState
from portone_payments.domain.records.billing_keys import SettledKey, Wallet
from portone_payments.domain.records.bounds import WORDS_KEPT
from portone_payments.domain.records.payments import DAY_SHARDS, Order, Payment, Status
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.retention.rules import (
    BEHIND,
    FAR,
    Ending,
    kept_until,
    moved_at,
    moved_long_after,
    settled,
)

# payments in these statuses PortOne must know as well: the audit reads them there
CLAIMS = frozenset(
    {
        Status.VIRTUAL_ACCOUNT_ISSUED,
        Status.PAID,
        Status.PARTIAL_CANCELLED,
        Status.CANCELLED,
        Status.MISMATCH,
    }
)


def day_of_change(payment: Payment) -> Item:
    """The day of the last change, where PortOne must know the payment too; sharded, since many share today.

    One that changed long after is found by that day; any other status, once it is settled.
    """
    claims = payment.status in CLAIMS and bool(payment.status_at)
    if settled(payment) and (not claims or moved_long_after(payment)):
        return _end_day(payment, payment.payment_id) | _end_ttl(payment)
    if not claims:
        return {}
    shard = shard_in(payment.payment_id, DAY_SHARDS)
    return {"changed_day": {"S": changed_on(day_of(payment.status_at), shard)}} | _end_ttl(payment)


def end_of(record: Subscription | Wallet, record_id: str) -> Item:
    """A record that is over is found by its day; a live one takes no index."""
    if not settled(record):
        return {}
    at: Attribute = {"N": repr(moved_at(record))}
    return _end_day(record, record_id) | {CHANGED.sort: at} | _end_ttl(record)


def order_ttl(order: Order) -> Item:
    """An order without a payment is in no index: DynamoDB alone drops it. Others go with their payment."""
    until = kept_until(order)
    if until is not None:
        return ttl(until)
    begun = order.payment_id is not None or order.subscription_id is not None
    return ttl(moved_at(order) + FAR) if begun else {}


def part_ttl(at: float) -> Item:
    """A part that left its record `at` an epoch second is deleted with it; this is for a job that failed."""
    return ttl(at + FAR)


def key_end(left: SettledKey) -> Item:
    """A saved payment method that left its wallet ends before the wallet does; found by its day."""
    at = moved_at(left)
    found = _end_day(left, left.key.id) | {CHANGED.sort: {"N": repr(at)}}
    return found | part_ttl(at)


def closed_ttl(found: Discrepancy) -> Item:
    """A discrepancy that staff closed is kept as long as their texts about payments."""
    if found.attention is not DiscrepancyState.CLOSED or found.closed_at is None:
        return {}
    return ttl(int(found.closed_at) + WORDS_KEPT)


def ttl(at: float) -> Item:
    """When DynamoDB drops an item by itself (epoch seconds UTC); no IAM right is needed for that."""
    return {"ttl": {"N": str(int(at))}}


def _end_day(record: Ending, record_id: str) -> Item:
    day = day_of(moved_at(record))
    return {"changed_day": {"S": ended_on(day, shard_in(record_id, DAY_SHARDS))}}


def _end_ttl(record: Ending) -> Item:
    """Later than the daily job: DynamoDB drops what the job could not delete."""
    until = kept_until(record)
    return {} if until is None else ttl(until + BEHIND)
