"""The payments table: records in, records out, over a table that knows only items."""

from collections.abc import Sequence
from itertools import batched, chain
from math import ceil

from portone_payments.adapters.dynamo.audit import AuditRows
from portone_payments.adapters.dynamo.billing import BillingRows
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import (
    ATTENTION,
    DUE,
    MINE,
    Key,
    due_key,
    due_kind,
    entry_key,
    id_of,
    key_of,
    owned_by,
    part_key,
    shard_of,
)
from portone_payments.adapters.dynamo.payment_items import decode_entry, encode, encode_entry
from portone_payments.adapters.dynamo.reads import BATCH, Table, save_items
from portone_payments.adapters.dynamo.retention import RetentionRows
from portone_payments.adapters.dynamo.table import DynamoTable, all_of
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.bounds import bounded, left_behind
from portone_payments.domain.records.history import attention_rows
from portone_payments.domain.records.kept import Part, Written
from portone_payments.domain.records.payments import (
    AttentionKind,
    AttentionRow,
    ClientRequest,
    HistoryLine,
    Order,
    Payment,
    SettledRefund,
)
from portone_payments.domain.records.refund_traces import parted
from portone_payments.domain.records.settled_invoices import parted as without_settled
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.records.webhooks import UnmatchedWebhook
from portone_payments.ports.store import Due, Kind, Page, Skipped
from portone_payments.ports.world import Ids


class TableStore(AuditRows, BillingRows, RetentionRows):
    """`Store` over any `Table`, so that the real one and its twin in memory share every decision."""

    def __init__(self, table: Table, ids: Ids) -> None:
        super().__init__(table)
        self.ids = ids

    def order(self, order_id: str) -> Order | None:
        """An order by id."""
        return self._read(Order, key_of("order", order_id))

    def payment(self, payment_id: str) -> Payment | None:
        """A payment by id."""
        return self._read(Payment, key_of("payment", payment_id))

    def settled_refund(self, payment_id: str, token: str) -> SettledRefund | None:
        """A refund that is no longer in its payment, by its token."""
        return self._read(SettledRefund, part_key("payment", payment_id, "refund", token))

    def request(self, user_id: str, route: str, key: str) -> ClientRequest | None:
        """The resource that a client's Idempotency-Key created."""
        return self._read(ClientRequest, key_of("request", user_id, route, key))

    def unmatched(self, webhook_id: str) -> UnmatchedWebhook | None:
        """An unmatched webhook by id."""
        return self._read(UnmatchedWebhook, key_of("unmatched", webhook_id))

    def spilled(self, kind: str, record_id: str, seqs: Sequence[int]) -> tuple[HistoryLine, ...]:
        """The history entries of these numbers that have items of their own, in order."""
        wanted = [entry_key(kind, record_id, seq) for seq in seqs]
        found = (
            item
            for some in batched(wanted, BATCH, strict=False)
            for item in all_of(self.table.get_many, some)
        )
        entries = {entry.seq: entry for entry in map(decode_entry, found)}
        missing = set(seqs) - set(entries) if kind == "subscription" else set[int]()
        lines = (*entries.values(), *self._left_with_invoices(record_id, missing))
        return tuple(sorted(lines, key=lambda line: line.seq))

    def save(self, *records: Written) -> None:
        """Write all or none at their next version. Raises `Conflict`, `StorageUnavailable`."""
        token = self.ids.token()
        parts = chain.from_iterable(map(parts_of, records))
        save_items(self.table, [encode(self._trimmed(each), token) for each in (*records, *parts)], token)

    def due(
        self, kind: Kind, shard: int, *, before: float, limit: int, after: Due | None = None
    ) -> tuple[Due, ...]:
        """What is due at `before` (epoch seconds UTC), oldest first, at most `limit`, behind `after`."""
        partition = shard_of(kind, shard)
        start = _entry(after, partition) if after else None
        found = self.table.query(DUE, partition, upto=before, limit=limit, start=start)
        return tuple(_due(kind, item) for item in found)

    def lease(self, due: Due, *, until: int) -> int | None:
        """Move a due time to `until` (epoch seconds UTC) IF nobody did; the leases so far, or None."""
        if due.place:
            raise StorageUnavailable(service="dynamodb", reason="unknown_kind")
        return self.table.push(due_key(due.kind, due.id), seen=due.due_at, until=until)

    def bury(self, due: Due, *, until: int, tries: int) -> bool:
        """Write the due time alone, whatever state the record is in, IF it is still `due.due_at`."""
        where = due_key(due.kind, due.id)
        return self.table.push(where, seen=due.due_at, until=until, tries=tries) is not None

    def mine(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Payment]:
        """A user's payments, newest first. Raises `InvalidRequest`."""
        return self._page(Payment, MINE, owned_by(user_id), cursor=cursor, limit=limit, newest_first=True)

    def attention(self, kind: AttentionKind, *, cursor: str | None, limit: int) -> Page[Payment]:
        """Payments with an attention of this kind, oldest first. Raises `InvalidRequest`."""
        rows = self._page(AttentionRow, ATTENTION, kind.value, cursor=cursor, limit=limit, newest_first=False)
        standing = dict.fromkeys(row.payment_id for row in rows.items if row.attention == kind)
        held = self.payments(standing)
        found = [held[each] for each in standing if each in held]
        return Page(
            tuple(each for each in found if isinstance(each, Payment)),
            rows.cursor,
            (*rows.skipped, *(each for each in found if isinstance(each, Skipped))),
        )

    def _trimmed(self, record: Written) -> Written:
        match record:
            case Payment():
                return self._spilling(record, "payment", record.payment_id)
            case Subscription():
                return self._spilling(record, "subscription", record.subscription_id)
            case Wallet():
                return self._spilling(record, "wallet", record.user_id)
            case _:
                return record

    def _spilling[Publishable: (Payment, Subscription, Wallet)](
        self, told: Publishable, kind: str, id_: str
    ) -> Publishable:
        kept, oldest = bounded(told)
        for entry in oldest:
            self.table.append(encode_entry(kind, id_, entry))
        return kept


class DynamoStore(TableStore):
    """The real store, over a low-level boto3 DynamoDB client."""

    def __init__(self, client: object, table_name: str, ids: Ids) -> None:
        super().__init__(DynamoTable(client, table_name, ids.jitter), ids)


def parts_of(record: Written) -> tuple[Part, ...]:
    """The items written beside a record: changed attentions, and refunds, keys or invoices that leave it."""
    match record:
        case Wallet():
            return left_behind(record)
        case Subscription():
            return without_settled(record)[1]
        case Payment():
            return (*attention_rows(record), *parted(record)[1])
        case _:
            return ()


def _due(asked: Kind, entry: Item) -> Due:
    found, due_at = Key.of(entry), entry["due_at"]["N"]
    kind = due_kind(asked, found)
    known = found == due_key(kind, id_of(found)) and due_at.isdecimal()
    # exactly as stored: DynamoDB refuses a start key beyond the bound, and the pages behind it with it
    place = None if known else (found.pk, found.sk, due_at)
    return Due(kind=kind, id=id_of(found), due_at=ceil(float(due_at)), place=place)


def _entry(due: Due, partition: str) -> Item:
    """The index key of a due record."""
    known = due_key(due.kind, due.id)
    pk, sk, due_at = due.place or (known.pk, known.sk, str(due.due_at))
    return Key(pk, sk).wire() | {DUE.partition: {"S": partition}, DUE.sort: {DUE.sort_type: due_at}}
