"""The audit's reads of the payments table: changed payments, its own mark, the list for staff."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import (
    ATTENTION,
    AUDIT_MARK,
    CHANGED,
    Key,
    changed_on,
    id_of,
    key_of,
)
from portone_payments.adapters.dynamo.reads import TableReads
from portone_payments.domain.audit.days import days_between
from portone_payments.domain.records.audit import AuditMark, Discrepancy, DiscrepancyState
from portone_payments.domain.records.payments import DAY_SHARDS, Payment
from portone_payments.ports.store import Page, Skipped

CHANGED_PAGE = 1000  # keys of one query; far below the 1 MB a query returns


class AuditRows(TableReads):
    """The audit's part of `Store`."""

    def payments(self, payment_ids: Iterable[str]) -> dict[str, Payment | Skipped]:
        """Payments by id, or why one cannot be read; absent ones are left out."""
        wanted = {key_of("payment", each): each for each in payment_ids}
        read = self._read_each([key for key in wanted if key.usable])
        return {wanted[key]: each for key, each in read.items() if isinstance(each, Payment | Skipped)}

    def changed(self, since: float, until: float) -> Iterator[str]:
        """Ids of payments PortOne must know whose status changed within these times (epoch seconds UTC)."""
        for day in days_between(since, until):
            for shard in range(DAY_SHARDS):
                yield from self._changed(changed_on(day, shard), since, until)

    def audit_mark(self) -> AuditMark | None:
        """How far the audit has compared."""
        return self._read(AuditMark, key_of("audit", AUDIT_MARK))

    def discrepancy(self, discrepancy_id: str) -> Discrepancy | None:
        """A discrepancy by id."""
        return self._read(Discrepancy, key_of("discrepancy", discrepancy_id))

    def discrepancies(self, state: DiscrepancyState, *, cursor: str | None, limit: int) -> Page[Discrepancy]:
        """Discrepancies in this state, oldest first. Raises `InvalidRequest`."""
        page = self._page(Discrepancy, ATTENTION, state.value, cursor=cursor, limit=limit, newest_first=False)
        return replace(page, items=tuple(each for each in page.items if each.attention == state))

    def _changed(self, partition: str, since: float, until: float) -> Iterator[str]:
        start: Item | None = None
        while True:
            found = self.table.query(
                CHANGED, partition, limit=CHANGED_PAGE, since=since, upto=until, start=start
            )
            yield from (id_of(Key.of(item)) for item in found)
            if len(found) < CHANGED_PAGE:
                return
            start = found[-1]
