"""The audit: every status change PortOne lists, compared with ours, window by window from a stored mark.

When a run dies, the next one repeats what was not finished.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from portone_payments.domain.audit.windows import (
    LONGEST,
    OVERLAP,
    Window,
    changed_day,
    counted,
    first_mark,
    narrower,
    next_window,
    used,
)
from portone_payments.domain.errors.common import PortOneError
from portone_payments.domain.payments.policy import CheckPolicy
from portone_payments.domain.readings.outcome import Outcome
from portone_payments.domain.records.audit import AuditMark, DiscrepancyState
from portone_payments.domain.records.payments import Payment
from portone_payments.flows.operations.audit_payment import PATIENCE, Audited, AuditUnfinished, Examiner
from portone_payments.ports.portone import Listed, ListPage, PerStore, PortOne
from portone_payments.ports.store import Skipped, Store
from portone_payments.ports.world import Clock, Deadline, Meter, Metric

PAGE = 500
OPEN_COUNTED = 100
MICROS = 1_000_000


@dataclass(slots=True)
class Run:
    """A run between two windows: the stored mark, where it is, and whom PortOne has listed so far.

    `stores`: today's, then those payments were prepared in before; one that is closed to us is left out.
    """

    mark: AuditMark
    at: int
    span: int
    did: Audited
    stores: list[str]
    known: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Compares by status-change time."""

    examiner: Examiner
    store: Store
    portone: PerStore[PortOne]
    clock: Clock
    meter: Meter
    policy: CheckPolicy

    def audit(self, *, deadline: Deadline) -> Audited:
        """Continue from the mark to ten minutes ago, with an hour of overlap.

        Raises `AuditUnfinished` when `deadline` comes first, `PortOneError` when PortOne does not answer for
        its list or refuses us, `Conflict` when another audit is running. After any of them: run it again.
        """
        standing = self.store.discrepancies(DiscrepancyState.OPEN, cursor=None, limit=OPEN_COUNTED)
        self.examiner.skips.add(standing.skipped)
        if standing.items:
            self.meter.count(Metric.DISCREPANCY, len(standing.items))
        started = self.clock.now()
        mark = self.store.audit_mark() or first_mark(started)
        mark = used(mark, self.policy.store_id, started)
        run = Run(mark, mark.until - OVERLAP, mark.span, Audited(deadline), list(mark.stores))
        while window := next_window(run.at, run.span, started):
            self._window(run, window)
        return run.did

    def _window(self, run: Run, window: Window) -> None:
        window, listed = self._listed(run, window)
        run.known.update(each.payment_id for each in listed)
        for each in (each for each in listed if each.changed_at is None):
            # still compared with ours, and again while the overlap lasts; only no day counts it
            self.examiner.skips.skip("listed", each.payment_id, ValueError("no moment of its change"))
        held = self.store.payments(each.payment_id for each in listed)
        foreign = [each for each in listed if self._is_foreign(run, window, each, held.get(each.payment_id))]
        changed = self.store.changed(window.since, window.until)
        for payment_id in sorted(set(changed) - run.known):
            self._by_itself(run, window, payment_id, partial(self.examiner.examine, run.did, payment_id))
        self._finish(run, window, listed, foreign)

    def _is_foreign(self, run: Run, window: Window, listed: Listed, held: Payment | Skipped | None) -> bool:
        if isinstance(held, Skipped):
            self.examiner.skips.add([held])
            return False
        compare = partial(self.examiner.compare, run.did, listed, held)
        return self._by_itself(run, window, listed.payment_id, compare) is True

    def _by_itself[T](self, run: Run, window: Window, payment_id: str, act: Callable[[], T]) -> T | None:
        """Compare one payment, twice if the first time fails; then go on with the others.

        Raises `AuditUnfinished`, and `PortOneError` where PortOne answers for nothing else either.
        """
        for last in (False, True):
            try:
                return act()
            except AuditUnfinished:
                raise
            except Exception as error:
                if isinstance(error, PortOneError) and error.outcome is Outcome.REFUSED:
                    raise
                if last:
                    run.did.check_time(PATIENCE)
                    self._page(run.stores[0], window, 0)
                    self.examiner.pass_over(run.did, payment_id, error)
        return None

    def _listed(self, run: Run, window: Window) -> tuple[Window, tuple[Listed, ...]]:
        """All of a window that one page holds; halved until it does: no page boundary, nothing skipped."""
        while True:
            try:
                pages = self._pages(run, window)
            except PortOneError as error:
                # the page may be too large or too slow: less may come through
                if error.outcome is Outcome.REFUSED or window.span == 1:
                    raise
            else:
                if not any(page.full for page in pages.values()):
                    return window, tuple(each for page in pages.values() for each in page.items)
                if window.span == 1:
                    crowded = (self._crowded(run, window, *stored) for stored in pages.items())
                    return window, tuple(each for items in crowded for each in items)
            window = narrower(window)

    def _pages(self, run: Run, window: Window) -> dict[str, ListPage]:
        """The first page of each store. A former store that refuses us by now stops no other."""
        pages = {}
        for store_id in tuple(run.stores):
            run.did.check_time(PATIENCE)
            try:
                pages[store_id] = self._page(store_id, window, 0)
            except PortOneError as error:
                if error.outcome is not Outcome.REFUSED or store_id == run.stores[0]:
                    raise
                run.stores.remove(store_id)
                self.examiner.skips.skip("store", store_id, error)
        return pages

    def _crowded(self, run: Run, window: Window, store_id: str, page: ListPage) -> tuple[Listed, ...]:
        """More in one second than a page holds: page through, the last resort."""
        if page.full:
            self.meter.count(Metric.AUDIT_CROWDED)
        items, number = {each.payment_id: each for each in page.items}, 0
        while page.full:
            run.did.check_time(PATIENCE)
            number += 1
            page = self._page(store_id, window, number)
            items |= {each.payment_id: each for each in page.items}
        return tuple(items.values())

    def _page(self, store_id: str, window: Window, number: int) -> ListPage:
        deadline = Deadline.after(self.clock, PATIENCE)
        # a second more at both ends: nobody documents whether PortOne counts them in
        since, until = window.since - 1, window.until + 1
        portone = self.portone.within(store_id)
        page = portone.list_payments(since, until, number=number, size=PAGE, deadline=deadline)
        for _ in range(page.unread):
            self.examiner.skips.skip("listed", "", ValueError("no id"))
        return page

    def _finish(self, run: Run, window: Window, listed: Iterable[Listed], foreign: Iterable[Listed]) -> None:
        """Move the mark, and the counts in the same write: what is listed again is not counted again."""
        start, end = run.mark.until * MICROS, window.until * MICROS
        fresh, others = ([at for at in _moments(some) if start < at <= end] for some in (listed, foreign))
        run.did.windows += 1
        run.did.listed += len(fresh)
        roomy = len(fresh) < PAGE // 2
        run.at, run.span = window.until, min(LONGEST, window.span * 2) if roomy else window.span
        if window.until <= run.mark.until:
            return
        days = counted(run.mark, Counter(map(changed_day, fresh)), Counter(map(changed_day, others)))
        moved = replace(run.mark, until=window.until, span=run.span, days=days)
        self.store.save(moved)
        run.mark = replace(moved, version=moved.version + 1)
        self.meter.count(Metric.AUDIT_FOREIGN, len(others))


def _moments(listed: Iterable[Listed]) -> list[int]:
    return [each.changed_at for each in listed if each.changed_at is not None]
