"""What is due is found oldest first and leased by one."""

from dataclasses import replace
from zlib import crc32

from portone_payments.adapters.dynamo.payment_items import encode
from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.domain.approvals.attempt import intend_charge
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import DUE_SHARDS, Status
from portone_payments.ports.store import Due, Kind
from tests.support.records import NOW, a_payment, an_unmatched


def shard(id_: str) -> int:
    return crc32(id_.encode()) % DUE_SHARDS


def all_due(store: TableStore, kind: Kind, *, before: float = NOW + 1e6, limit: int = 10) -> list[Due]:
    return [
        due for number in range(DUE_SHARDS) for due in store.due(kind, number, before=before, limit=limit)
    ]


def test_due_work_is_found_oldest_first_up_to_now_and_limit(store: TableStore) -> None:
    same_shard = [f"p{number}" for number in range(200) if shard(f"p{number}") == shard("p0")][:4]
    for due_at, payment_id in zip((30, 10, 20, 40), same_shard, strict=True):
        store.save(a_payment(payment_id, due_at=due_at))

    due = store.due(Kind.PAYMENT, shard("p0"), before=30.5, limit=2)
    all_of_it = store.due(Kind.PAYMENT, shard("p0"), before=30.5, limit=10)

    assert [each.due_at for each in due] == [10, 20]
    assert [each.id for each in all_of_it] == [same_shard[1], same_shard[2], same_shard[0]]


def test_an_unknown_due_mark_delays_no_page_behind_it(store: TableStore) -> None:
    same_shard = [f"p{number}" for number in range(200) if shard(f"p{number}") == shard("p0")][:3]
    strange, *others = same_shard
    for payment_id in others:
        store.save(a_payment(payment_id, due_at=31))
    item = encode(a_payment(strange, due_at=30), "token") | {"due_at": {"N": "30.25"}}
    store.table.put([item], token="token-of-a-stranger")

    [first] = store.due(Kind.PAYMENT, shard("p0"), before=30.5, limit=1)
    behind = store.due(Kind.PAYMENT, shard("p0"), before=30.5, limit=1, after=first)
    later = store.due(Kind.PAYMENT, shard("p0"), before=31.0, limit=10, after=first)

    assert (first.id, behind, {each.id for each in later}) == (strange, (), set(others))


def test_finished_work_leaves_the_due_index(store: TableStore) -> None:
    store.save(a_payment(due_at=10))
    store.save(a_payment(due_at=None, version=1))

    assert all_due(store, Kind.PAYMENT) == []


def test_kinds_of_due_work_are_separate(store: TableStore) -> None:
    store.save(an_unmatched("wh/1", due_at=10))

    assert all_due(store, Kind.PAYMENT) == []
    assert all_due(store, Kind.STRAY) == [Due(kind=Kind.STRAY, id="wh/1", due_at=10)]


def test_an_unsettled_recurring_charge_is_due_among_the_charges_and_leased_as_a_payment(
    store: TableStore,
) -> None:
    open_charge = intend_charge(
        a_payment(subscription_id="subscription1"), "hash-1", "issue1", Moment(now=NOW, by="sweep")
    )
    store.save(replace(open_charge, due_at=10))

    [due] = all_due(store, Kind.SUBSCRIPTION)
    tries = store.lease(due, until=190)

    assert (due, tries) == (Due(kind=Kind.CHARGE, id="payment1", due_at=10), 1)
    assert all_due(store, Kind.PAYMENT) == []


def test_a_lease_moves_the_due_time_and_counts_an_attempt(store: TableStore) -> None:
    store.save(a_payment(due_at=10))

    first = store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=10), until=190)
    second = store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=190), until=370)

    assert (first, second) == (1, 2)
    assert all_due(store, Kind.PAYMENT) == [Due(kind=Kind.PAYMENT, id="payment1", due_at=370)]


def test_a_lease_of_a_moved_due_time_is_none(store: TableStore) -> None:
    store.save(a_payment(due_at=50))

    tries = store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=10), until=190)

    assert tries is None
    assert store.payment("payment1") == a_payment(due_at=50, version=1)


def test_a_lease_whose_own_answer_was_lost_is_ours_and_counts_once(store: TableStore) -> None:
    store.save(a_payment(due_at=10))
    due = Due(kind=Kind.PAYMENT, id="payment1", due_at=10)

    tries = [store.lease(due, until=190), store.lease(due, until=190)]

    assert tries == [1, 1]
    assert store.payment("payment1") == a_payment(due_at=190, tries=1, version=1)


def test_a_lease_of_an_absent_record_creates_nothing(store: TableStore) -> None:
    tries = store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=10), until=190)

    assert tries is None
    assert store.payment("payment1") is None


def test_a_concurrent_save_wins_over_a_lease(store: TableStore) -> None:
    store.save(a_payment(due_at=10))
    store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=10), until=190)

    store.save(a_payment(due_at=None, status=Status.PAID, version=1))

    assert store.payment("payment1") == a_payment(status=Status.PAID, version=2)
