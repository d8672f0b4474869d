"""Who wins when many write at once: on real atomic tables only, and in the memory that stands in for them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.ports.store import Conflict, Due, Kind
from tests.support.records import a_payment, an_order

RACERS = 16
ROUNDS = range(3)


def race[T](act: Callable[[int], T]) -> list[T]:
    """What each of 16 threads got that began at the same moment."""
    start = Barrier(RACERS)

    def run(number: int) -> T:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(RACERS) as racers:
        return list(racers.map(run, range(RACERS)))


def saved(store: TableStore, *records: AnyRecord) -> bool:
    try:
        store.save(*records)
    except Conflict:
        return False
    return True


@pytest.mark.parametrize("number", ROUNDS)
def test_exactly_one_of_many_saves_of_one_version_wins(atomic_store: TableStore, number: int) -> None:
    id_ = f"p{number}"
    atomic_store.save(a_payment(id_))

    wins = race(lambda racer: saved(atomic_store, a_payment(id_, total=racer, version=1)))

    assert wins.count(True) == 1
    assert atomic_store.payment(id_) == a_payment(id_, total=wins.index(True), version=2)


@pytest.mark.parametrize("number", ROUNDS)
def test_exactly_one_of_many_first_saves_wins(atomic_store: TableStore, number: int) -> None:
    id_ = f"o{number}"

    wins = race(lambda racer: saved(atomic_store, an_order(id_, total=racer)))

    assert wins.count(True) == 1
    assert atomic_store.order(id_) == an_order(id_, total=wins.index(True), version=1)


@pytest.mark.parametrize("number", ROUNDS)
def test_exactly_one_of_many_transactions_on_one_order_wins_completely(
    atomic_store: TableStore, number: int
) -> None:
    id_ = f"o{number}"
    atomic_store.save(an_order(id_))

    wins = race(
        lambda racer: saved(
            atomic_store, an_order(id_, payment_id=f"{id_}p{racer}", version=1), a_payment(f"{id_}p{racer}")
        )
    )

    stored = [racer for racer in range(RACERS) if atomic_store.payment(f"{id_}p{racer}")]
    order = atomic_store.order(id_)
    assert wins.count(True) == 1
    assert stored == [wins.index(True)]
    assert order
    assert order.payment_id == f"{id_}p{stored[0]}"


@pytest.mark.parametrize("number", ROUNDS)
def test_exactly_one_of_many_leases_wins(atomic_store: TableStore, number: int) -> None:
    id_ = f"p{number}"
    atomic_store.save(a_payment(id_, due_at=10))
    due = Due(kind=Kind.PAYMENT, id=id_, due_at=10)

    tries = race(lambda racer: atomic_store.lease(due, until=190 + racer))

    assert sorted(tries, key=lambda each: each or 0) == [None] * (RACERS - 1) + [1]
