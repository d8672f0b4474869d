"""What every store promises of single records, in memory and on DynamoDB."""

from dataclasses import replace
from typing import Any

import pytest

from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.readings.methods import PayMethod
from portone_payments.domain.readings.payment import Channel, Method, VirtualAccount
from portone_payments.domain.records.bounds import as_saved
from portone_payments.domain.records.kept import AnyRecord
from portone_payments.domain.records.payments import AttentionKind, Payment, Seen, Status
from portone_payments.domain.records.webhooks import HintState
from portone_payments.ports.store import Conflict
from tests.support.records import (
    NOW,
    a_hint,
    a_payment,
    a_request,
    an_order,
    an_unmatched,
    called,
    history,
)

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
    attentions=called(AttentionKind.LAGGING),
)


def read_again(store: TableStore, record: AnyRecord) -> AnyRecord | None:
    readings: dict[str, Any] = {
        "Order": lambda it: store.order(it.order_id),
        "Payment": lambda it: store.payment(it.payment_id),
        "ClientRequest": lambda it: store.request(it.user_id, it.route, it.key),
        "UnmatchedWebhook": lambda it: store.unmatched(it.webhook_id),
    }
    found: AnyRecord | None = readings[type(record).__name__](record)
    return found


@pytest.mark.parametrize(
    "record",
    [an_order(), FULL_PAYMENT, a_request(), an_unmatched(due_at=5)],
    ids=lambda it: type(it).__name__,
)
def test_a_saved_record_reads_back_one_version_on(store: TableStore, record: AnyRecord) -> None:
    store.save(record)

    found = read_again(store, record)

    assert found == replace(record, version=1)


def test_a_saved_record_needs_no_reading_although_its_past_moved_elsewhere(
    store: TableStore,
) -> None:
    closed = {f"wh_{number}": a_hint(number, HintState.DONE) for number in range(70)}
    record = a_payment(hints=closed, history=history(70), next_seq=71)

    store.save(record)

    assert store.payment("payment1") == as_saved(record)


def test_an_unsaved_record_is_absent(store: TableStore) -> None:
    assert store.order("order-1") is None
    assert store.payment("payment1") is None
    assert store.request("user-1", "POST /payments", "key-1") is None
    assert store.unmatched("wh_1") is None


@pytest.mark.parametrize("strange", STRANGE_IDS, ids=ascii)
def test_a_strange_id_is_absent_until_it_is_saved(store: TableStore, strange: str) -> None:
    store.save(an_order("a"))
    store.save(an_order("b"))

    assert store.order(strange) is None


def test_no_ids_imitate_others(store: TableStore) -> None:
    store.save(a_request("b#c", user_id="u", route="a"))

    assert store.request("u#a", "b", "c") is None


def test_an_id_too_long_for_a_key_is_absent(store: TableStore) -> None:
    assert store.order("x" * 10_000) is None


def test_an_id_too_long_for_a_key_is_refused(store: TableStore) -> None:
    with pytest.raises(InvalidRequest):
        store.save(an_order("x" * 10_000))


def test_text_that_is_not_unicode_is_refused(store: TableStore) -> None:
    with pytest.raises(InvalidRequest):
        store.save(an_order(name="\ud800"))


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


def test_numbers_keep_their_type_and_value(store: TableStore) -> None:
    store.save(FULL_PAYMENT)

    payment = store.payment("payment1")

    assert isinstance(payment, Payment)
    assert type(payment.created_at) is float
    assert type(payment.due_at) is int
    assert type(payment.history[0].data["total"]) is int
