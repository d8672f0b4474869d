"""The reads of recurring charges from the payments table: wallets, plans, subscriptions."""

from portone_payments.adapters.dynamo.keys import (
    ATTENTION,
    CHARGES,
    INVOICE,
    MINE,
    SENDING,
    Key,
    id_of,
    invoice_key,
    key_of,
    owned_by,
    part_key,
    read_cursor,
    subscribed_to,
    write_cursor,
)
from portone_payments.adapters.dynamo.reads import BATCH, TableReads, decoded
from portone_payments.domain.records.billing_keys import KeyRef, SettledKey, Wallet
from portone_payments.domain.records.payments import HistoryLine
from portone_payments.domain.records.stops import Stops
from portone_payments.domain.records.subscriptions import Pace, Plan, Seat, SettledInvoice, Subscription
from portone_payments.ports.store import Page, Skipped


class BillingRows(TableReads):
    """The part of `Store` about recurring charges."""

    def wallet(self, user_id: str) -> Wallet | None:
        """A user's saved payment methods."""
        return self._read(Wallet, key_of("wallet", user_id))

    def settled_key(self, user_id: str, billing_key_id: str) -> SettledKey | None:
        """A key that is no longer in its wallet."""
        return self._read(SettledKey, part_key("wallet", user_id, "saved-key", billing_key_id))

    def key_ref(self, ref: str) -> KeyRef | None:
        """The user of a billing key."""
        return self._read(KeyRef, key_of("key", ref))

    def plan(self, plan_id: str) -> Plan | None:
        """A plan of the shop."""
        return self._read(Plan, key_of("plan", plan_id))

    def seat(self, user_id: str, group: str) -> Seat | None:
        """A user's place in a plan group."""
        return self._read(Seat, part_key("wallet", user_id, "seat", group))

    def pace(self) -> Pace | None:
        """Up to when the PG's rate is used up."""
        return self._read(Pace, key_of("pace", CHARGES))

    def stops(self) -> Stops | None:
        """The stops: what is not sent because PortOne refuses us."""
        return self._read(Stops, key_of("stops", SENDING))

    def subscription(self, subscription_id: str) -> Subscription | None:
        """A subscription, or a plan of parts, by id."""
        return self._read(Subscription, key_of("subscription", subscription_id))

    def subscriptions(self, user_id: str, *, cursor: str | None, limit: int) -> Page[Subscription]:
        """A user's subscriptions, newest first. Raises `InvalidRequest`."""
        owner = owned_by(user_id, "subscription")
        return self._page(Subscription, MINE, owner, cursor=cursor, limit=limit, newest_first=True)

    def settled_invoice(self, subscription_id: str, invoice_id: str) -> SettledInvoice | None:
        """An invoice that is no longer in its subscription."""
        return self._read(SettledInvoice, invoice_key(subscription_id, int(invoice_id)))

    def settled_invoices(
        self, subscription_id: str, *, before: int | None, limit: int
    ) -> Page[SettledInvoice]:
        """Invoices that left a subscription, newest first, at most `limit`, numbered below `before`."""
        end = None if before is None else invoice_key(subscription_id, before)
        partition = key_of("subscription", subscription_id).pk
        items = self.table.beside(partition, prefix=INVOICE, limit=limit, before=end)
        found = list(map(decoded, items))
        return Page(
            tuple(each for each in found if isinstance(each, SettledInvoice)),
            None,
            tuple(each for each in found if isinstance(each, Skipped)),
        )

    def subscribers(self, plan_id: str, shard: int, *, cursor: str | None, limit: int) -> Page[str]:
        """Ids of living subscriptions to a plan in one of its shards. Raises `InvalidRequest`."""
        partition = subscribed_to(plan_id, shard)
        start = read_cursor(ATTENTION, partition, cursor, "subscription") if cursor is not None else None
        found = self.table.query(ATTENTION, partition, limit=limit + 1, start=start)
        page = found[:limit]
        more = write_cursor(ATTENTION, page[-1]) if len(found) > limit else None
        return Page(tuple(id_of(Key.of(item)) for item in page), more)

    def _left_with_invoices(self, subscription_id: str, seqs: set[int]) -> list[HistoryLine]:
        """The lines of these numbers that left a subscription with an invoice."""
        found: dict[int, HistoryLine] = {}
        before: int | None = None
        while seqs - set(found):
            page = self.settled_invoices(subscription_id, before=before, limit=BATCH)
            told = (line for each in page.items for line in each.invoice.lines)
            found |= {line.seq: line for line in told if line.seq in seqs}
            if len(page.items) < BATCH:
                break
            before = int(page.items[-1].invoice.id)
        return list(found.values())
