"""What every store promises, in memory and on DynamoDB."""

import base64
from dataclasses import replace
from typing import Any
from zlib import crc32

import pytest

from portone_local.testing.records import NOW, a_hint, a_payment, a_request, a_stray, an_order, history
from portone_payments.adapters.keys import key_of
from portone_payments.adapters.tables import TableStore
from portone_payments.domain.errors import InvalidRequest, StorageUnavailable
from portone_payments.domain.records import DUE_SHARDS, Attention, HintState, Payment, Record, Seen, Status
from portone_payments.domain.snapshot import Channel, Method, PayMethod, VirtualAccount
from portone_payments.ports import Conflict, Due, Kind

STRANGE_IDS = ("a/b", "a#b", "a%23b", "a|b", "", " ", "\x00", "한글", "😀", "\ud800", "..")

FULL_PAYMENT = a_payment(
    offers={"ios": ("CARD", "EASY_PAY"), "web": ()},
    status=Status.VIRTUAL_ACCOUNT_ISSUED,
    status_at=NOW + 0.000001,
    seen=Seen(
        transaction_id="t-1",
        updated_at=1_767_323_045_678_901,
        total=1_000,
        paid=0,
        discount=0,
        cancelled=0,
        cancelled_tax_free=0,
        cancellations={"c-1": "SUCCEEDED"},
        method=Method(
            kind=PayMethod.VIRTUAL_ACCOUNT,
            virtual_account=VirtualAccount(bank=None, number="0000000001", holder="가나다", due_at=None),
        ),
        channel=Channel(test=False, pg_provider="DANAL", pg_merchant_id="m-1"),
    ),
    hints={"wh_1": a_hint(transaction_id="t-1")},
    history=tuple(
        replace(entry, data={"total": 1_000, "late": True, "kind": "paid"}) for entry in history(2)
    ),
    next_seq=3,
    due_at=1_767_323_075,
    attention=Attention.LAGGING,
    attention_at=NOW,
)


def shard(id_: str) -> int:
    return crc32(id_.encode()) % DUE_SHARDS


def all_due(store: TableStore, kind: Kind, *, before: float = NOW + 1e6, limit: int = 10) -> list[Due]:
    return [
        due for number in range(DUE_SHARDS) for due in store.due(kind, number, before=before, limit=limit)
    ]


def read_again(store: TableStore, record: Record) -> Record | None:
    readings: dict[str, Any] = {
        "Order": lambda it: store.order(it.order_id),
        "Payment": lambda it: store.payment(it.payment_id),
        "ClientRequest": lambda it: store.request(it.user_id, it.route, it.key),
        "Stray": lambda it: store.stray(it.webhook_id),
    }
    found: Record | None = readings[type(record).__name__](record)
    return found


@pytest.mark.parametrize(
    "record", [an_order(), FULL_PAYMENT, a_request(), a_stray(due_at=5)], ids=lambda it: type(it).__name__
)
def test_a_saved_record_reads_back_one_version_on(store: TableStore, record: Record) -> None:
    store.save(record)

    found = read_again(store, record)

    assert found == replace(record, version=1)


def test_what_was_never_saved_is_absent(store: TableStore) -> None:
    assert store.order("order-1") is None
    assert store.payment("payment1") is None
    assert store.request("user-1", "POST /payments", "key-1") is None
    assert store.stray("wh_1") is None


@pytest.mark.parametrize("strange", STRANGE_IDS, ids=ascii)
def test_no_id_imitates_another(store: TableStore, strange: str) -> None:
    store.save(an_order("a"), an_order("b"))
    store.save(a_request("b", user_id="u", route="a"))

    assert store.order(strange) is None
    assert store.request("u#a", "b", strange) is None


def test_an_id_too_long_for_a_key_is_absent(store: TableStore) -> None:
    assert store.order("x" * 10_000) is None


def test_an_id_too_long_for_a_key_is_refused(store: TableStore) -> None:
    with pytest.raises(InvalidRequest):
        store.save(an_order("x" * 10_000))


def test_a_new_record_is_refused_where_one_exists(store: TableStore) -> None:
    store.save(an_order(total=1_000))

    with pytest.raises(Conflict):
        store.save(an_order(total=2_000))

    assert store.order("order-1") == an_order(total=1_000, version=1)


def test_a_stale_version_is_refused(store: TableStore) -> None:
    store.save(a_payment())
    store.save(a_payment(version=1, status=Status.PAID))

    with pytest.raises(Conflict):
        store.save(a_payment(version=1, status=Status.FAILED))

    assert store.payment("payment1") == a_payment(version=2, status=Status.PAID)


def test_a_version_of_a_record_that_does_not_exist_is_refused(store: TableStore) -> None:
    with pytest.raises(Conflict):
        store.save(a_payment(version=3))

    assert store.payment("payment1") is None


def test_several_records_are_saved_together(store: TableStore) -> None:
    store.save(an_order(payment_id="payment1"), a_payment(), a_request())

    assert store.order("order-1") == an_order(payment_id="payment1", version=1)
    assert store.payment("payment1") == a_payment(version=1)
    assert store.request("user-1", "POST /payments", "key-1") == a_request(version=1)


def test_several_records_are_refused_together(store: TableStore) -> None:
    store.save(a_payment())

    with pytest.raises(Conflict):
        store.save(an_order(), a_payment())

    assert store.order("order-1") is None


def test_due_work_is_found_oldest_first_up_to_now_and_limit(store: TableStore) -> None:
    same_shard = [f"p{number}" for number in range(200) if shard(f"p{number}") == shard("p0")][:4]
    for due_at, payment_id in zip((30, 10, 20, 40), same_shard, strict=True):
        store.save(a_payment(payment_id, due_at=due_at))

    due = store.due(Kind.PAYMENT, shard("p0"), before=30.5, limit=2)
    all_of_it = store.due(Kind.PAYMENT, shard("p0"), before=30.5, limit=10)

    assert [each.due_at for each in due] == [10, 20]
    assert [each.id for each in all_of_it] == [same_shard[1], same_shard[2], same_shard[0]]


def test_finished_work_leaves_the_due_index(store: TableStore) -> None:
    store.save(a_payment(due_at=10))
    store.save(a_payment(due_at=None, version=1))

    assert all_due(store, Kind.PAYMENT) == []


def test_kinds_of_due_work_do_not_mix(store: TableStore) -> None:
    store.save(a_stray("wh/1", due_at=10))

    assert all_due(store, Kind.PAYMENT) == []
    assert all_due(store, Kind.STRAY) == [Due(kind=Kind.STRAY, id="wh/1", due_at=10)]


def test_a_lease_pushes_the_due_mark_and_counts_a_try(store: TableStore) -> None:
    store.save(a_payment(due_at=10))

    first = store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=10), until=190)
    second = store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=190), until=370)

    assert (first, second) == (1, 2)
    assert all_due(store, Kind.PAYMENT) == [Due(kind=Kind.PAYMENT, id="payment1", due_at=370)]


def test_a_lease_of_what_was_moved_before_is_none(store: TableStore) -> None:
    store.save(a_payment(due_at=50))

    tries = store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=10), until=190)

    assert tries is None
    assert store.payment("payment1") == a_payment(due_at=50, version=1)


def test_a_lease_of_what_is_gone_creates_nothing(store: TableStore) -> None:
    tries = store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=10), until=190)

    assert tries is None
    assert store.payment("payment1") is None


def test_a_save_under_way_wins_over_a_lease(store: TableStore) -> None:
    store.save(a_payment(due_at=10))
    store.lease(Due(kind=Kind.PAYMENT, id="payment1", due_at=10), until=190)

    store.save(a_payment(due_at=None, status=Status.PAID, version=1))

    assert store.payment("payment1") == a_payment(status=Status.PAID, version=2)


def test_my_payments_come_newest_first_in_pages(store: TableStore) -> None:
    for number in range(5):
        store.save(a_payment(f"p{number}", created_at=NOW + number / 10))
    store.save(a_payment("theirs", user_id="user-2"))

    first = store.mine("user-1", cursor=None, limit=2)
    second = store.mine("user-1", cursor=first.cursor, limit=2)
    third = store.mine("user-1", cursor=second.cursor, limit=2)

    pages = [[payment.payment_id for payment in page.items] for page in (first, second, third)]
    assert pages == [["p4", "p3"], ["p2", "p1"], ["p0"]]
    assert third.cursor is None


def test_a_full_last_page_has_no_cursor(store: TableStore) -> None:
    store.save(a_payment())

    assert store.mine("user-1", cursor=None, limit=1).cursor is None


def test_another_users_cursor_stays_inside_my_payments(store: TableStore) -> None:
    for number in range(3):
        store.save(a_payment(f"mine{number}", created_at=NOW + number))
        store.save(a_payment(f"theirs{number}", user_id="user-2", created_at=NOW + number))
    theirs = store.mine("user-2", cursor=None, limit=1).cursor

    page = store.mine("user-1", cursor=theirs, limit=10)

    assert {payment.user_id for payment in page.items} == {"user-1"}


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", "e30", "MDE3I2E/", "한글", "A" * 10_000, "MTIz", "I2Fi", "LTEjYQ", "MSNhI2I"]
)
def test_a_cursor_nobody_made_is_refused(store: TableStore, cursor: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        store.mine("user-1", cursor=cursor, limit=10)

    assert raised.value.data["field"] == "cursor"


def test_a_cursor_somebody_made_up_stays_inside_my_payments(store: TableStore) -> None:
    store.save(a_payment("theirs", user_id="user-2"))
    made_up = base64.urlsafe_b64encode(b"99999999999999999#z").decode()

    assert store.mine("user-1", cursor=made_up, limit=10).items == ()


def test_payments_needing_attention_come_oldest_first_in_pages(store: TableStore) -> None:
    for number, at in enumerate((NOW + 2.25, NOW, NOW + 1)):
        store.save(a_payment(f"p{number}", attention=Attention.SURPLUS, attention_at=at))
    store.save(a_payment("other", attention=Attention.UNKNOWN, attention_at=NOW))

    first = store.attention(Attention.SURPLUS, cursor=None, limit=2)
    second = store.attention(Attention.SURPLUS, cursor=first.cursor, limit=2)

    assert [payment.payment_id for payment in first.items] == ["p1", "p2"]
    assert [payment.payment_id for payment in second.items] == ["p0"]
    assert second.cursor is None


def test_more_payments_than_one_batch_holds_come_in_order(store: TableStore) -> None:
    for number in range(105):
        store.save(a_payment(f"p{number}", created_at=NOW + number))

    page = store.mine("user-1", cursor=None, limit=105)

    assert [payment.payment_id for payment in page.items] == [f"p{number}" for number in range(104, -1, -1)]


def test_old_history_moves_to_items_of_its_own(store: TableStore) -> None:
    store.save(a_payment(history=history(61)))

    payment = store.payment("payment1")
    page = store.mine("user-1", cursor=None, limit=10)

    assert payment == a_payment(history=history(61)[21:], version=1)
    assert page.items == (payment,)


def test_a_history_within_its_bound_stays_whole(store: TableStore) -> None:
    store.save(a_payment(history=history(60)))

    assert store.payment("payment1") == a_payment(history=history(60), version=1)


def test_open_hints_are_never_evicted_and_the_newest_closed_ones_stay(store: TableStore) -> None:
    open_hints = [a_hint(number) for number in range(60)]
    closed = [a_hint(number, HintState.DONE) for number in range(100, 160)]
    store.save(a_payment(hints={hint.id: hint for hint in [*closed, *open_hints]}))

    payment = store.payment("payment1")

    assert payment
    assert set(payment.hints) == {hint.id for hint in [*open_hints, *closed[10:]]}


def test_an_item_near_dynamodbs_limit_is_refused(store: TableStore) -> None:
    huge = a_payment(order_name="x" * 360_000)

    with pytest.raises(StorageUnavailable):
        store.save(huge)


def test_what_a_newer_schema_wrote_survives_a_save(store: TableStore) -> None:
    store.save(a_payment(hints={"wh_1": a_hint()}))
    item = raw(store)
    item["schema"] = {"N": "2"}
    item["future"] = {"M": {"nested": {"BOOL": True}}}
    item["hints"]["M"]["wh_1"]["M"]["future"] = {"S": "kept"}
    item["attention"] = {"S": "reason_of_tomorrow"}
    store.table.append(item)

    payment = store.payment("payment1")
    assert payment
    store.save(replace(payment, total=2_000))

    saved = raw(store)
    assert saved["total"] == {"N": "2000"}
    assert saved["schema"] == {"N": "2"}
    assert saved["future"] == {"M": {"nested": {"BOOL": True}}}
    assert saved["hints"]["M"]["wh_1"]["M"]["future"] == {"S": "kept"}
    assert saved["attention"] == {"S": "reason_of_tomorrow"}


def test_what_an_older_schema_lacks_has_its_default(store: TableStore) -> None:
    store.save(a_payment())
    item = raw(store)
    for name in ("next_seq", "status"):
        del item[name]
    store.table.append(item)

    assert store.payment("payment1") == a_payment(version=1)


def test_a_schema_two_ahead_is_not_read(store: TableStore) -> None:
    store.save(a_payment())
    store.table.append(raw(store) | {"schema": {"N": "3"}})

    with pytest.raises(StorageUnavailable):
        store.payment("payment1")


def raw(store: TableStore) -> dict[str, Any]:
    item = store.table.get(key_of("payment", "payment1"))
    assert item
    return item


def test_the_same_payment_type_comes_back(store: TableStore) -> None:
    store.save(FULL_PAYMENT)

    payment = store.payment("payment1")

    assert isinstance(payment, Payment)
    assert type(payment.created_at) is float
    assert type(payment.due_at) is int
    assert type(payment.history[0].data["total"]) is int
