"""What has left a record lies in an item of its own, written in the same transaction as the record."""

from dataclasses import replace

import pytest

from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.instructions import Refund, RefundState
from portone_payments.domain.records.payments import SettledRefund
from portone_payments.domain.records.subscriptions import SettledInvoice
from portone_payments.ports.store import Conflict, Page
from tests.support.records import NOW, a_payment
from tests.support.subscriptions import running

REFUND = Refund(
    id="r/1",
    amount=100,
    tax_free=0,
    balance=1_000,
    requester="CUSTOMER",
    by="user",
    body_hash="0" * 64,
    key="key",
    token="TO/KEN",
    created_at=NOW,
    state=RefundState.FAILED,
)
LEFT = SettledRefund(payment_id="payment1", refund=REFUND)


def test_a_part_that_left_a_record_is_read_by_its_own_token(store: TableStore) -> None:
    store.save(a_payment(), LEFT)

    assert store.settled_refund("payment1", "TO/KEN") == LEFT
    assert store.settled_refund("payment1", "TO") is None
    assert store.settled_refund("payment2", "TO/KEN") is None


def test_a_part_that_left_a_record_overwrites_its_earlier_writing(store: TableStore) -> None:
    store.save(a_payment(), LEFT)
    again = replace(LEFT, refund=replace(REFUND, code="late"))

    store.save(a_payment(version=1), again)

    assert store.settled_refund("payment1", "TO/KEN") == again


def test_a_record_that_lost_its_race_leaves_nothing_behind(store: TableStore) -> None:
    store.save(a_payment())

    with pytest.raises(Conflict):
        store.save(a_payment(), LEFT)

    assert store.settled_refund("payment1", "TO/KEN") is None


def test_a_save_beyond_one_transaction_is_refused_completely(store: TableStore) -> None:
    many = [replace(LEFT, refund=replace(REFUND, token=f"t-{number}")) for number in range(100)]

    with pytest.raises(StorageUnavailable):
        store.save(a_payment(), *many)

    assert store.payment("payment1") is None


def test_invoices_that_left_a_subscription_are_listed_newest_first(store: TableStore) -> None:
    held = running()
    paid = [replace(held.invoices["1"], id=str(number)) for number in range(1, 13)]
    store.save(replace(held, invoices={each.id: each for each in paid}, next_invoice=13))

    kept = store.subscription("sub1")
    assert kept is not None
    assert list(kept.invoices) == ["12"]
    assert numbers(store.settled_invoices("sub1", before=None, limit=3)) == ["11", "10", "9"]
    assert numbers(store.settled_invoices("sub1", before=3, limit=9)) == ["2", "1"]
    assert numbers(store.settled_invoices("sub", before=None, limit=9)) == []
    assert store.settled_invoice("sub1", "2") == SettledInvoice(subscription_id="sub1", invoice=paid[1])
    assert store.settled_invoice("sub1", "12") is None


def numbers(left: Page[SettledInvoice]) -> list[str]:
    return [each.invoice.id for each in left.items]


def test_lines_of_a_history_that_left_with_an_invoice_are_found_by_their_numbers(store: TableStore) -> None:
    held = running()
    paid = {str(number): replace(held.invoices["1"], id=str(number)) for number in (1, 2)}
    lines = tuple(replace(held.history[0], seq=number) for number in range(1, 7))
    store.save(replace(held, invoices=paid, history=lines, next_seq=7))

    kept = store.subscription("sub1")
    assert kept is not None
    gone = range(1, kept.history[0].seq)
    assert len(gone) > 1
    assert [line.seq for line in store.spilled("subscription", "sub1", gone)] == list(gone)
