"""Optimistic writes: read, decide, save under the version; a lost race is counted and everything done anew.

The only place that repeats after a lost race, so that every repeat is bounded and counted.
"""

from collections.abc import Callable
from dataclasses import replace

from portone_payments.domain.errors.common import Busy
from portone_payments.domain.records.billing_keys import Wallet
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.ports.store import Conflict, Store
from portone_payments.ports.world import Meter, Metric

ATTEMPTS = 6


class MissingFact(Exception):
    """A programmer's error: a record changed and its history does not say how (rule 11.3)."""


def retried[T](write: Callable[[], T], *, meter: Meter, attempts: int = ATTEMPTS) -> T:
    """What `write` returns, which reads, decides and saves: all three again after each lost race.

    Raises `Busy` when the last attempt is lost too, and whatever else `write` raises.
    """
    for _ in range(attempts):
        try:
            return write()
        except Conflict:
            meter.count(Metric.CONFLICT)
    raise Busy


def change[R: (Payment, Subscription, Wallet)](
    read: Callable[[], R],
    decide: Callable[[R], tuple[R, *tuple[AnyRecord, ...]]],
    *,
    store: Store,
    meter: Meter,
    attempts: int = ATTEMPTS,
    fact: bool = True,
) -> tuple[R, bool]:
    """The record as `decide` makes it, saved with what goes with it, and whether there was anything to save.

    Nothing is saved where `decide` returns what was read. `fact` False: for marks, leases and counters, which
    no history records. Raises `Busy`, `MissingFact` and what `read` and `decide` raise.
    """

    def write() -> tuple[R, bool]:
        stored = read()
        after, *beside = decide(stored)
        if after is stored:
            return stored, False
        store.save(with_fact(stored, after) if fact else after, *beside)
        return as_saved(after), True

    return retried(write, meter=meter, attempts=attempts)


def with_fact[R: (Payment, Subscription, Wallet)](stored: R, after: R) -> R:
    """The changed record, whose history says what changed. Raises `MissingFact` where it does not.

    The due time and the counts of a user's requests are not recorded there.
    """
    if after.next_seq != stored.next_seq:
        return after
    if after != replace(stored, due_at=after.due_at, tries=after.tries, spent=after.spent):
        raise MissingFact(type(after).__name__)
    return after


def given_first[R](given: R | None, read: Callable[[], R]) -> Callable[[], R]:
    """What the caller has just read or written at the first attempt; read anew after a lost race."""
    left = [] if given is None else [given]
    return lambda: left.pop() if left else read()
