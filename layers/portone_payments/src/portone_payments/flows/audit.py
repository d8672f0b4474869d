"""The audit: every status change PortOne lists, held against ours; heal what is safe, list the rest.

It goes on from a stored mark, window by window: whatever dies, the next run repeats what was not finished.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from portone_payments.domain.audit import (
    LONGEST,
    OVERLAP,
    Difference,
    Window,
    changed_day,
    counted,
    differences,
    discrepancy_id,
    filed,
    first_mark,
    heals,
    missing_here,
    moving,
    narrower,
    next_window,
    orphaned,
    unreadable,
)
from portone_payments.domain.errors import PortOneError
from portone_payments.domain.facts import Moment
from portone_payments.domain.marker import marked_order
from portone_payments.domain.outcomes import Outcome
from portone_payments.domain.records import AuditMark, DiscrepancyKind, DiscrepancyState, Payment
from portone_payments.domain.snapshot import Snapshot
from portone_payments.flows.catch_up import Reader
from portone_payments.ports import Clock, Deadline, Listed, ListPage, Metric

PAGE = 500
PATIENCE = 60.0  # seconds for one answer of PortOne (facts 1.4)
OPEN_COUNTED = 100
MICROS = 1_000_000


class AuditUnfinished(Exception):
    """Time ran out before the audit was through; the mark says where to go on."""


@dataclass(slots=True)
class Audited:
    """What one run did."""

    windows: int = 0
    listed: int = 0
    healed: int = 0
    found: int = 0


@dataclass(slots=True)
class Run:
    """A run between two windows: the stored mark, where it is, and whom PortOne has listed so far."""

    mark: AuditMark
    at: int
    span: int
    deadline: Deadline
    known: set[str] = field(default_factory=set)
    did: Audited = field(default_factory=Audited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Compares by status-change time. `live`: real money moves on this store."""

    reader: Reader
    clock: Clock
    live: bool

    def audit(self, *, deadline: Deadline) -> Audited:
        """Go on from the mark to ten minutes ago, an hour of overlap first.

        Raises `AuditUnfinished` when `deadline` comes first, `PortOneError` when PortOne does not answer,
        `Conflict` or `Busy` when others are at it. After any of them: run it again.
        """
        store = self.reader.store
        standing = store.discrepancies(DiscrepancyState.OPEN, cursor=None, limit=OPEN_COUNTED)
        if standing.items:
            self.reader.meter.count(Metric.DISCREPANCY, len(standing.items))
        started = self.clock.now()
        mark = store.audit_mark() or first_mark(started)
        run = Run(mark, mark.until - OVERLAP, mark.span, deadline)
        while window := next_window(run.at, run.span, started):
            self._window(run, window)
        return run.did

    def _window(self, run: Run, window: Window) -> None:
        window, listed = self._listed(run, window)
        run.known.update(each.payment_id for each in listed)
        held = self.reader.store.payments(each.payment_id for each in listed)
        foreign = [each for each in listed if self._compare(run, each, held.get(each.payment_id))]
        changed = self.reader.store.changed(window.since, window.until)
        for payment_id in sorted(set(changed) - run.known):
            self._examine(run, payment_id)
        self._finish(run, window, listed, foreign)

    def _listed(self, run: Run, window: Window) -> tuple[Window, tuple[Listed, ...]]:
        """All of a window that one page holds; halved until it does: no page boundary, nothing skipped."""
        while True:
            self._check_time(run, PATIENCE)
            try:
                page = self._page(window, 0)
            except PortOneError as error:
                # the page may be too large or too slow: less may come through
                if error.outcome is Outcome.REFUSED or window.span == 1:
                    raise
            else:
                if not page.full:
                    return window, page.items
                if window.span == 1:
                    return window, self._crowded(run, window, page)
            window = narrower(window)

    def _crowded(self, run: Run, window: Window, page: ListPage) -> tuple[Listed, ...]:
        """More in one second than a page holds: page through, the last resort."""
        self.reader.meter.count(Metric.AUDIT_CROWDED)
        items, number = {each.payment_id: each for each in page.items}, 0
        while page.full:
            self._check_time(run, PATIENCE)
            number += 1
            page = self._page(window, number)
            items |= {each.payment_id: each for each in page.items}
        return tuple(items.values())

    def _page(self, window: Window, number: int) -> ListPage:
        deadline = Deadline.after(self.clock, PATIENCE)
        # a second more at both ends: nobody documents whether PortOne counts them in
        since, until = window.since - 1, window.until + 1
        return self.reader.portone.list_payments(since, until, number=number, size=PAGE, deadline=deadline)

    def _compare(self, run: Run, listed: Listed, held: Payment | None) -> bool:
        """Hold one listed payment against ours; whether it is foreign."""
        if held is None:
            return not self._orphan(run, listed.snapshot)
        if listed.snapshot is None or differences(held, listed.snapshot):
            self._examine(run, held.payment_id)
        return False

    def _orphan(self, run: Run, snapshot: Snapshot | None) -> bool:
        order_id = marked_order(snapshot.custom_data) if snapshot else None
        if snapshot is None or order_id is None:
            return False
        known = self.reader.store.order(order_id) is not None
        ours = orphaned(snapshot, live=self.live, order_known=known)
        if ours and self.reader.store.payment(snapshot.payment_id) is None:
            self._file(run, [missing_here(snapshot)])
        return ours

    def _examine(self, run: Run, payment_id: str) -> None:
        """The list is old by now: read both sides again, heal what is safe, list what still differs."""
        self._check_time(run)
        reading, held = self._read(payment_id), self.reader.store.payment(payment_id)
        if held is None:
            return
        if isinstance(reading, PortOneError):
            self._file(run, [unreadable(held)])
            return
        found = differences(held, reading)
        if found and heals(held, reading):
            found = self._heal(run, held, found)
        elif moving(held, reading, self.clock.now()):
            return
        self._file(run, found)

    def _read(self, payment_id: str) -> Snapshot | PortOneError | None:
        """What PortOne says now; the error where it answered and nobody can read it."""
        try:
            return self.reader.portone.get_payment(payment_id, deadline=Deadline.after(self.clock, PATIENCE))
        except PortOneError as error:
            if error.status != HTTPStatus.OK:
                raise
            return error

    def _heal(self, run: Run, held: Payment, found: Sequence[Difference]) -> tuple[Difference, ...]:
        """What a catch-up leaves, judged by the very reading it took in.

        Another amount is filed first: once the payment is a MISMATCH, nobody could tell that it is news.
        """
        amounts = [each for each in found if each.kind is DiscrepancyKind.AMOUNT]
        self._file(run, amounts)
        moment = Moment(now=self.clock.now(), by="audit")
        deadline = Deadline.after(self.clock, PATIENCE)
        caught = self.reader.catch_up(held.payment_id, moment, deadline=deadline)
        if not caught.answered:
            raise AuditUnfinished
        if moving(caught.payment, caught.reading, self.clock.now()):
            return ()
        left = differences(caught.payment, caught.reading)
        if not left and not amounts:
            run.did.healed += 1
            self.reader.meter.count(Metric.AUDIT_HEALED)
        return tuple(each for each in left if each.kind is not DiscrepancyKind.AMOUNT)

    def _file(self, run: Run, found: Iterable[Difference]) -> None:
        store, now = self.reader.store, self.clock.now()
        for difference in found:
            row = filed(store.discrepancy(discrepancy_id(difference)), difference, now)
            if row is not None:
                store.save(row)
                run.did.found += 1
                self.reader.meter.count(Metric.DISCREPANCY)

    def _finish(self, run: Run, window: Window, listed: Iterable[Listed], foreign: Iterable[Listed]) -> None:
        """Move the mark, and the counts in the same write: what is listed again is not counted again."""
        start, end = run.mark.until * MICROS, window.until * MICROS
        fresh, others = (
            [each for each in some if start < each.changed_at <= end] for some in (listed, foreign)
        )
        run.did.windows += 1
        run.did.listed += len(fresh)
        roomy = len(fresh) < PAGE // 2
        run.at, run.span = window.until, min(LONGEST, window.span * 2) if roomy else window.span
        if window.until <= run.mark.until:
            return
        days = counted(run.mark, _by_day(fresh), _by_day(others))
        moved = replace(run.mark, until=window.until, span=run.span, days=days)
        self.reader.store.save(moved)
        run.mark = replace(moved, version=moved.version + 1)
        self.reader.meter.count(Metric.AUDIT_FOREIGN, len(others))

    def _check_time(self, run: Run, needed: float = 0.0) -> None:
        if run.deadline.remaining() <= needed:
            raise AuditUnfinished


def _by_day(listed: Iterable[Listed]) -> Counter[str]:
    return Counter(changed_day(each.changed_at) for each in listed)
