"""Items stay small, and what another version of this code wrote survives."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.adapters.dynamo.keys import Key, key_of
from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.adapters.dynamo.short_names import stored_as
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.records.webhooks import HintState
from tests.support.records import a_hint, a_payment, history


def raw(store: TableStore) -> dict[str, Any]:
    item = store.table.get(key_of("payment", "payment1"))
    assert item
    return item


def test_old_history_moves_to_items_of_its_own(store: TableStore) -> None:
    store.save(a_payment(history=history(41)))

    moved = [store.table.get(Key("payment#payment1", f"history#{seq:08d}")) for seq in range(1, 9)]
    assert [item and item["n"]["N"] for item in moved] == [*map(str, range(1, 8)), None]
    assert store.payment("payment1") == a_payment(history=history(41)[7:], version=1)
    assert store.mine("user-1", cursor=None, limit=10).items == (store.payment("payment1"),)


def test_a_history_within_its_bound_stays_whole(store: TableStore) -> None:
    store.save(a_payment(history=history(40)))

    assert store.payment("payment1") == a_payment(history=history(40), version=1)


def test_open_hints_are_never_evicted_and_the_newest_closed_ones_stay(store: TableStore) -> None:
    open_hints = [a_hint(number) for number in range(60)]
    closed = [a_hint(number, HintState.DONE) for number in range(100, 160)]
    store.save(a_payment(hints={hint.id: hint for hint in [*closed, *open_hints]}))

    payment = store.payment("payment1")

    assert payment
    assert set(payment.hints) == {hint.id for hint in [*open_hints, *closed[52:]]}


def test_an_item_near_dynamodbs_limit_is_refused(store: TableStore) -> None:
    huge = a_payment(order_name="x" * 360_000)

    with pytest.raises(StorageUnavailable):
        store.save(huge)


def test_fields_of_a_newer_schema_survive_a_save(store: TableStore) -> None:
    store.save(a_payment(hints={"wh_1": a_hint()}))
    item = raw(store)
    item["schema"] = {"N": "2"}
    item["future"] = {"M": {"nested": {"BOOL": True}}}
    item["hints"]["M"]["wh_1"]["M"]["future"] = {"S": "kept"}
    tomorrow = {"kind": {"S": "reason_of_tomorrow"}, "subject": {"S": "payment"}, "at": {"N": "1.5"}}
    item["attentions"] = {"L": [{"M": tomorrow}]}
    store.table.append(item)

    payment = store.payment("payment1")
    assert payment
    store.save(replace(payment, total=2_000))

    saved = raw(store)
    assert saved[stored_as(Payment, "total")] == {"N": "2000"}
    assert saved["schema"] == {"N": "2"}
    assert saved["future"] == {"M": {"nested": {"BOOL": True}}}
    assert saved["hints"]["M"]["wh_1"]["M"]["future"] == {"S": "kept"}
    assert saved["attentions"] == {"L": [{"M": tomorrow}]}


def test_a_field_an_older_schema_lacks_has_its_default(store: TableStore) -> None:
    store.save(a_payment())
    item = raw(store)
    for name in (stored_as(Payment, "next_seq"), "status"):
        del item[name]
    store.table.append(item)

    assert store.payment("payment1") == a_payment(version=1)


def test_a_schema_two_ahead_is_not_read(store: TableStore) -> None:
    store.save(a_payment())
    store.table.append(raw(store) | {"schema": {"N": "3"}})

    with pytest.raises(StorageUnavailable):
        store.payment("payment1")
