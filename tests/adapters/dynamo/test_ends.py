"""When an item ends: the day the job finds it, and when DynamoDB deletes it by itself."""

from dataclasses import replace
from typing import Any

import pytest

from portone_local.twins.tables import MemoryStore
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.payment_items import KINDS, decode, encode, encode_entry
from portone_payments.domain.audit.days import day_of
from portone_payments.domain.billing_keys.wallet import lapse
from portone_payments.domain.records.billing_keys import KeyRef, SettledKey
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.kept import Written
from portone_payments.domain.records.payments import AttentionKind, SettledRefund, Status
from portone_payments.domain.records.subscriptions import EndReason
from portone_payments.domain.retention.rules import BEHIND, FAR, KEPT
from portone_payments.domain.shared.times import DAY
from portone_payments.domain.subscriptions.ending import ended
from tests.support.billing_records import a_plan, a_trial, a_wallet
from tests.support.records import NOW, a_payment, an_order, called, history, with_history
from tests.support.refund_records import paid, reserved

MOMENT = Moment(now=NOW, by="worker")
LIVING = replace(a_trial(a_plan(), "sub1", user_id="user-1"), due_at=None)
OPEN = a_wallet("issue1", user_id="user-1")
EMPTY = lapse(OPEN, OPEN.keys["issue1"], MOMENT)
LAPSED = replace(EMPTY.keys["issue1"], key_hash="0" * 64)
(REFUND,) = reserved(paid()).refunds.values()
PAID = a_payment(status=Status.PAID, status_at=NOW)
DAY_OF_NOW = day_of(NOW)


def ends(record: Written) -> tuple[str | None, int | None]:
    """The partition it is found in without its shard, and when it is dropped."""
    return said(encode(record, "token"))


def said(item: Item) -> tuple[str | None, int | None]:
    day = item["changed_day"]["S"].rpartition("#")[0] if "changed_day" in item else None
    return day, int(item["ttl"]["N"]) if "ttl" in item else None


@pytest.mark.parametrize(
    ("record", "day", "ttl"),
    [
        (PAID, DAY_OF_NOW, NOW + KEPT + BEHIND),
        (replace(PAID, due_at=1), DAY_OF_NOW, None),
        (replace(PAID, attentions=called(AttentionKind.LATE)), DAY_OF_NOW, None),
        (replace(PAID, status=Status.EXPIRED), f"{DAY_OF_NOW}#end", NOW + KEPT + BEHIND),
        (replace(PAID, status=Status.READY, due_at=1), None, None),
        (an_order(), None, NOW + KEPT),
        (an_order(due_at=1), None, None),
        (an_order(payment_id="payment1"), None, NOW + FAR),
        (LIVING, None, None),
        (ended(LIVING, MOMENT, EndReason.CUSTOMER), f"{DAY_OF_NOW}#end", NOW + KEPT + BEHIND),
        (OPEN, None, None),
        (EMPTY, f"{DAY_OF_NOW}#end", NOW + KEPT + BEHIND),
        (SettledRefund(payment_id="payment1", refund=replace(REFUND, settled_at=NOW)), None, NOW + FAR),
        (SettledKey(user_id="user-1", key=LAPSED), f"{DAY_OF_NOW}#end", NOW + FAR),
        (KeyRef(ref="issue:1", user_id="user-1", billing_key_id="1"), None, None),
    ],
)
def test_an_item_stores_where_it_is_found_and_when_it_expires(
    record: Written, day: str | None, ttl: float | None
) -> None:
    assert ends(record) == (day, None if ttl is None else int(ttl))


def test_a_payment_that_changed_long_after_is_found_by_that_day() -> None:
    moved = replace(PAID, history=(replace(history(1)[0], at=NOW + 90 * DAY),))

    assert ends(moved) == (f"{day_of(NOW + 90 * DAY)}#end", int(NOW + 90 * DAY + KEPT + BEHIND))


def test_a_separate_line_of_history_outlives_its_record_only_where_a_job_failed() -> None:
    line = history(1)[0]

    assert said(encode_entry("payment", "payment1", line)) == (None, int(line.at + FAR))


@pytest.mark.parametrize("record", [ended(LIVING, MOMENT, EndReason.CUSTOMER), EMPTY, PAID])
def test_index_attributes_are_no_part_of_a_record(record: Any) -> None:
    assert decode(encode(record, "token")) == replace(record, version=1)


def test_index_attributes_are_no_part_of_what_left_a_record() -> None:
    left = SettledKey(user_id="user-1", key=LAPSED)

    assert decode(encode(left, "token")) == left


WITHOUT = {
    "plan": "the shop's offer: nothing of a person",
    "pace": "one row: nothing of a person",
    "stops": "one row, bounded: nothing of a person",
    "audit": "one row, bounded: nothing of a person",
    "key": "with its key: the job deletes both",
    "attention": "until a person closes it, with an alarm; then at once",
    "seat": "with the wallet: the job deletes both",
    "discrepancy": "until a person closes it, with an alarm; then half a year",
}
ENDING = {
    "payment",
    "order",
    "subscription",
    "wallet",
    "refund",
    "invoice",
    "saved-key",
    "request",
    "unmatched",
}


def test_every_kind_of_item_has_an_end_or_a_reason() -> None:
    assert set(KINDS) == ENDING | set(WITHOUT)


def test_separate_history_is_the_only_other_kind(memory_store: MemoryStore) -> None:
    memory_store.save(with_history(50))

    kinds = {item["sk"]["S"].partition("#")[0] for item in memory_store.dump()}
    assert kinds == {"payment", "history"}
