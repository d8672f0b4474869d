"""What the daily deletion needs of the store, in memory and on real tables: last changes and deletions."""

from dataclasses import replace

import pytest

from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.domain.audit.days import day_of
from portone_payments.domain.billing_keys.wallet import lapse
from portone_payments.domain.records.billing_keys import KeyRef, SettledKey
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import Status
from portone_payments.domain.records.subscriptions import EndReason
from portone_payments.domain.subscriptions.ending import ended
from portone_payments.ports.store import Conflict, Filed
from tests.support.billing_records import a_plan, a_trial, a_wallet
from tests.support.records import NOW, a_payment, an_order, with_history

MOMENT = Moment(now=NOW, by="worker")
OPENED = a_wallet("is/1", user_id="user#1")
EMPTIED = lapse(OPENED, OPENED.keys["is/1"], MOMENT)
ENDED = ended(replace(a_trial(a_plan(), "sub1", user_id="user-1"), due_at=None), MOMENT, EndReason.CUSTOMER)


def test_every_record_last_changed_on_a_day_is_found_under_it(store: TableStore) -> None:
    store.save(a_payment("p1", status=Status.PAID, status_at=NOW))
    store.save(a_payment("p2", status=Status.EXPIRED, status_at=NOW))
    store.save(a_payment("p3", status=Status.READY, status_at=NOW, due_at=1))
    store.save(ENDED, EMPTIED, SettledKey(user_id="user#1", key=EMPTIED.keys["is/1"]))

    assert set(store.filed(day_of(NOW))) == {
        Filed("payment", "p1"),
        Filed("payment", "p2"),
        Filed("subscription", "sub1"),
        Filed("wallet", "user#1"),
        Filed("saved-key", "user#1", "is/1"),
    }
    assert list(store.filed(day_of(NOW + 86_400))) == []


def test_a_record_is_deleted_with_its_own_items_and_no_other(store: TableStore) -> None:
    store.save(with_history(150), an_order())
    store.save(with_history(50, payment_id="payment2", order_id="order-2"))
    payment, order = store.payment("payment1"), store.order("order-1")
    assert payment is not None
    assert order is not None

    store.remove(payment, order)

    assert (store.payment("payment1"), store.order("order-1")) == (None, None)
    assert store.spilled("payment", "payment1", range(1, 120)) == ()
    assert store.payment("payment2") is not None
    assert len(store.spilled("payment", "payment2", range(1, 17))) == 16


def test_a_record_saved_meanwhile_stays_complete(store: TableStore) -> None:
    store.save(with_history(50), an_order())
    payment, order = store.payment("payment1"), store.order("order-1")
    assert payment is not None
    assert order is not None
    store.save(replace(order, name="tea"))

    with pytest.raises(Conflict):
        store.remove(payment, order)

    assert store.payment("payment1") == payment
    assert len(store.spilled("payment", "payment1", range(1, 17))) == 16


def test_a_saved_method_is_deleted_with_its_index_rows_and_its_wallet_stays(store: TableStore) -> None:
    left = SettledKey(user_id="user#1", key=replace(EMPTIED.keys["is/1"], key_hash="0" * 64))
    others = KeyRef(ref="issue:is/2", user_id="user#1", billing_key_id="is/2")
    store.save(OPENED, left, others)
    store.save(KeyRef(ref="issue:is/1", user_id="user#1", billing_key_id="is/1"))
    store.save(KeyRef(ref=f"key:{'0' * 64}", user_id="user#1", billing_key_id="is/1"))

    store.remove(left)

    assert store.settled_key("user#1", "is/1") is None
    assert (store.key_ref("issue:is/1"), store.key_ref(f"key:{'0' * 64}")) == (None, None)
    assert store.key_ref("issue:is/2") is not None
    assert store.wallet("user#1") is not None
