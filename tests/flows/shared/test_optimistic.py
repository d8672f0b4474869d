"""One way to change a record: read, decide, save under the version, and again after a lost race."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import MemoryStore
from portone_payments.domain.errors.common import Busy
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.payments import Payment
from portone_payments.flows.shared.optimistic import MissingFact, change, given_first, retried
from portone_payments.ports.world import Metric
from tests.support.records import NOW, a_payment, a_request

ID = "payment1"
MOMENT = Moment(now=NOW, by="app")


@dataclass
class Shelf:
    """A table with one payment; `rivals` are writes that come between a reading and its save, one each."""

    store: MemoryStore = field(default_factory=lambda: MemoryStore(SeededIds(1)))
    meter: RecordingMeter = field(default_factory=RecordingMeter)
    rivals: list[Callable[[Payment], Payment]] = field(default_factory=list)
    reads: int = 0

    def __post_init__(self) -> None:
        """The payment is there."""
        self.store.save(a_payment(ID))

    def stored(self) -> Payment:
        """The payment as it stands."""
        payment = self.store.payment(ID)
        assert payment is not None
        return payment

    def read(self) -> Payment:
        """The same, for a flow, behind whose back a rival is faster."""
        self.reads += 1
        payment = self.stored()
        if self.rivals:
            self.store.save(self.rivals.pop()(payment))
        return payment

    def change(self, decide: Callable[[Payment], Payment], **named: Any) -> tuple[Payment, bool]:
        """A change as flows make it."""
        return change(self.read, lambda held: (decide(held),), store=self.store, meter=self.meter, **named)


def prepared(payment: Payment) -> Payment:
    """One more fact."""
    return record(payment, Fact.PREPARED, MOMENT)


def named(payment: Payment) -> Payment:
    """Another name, and no fact."""
    return replace(payment, order_name="tea")


def test_after_a_lost_race_the_change_is_made_again_on_what_is_read_anew_and_counted() -> None:
    shelf = Shelf(rivals=[named])

    payment, saved = shelf.change(prepared)

    assert saved
    assert payment == shelf.stored()
    assert (payment.order_name, len(payment.history)) == ("tea", 1)
    assert (shelf.reads, shelf.meter.counts) == (2, {Metric.CONFLICT: 1})


def test_whoever_loses_every_race_is_told_so_and_has_changed_nothing() -> None:
    shelf = Shelf(rivals=[named] * 3)

    with pytest.raises(Busy):
        shelf.change(prepared, attempts=3)

    assert shelf.stored().history == ()
    assert (shelf.reads, shelf.meter.counts) == (3, {Metric.CONFLICT: 3})


def test_nothing_is_saved_where_the_decision_is_what_was_read() -> None:
    shelf = Shelf()
    before = shelf.stored()

    assert shelf.change(lambda held: held) == (before, False)
    assert shelf.stored().version == before.version


def test_what_goes_with_the_record_is_saved_in_the_same_write() -> None:
    shelf = Shelf(rivals=[named])

    change(
        shelf.read,
        lambda held: (prepared(held), a_request()),
        store=shelf.store,
        meter=shelf.meter,
    )

    request = a_request()
    assert shelf.store.request(request.user_id, request.route, request.key) == replace(request, version=1)


def test_a_change_that_adds_no_fact_is_refused_unless_it_is_a_mark() -> None:
    shelf = Shelf()

    with pytest.raises(MissingFact):
        shelf.change(named)
    assert shelf.stored().order_name == "coffee"

    shelf.change(lambda held: replace(held, due_at=1, tries=2, spent={"prepares": 1}))
    shelf.change(named, fact=False)
    assert (shelf.stored().due_at, shelf.stored().order_name) == (1, "tea")


def test_an_error_of_the_decision_is_no_lost_race() -> None:
    shelf = Shelf()

    def refused() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        retried(refused, meter=shelf.meter)
    assert not shelf.meter.counts


def test_what_the_caller_has_read_serves_once() -> None:
    shelf = Shelf()
    known = as_saved(a_payment(ID))
    shelf.store.save(named(shelf.stored()))

    payment, _ = change(
        given_first(known, shelf.read), lambda held: (prepared(held),), store=shelf.store, meter=shelf.meter
    )

    assert (shelf.reads, payment.order_name, shelf.meter.counts[Metric.CONFLICT]) == (1, "tea", 1)
