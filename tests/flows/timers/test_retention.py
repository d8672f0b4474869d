"""What has been kept for five years is deleted with all that was its; what is open stays."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from portone_local.twins.clock import MovableClock
from portone_local.twins.dynamo import undisturbed
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.tables import MemoryStore, throttled
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.domain.billing_keys.wallet import lapse
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.audit import AuditMark
from portone_payments.domain.records.billing_keys import KeyRef, KeyState, SavedKey, SettledKey, Wallet
from portone_payments.domain.records.bounds import SETTLED_KEYS_KEPT
from portone_payments.domain.records.history import Moment
from portone_payments.domain.records.payments import AttentionKind, Payment, Status
from portone_payments.domain.records.subscriptions import EndReason, Subscription
from portone_payments.domain.retention.rules import KEPT
from portone_payments.domain.shared.times import DAY
from portone_payments.domain.subscriptions.ending import ended
from portone_payments.flows.timers.retention import REACH, Removed, Remover
from portone_payments.ports.store import Conflict, Skipped
from portone_payments.ports.world import Deadline, Metric
from tests.support.billing_records import a_plan, a_trial, a_wallet
from tests.support.poisoned_table import Poison, PoisonedTable
from tests.support.records import NOW, a_payment, an_order, called, history, with_history

OVER: dict[str, Any] = {"status": Status.PAID, "status_at": NOW}
AFTER = NOW + KEPT + DAY


class Shelf:
    """A table, and the job that tidies it."""

    def __init__(self) -> None:
        self.store = MemoryStore(SeededIds())
        self.clock = MovableClock(AFTER)
        self.meter = RecordingMeter(self.clock)
        self.noted: list[Skipped] = []

    def tidy(self, seconds: float = 800.0) -> Removed:
        """One run."""
        remover = Remover(store=self.store, clock=self.clock, meter=self.meter, note=self.noted.append)
        return remover.remove(deadline=Deadline.after(self.clock, seconds))

    @property
    def left(self) -> set[str]:
        """What is there, by partition and sort key."""
        return {f"{item['pk']['S']} {item['sk']['S']}" for item in self.store.dump()}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def ended_subscription(name: str, at: float = NOW, **interesting: Any) -> Subscription:
    living = replace(a_trial(a_plan(), name, user_id="user-1", now=NOW), **interesting)
    return replace(
        ended(replace(living, due_at=None), Moment(now=at, by="app"), EndReason.CUSTOMER), version=0
    )


def test_a_payment_is_deleted_with_its_history_and_its_order(shelf: Shelf) -> None:
    shelf.store.save(with_history(90, **OVER), an_order(payment_id="payment1"))
    shelf.clock.advance(90)

    assert shelf.tidy() == Removed(removed=1)
    assert shelf.left == set()
    assert shelf.meter.counts[Metric.RECORD_ENDED] == 1


def test_nothing_is_deleted_before_its_day(shelf: Shelf) -> None:
    shelf.store.save(a_payment(**OVER))
    shelf.clock = MovableClock(NOW + KEPT - 1)

    assert shelf.tidy() == Removed()
    assert shelf.left == {"payment#payment1 payment"}


@pytest.mark.parametrize("late", [1, 30, 59, 61, 500])
def test_a_payment_that_changed_later_is_deleted_later(shelf: Shelf, late: int) -> None:
    moved = (replace(history(1)[0], at=NOW + late * DAY),)
    shelf.store.save(a_payment(**OVER, history=moved))
    shelf.clock = MovableClock(NOW + KEPT + (late - 1) * DAY)
    early = shelf.tidy()
    shelf.clock.advance(2 * DAY)

    assert (early, shelf.tidy()) == (Removed(), Removed(removed=1))


OPEN: dict[str, Payment] = {
    "due": a_payment("due", due_at=int(NOW), **OVER),
    "called": a_payment("called", attentions=called(AttentionKind.CHARGEBACK), **OVER),
    "quarantined": a_payment("quarantined", quarantined=True, **OVER),
}


@pytest.mark.parametrize("what", OPEN)
def test_an_open_record_is_postponed_and_counted(shelf: Shelf, what: str) -> None:
    shelf.store.save(OPEN[what])

    assert shelf.tidy() == Removed(put_off=1)
    assert f"payment#{what} payment" in shelf.left
    assert shelf.meter.counts[Metric.END_PUT_OFF] == 1


def test_a_postponed_record_is_deleted_once_it_is_settled(shelf: Shelf) -> None:
    shelf.store.save(OPEN["due"])
    shelf.tidy()
    shelf.store.save(replace(OPEN["due"], version=1, due_at=None))
    shelf.clock.advance(DAY)

    assert shelf.tidy() == Removed(removed=1)


def test_a_failed_run_is_made_up_for(shelf: Shelf) -> None:
    shelf.store.save(a_payment(**OVER))
    shelf.clock.advance(REACH - 2 * DAY)

    assert shelf.tidy() == Removed(removed=1)


def test_an_order_stays_until_its_last_payment_is_deleted(shelf: Shelf) -> None:
    later = {**OVER, "status_at": NOW + 300 * DAY}
    shelf.store.save(
        a_payment("payment1", **OVER),
        a_payment("payment2", **later),
        an_order(payment_id="payment2", earlier=("payment1",)),
    )

    first = shelf.tidy()
    kept = shelf.left
    shelf.clock.advance(300 * DAY)

    assert (first, kept) == (Removed(removed=1), {"payment#payment2 payment", "order#order-1 order"})
    assert (shelf.tidy(), shelf.left) == (Removed(removed=1), set())


def test_an_order_still_on_offer_stays(shelf: Shelf) -> None:
    shelf.store.save(a_payment(**OVER), an_order(payment_id="payment1", expires_at=int(AFTER)))

    shelf.tidy()

    assert shelf.left == {"order#order-1 order"}


def test_the_parts_of_an_order_are_deleted_one_by_one_and_the_order_with_its_schedule(shelf: Shelf) -> None:
    schedule = ended_subscription("sub1", at=NOW + 2 * DAY, order_id="order-1")
    shelf.store.save(a_payment(subscription_id="sub1", **OVER), schedule, an_order(subscription_id="sub1"))

    shelf.tidy()
    kept = shelf.left
    shelf.clock.advance(2 * DAY)
    shelf.tidy()

    assert kept == {"subscription#sub1 subscription", "order#order-1 order"}
    assert shelf.left == set()


def test_a_living_subscription_is_never_read(shelf: Shelf) -> None:
    shelf.store.save(replace(a_trial(a_plan(), "sub1", user_id="user-1"), due_at=None))

    assert shelf.tidy() == Removed()
    assert shelf.left == {"subscription#sub1 subscription"}


def test_a_wallet_is_deleted_with_every_index_row_of_its_keys(shelf: Shelf) -> None:
    opened = a_wallet("issue1", user_id="user-1")
    emptied = lapse(opened, replace(opened.keys["issue1"], key_hash="0" * 64), Moment(now=NOW, by="worker"))
    mine, others = (
        [KeyRef(ref=f"{of}:{ref}", user_id=user, billing_key_id="issue1") for of, ref in names]
        for user, names in (
            ("user-1", [("issue", "issue1"), ("key", "0" * 64)]),
            ("user-2", [("issue", "issue2")]),
        )
    )
    shelf.store.save(emptied, *mine, *others)

    assert shelf.tidy() == Removed(removed=1)
    assert shelf.left == {"key#issue%3Aissue2 key"}


def left_key(number: int, **interesting: Any) -> SavedKey:
    key = a_wallet(f"issue{number}", user_id="user-1").keys[f"issue{number}"]
    gone = {"state": KeyState.DELETED, "key_hash": f"{number}" * 64, "settled_at": NOW + number}
    return replace(key, **{**gone, **interesting})


def test_a_key_that_left_its_wallet_is_deleted_with_its_index_rows(shelf: Shelf) -> None:
    young = {"settled_at": None, "state": KeyState.ACTIVE}
    keys = [left_key(each) for each in range(SETTLED_KEYS_KEPT + 1)] + [left_key(9, **young)]
    refs = [
        KeyRef(ref=ref, user_id="user-1", billing_key_id=key.id)
        for key in (keys[0], keys[9])
        for ref in (f"issue:{key.id}", f"key:{key.key_hash}")
    ]
    shelf.store.save(Wallet(user_id="user-1", keys={key.id: key for key in keys}), *refs)
    before = shelf.left

    assert shelf.tidy() == Removed(removed=1)
    assert before - shelf.left == {
        "wallet#user-1 saved-key#issue0",
        "key#issue%3Aissue0 key",
        f"key#key%3A{'0' * 64} key",
    }


def test_a_wallet_is_deleted_with_what_left_it_on_its_last_day(shelf: Shelf) -> None:
    keys = [left_key(each) for each in range(SETTLED_KEYS_KEPT + 4)]
    refs = [
        KeyRef(ref=ref, user_id="user-1", billing_key_id=key.id)
        for key in keys
        for ref in (f"issue:{key.id}", f"key:{key.key_hash}")
    ]
    shelf.store.save(Wallet(user_id="user-1", keys={key.id: key for key in keys}), *refs)
    shelf.clock.advance(30)
    wallet = shelf.store.wallet("user-1")
    assert wallet is not None

    shelf.store.remove(wallet)

    assert shelf.left == set()


def test_a_key_that_returned_to_its_wallet_keeps_its_index_rows(shelf: Shelf) -> None:
    keys = {key.id: key for key in map(left_key, range(SETTLED_KEYS_KEPT + 1))}
    shelf.store.save(
        Wallet(user_id="user-1", keys=keys),
        KeyRef(ref="issue:issue0", user_id="user-1", billing_key_id="issue0"),
    )
    back = left_key(0, state=KeyState.DELETING, settled_at=None)
    wallet = shelf.store.wallet("user-1")
    assert wallet is not None
    shelf.store.save(replace(wallet, keys={**wallet.keys, "issue0": back}))

    assert shelf.tidy() == Removed()
    assert shelf.store.key_ref("issue:issue0") is not None


def test_an_unreadable_record_is_counted_and_stops_no_other(shelf: Shelf) -> None:
    shelf.store.save(a_payment("p1", **OVER))
    shelf.store.save(a_payment("p2", **OVER))
    shelf.store.table = PoisonedTable(shelf.store.table)  # type: ignore[assignment]
    for poison in (Poison.UNREADABLE, Poison.NEWER, Poison.THROTTLED):
        with shelf.store.table.poisoned(item_of(shelf, "payment#p1"), poison):  # type: ignore[attr-defined]
            shelf.tidy()
            assert shelf.left == {"payment#p1 payment"}, poison
            assert [each.id for each in shelf.noted] == ["p1"]
        shelf.noted.clear()

    assert shelf.tidy() == Removed(removed=1)


def test_an_unreadable_saved_method_does_not_reveal_its_user(shelf: Shelf) -> None:
    shelf.store.save(SettledKey(user_id="user-1", key=left_key(0)))
    [item] = shelf.store.dump()
    shelf.store.table.append(item | {"key": {"S": "not a key"}})

    shelf.tidy()

    assert [(each.kind, each.id) for each in shelf.noted] == [("saved-key", "issue0")]


def item_of(shelf: Shelf, partition: str) -> Item:
    return next(item for item in shelf.store.dump() if item["pk"]["S"] == partition)


def test_a_day_that_cannot_be_queried_stops_no_other(shelf: Shelf) -> None:
    shelf.store.save(a_payment("p1", **OVER))
    shelf.store.save(a_payment("p2", **{**OVER, "status_at": NOW - DAY}))
    shelf.store.table.around = on_the("Query", 1, throttled)

    shelf.tidy()

    assert shelf.left == set()
    assert {each.kind for each in shelf.noted} == {"day"}


def on_the(operation: str, nth: int, broken: Callable[[str, Callable[[], Any]], Any]) -> Any:
    """The nth of these calls is broken, every other one is as it should be."""
    count = iter(range(1, 1_000_000))

    def around(called_: str, call: Callable[[], Any]) -> Any:
        if called_ == operation and next(count) == nth:
            return broken(called_, call)
        return undisturbed(called_, call)

    return around


def test_a_concurrent_write_wins_and_none_of_it_is_lost(shelf: Shelf) -> None:
    written = with_history(90, **OVER)
    shelf.store.save(written)
    held = shelf.store.payment("payment1")
    assert held is not None
    shelf.clock.advance(90)

    def first(operation: str, call: Callable[[], Any]) -> Any:
        shelf.store.table.around = undisturbed
        shelf.store.save(replace(held, due_at=int(AFTER)))
        return undisturbed(operation, call)

    shelf.store.table.around = on_the("TransactWriteItems", 1, first)
    before = shelf.left

    assert shelf.tidy() == Removed()
    assert shelf.left == before
    assert shelf.store.spilled("payment", "payment1", range(1, 5))


def test_a_writer_that_read_the_record_before_does_not_recreate_it(shelf: Shelf) -> None:
    shelf.store.save(a_payment(**OVER))
    held = shelf.store.payment("payment1")
    assert held is not None
    shelf.tidy()

    with pytest.raises(Conflict):
        shelf.store.save(replace(held, due_at=int(AFTER)))

    assert shelf.left == set()


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("carried_out", [False, True])
def test_a_run_that_dies_keeps_the_record_that_leads_to_the_rest(
    shelf: Shelf,
    nth: int,
    carried_out: bool,  # noqa: FBT001 - before or after the effect
) -> None:
    shelf.store.save(with_history(300, **OVER), an_order(payment_id="payment1"))
    shelf.clock.advance(300)

    def dies(_: str, call: Callable[[], Any]) -> Any:
        if carried_out:
            call()
        raise KeyboardInterrupt

    shelf.store.table.around = on_the("TransactWriteItems", nth, dies)
    with pytest.raises(KeyboardInterrupt):
        shelf.tidy()
    shelf.store.table.around = undisturbed
    whole = shelf.left

    assert {"payment#payment1 payment", "order#order-1 order"} <= whole or not whole
    shelf.tidy()
    assert shelf.left == set()


def test_a_run_out_of_time_reports_it_and_the_next_continues(shelf: Shelf) -> None:
    shelf.store.save(a_payment(**OVER))

    assert shelf.tidy(seconds=0.0) == Removed(left=True)
    assert shelf.meter.counts[Metric.END_PUT_OFF] == 1
    assert shelf.tidy() == Removed(removed=1)


def test_a_stack_younger_than_five_years_queries_nothing(shelf: Shelf) -> None:
    shelf.store.save(AuditMark(until=int(AFTER), span=1, began=int(AFTER) - 30 * DAY))
    before = len(shelf.store.table.log.calls)

    shelf.tidy()

    assert [call.operation for call in shelf.store.table.log.calls[before:]] == ["GetItem"]


def test_every_day_is_queried_where_the_age_of_the_stack_is_unknown(shelf: Shelf) -> None:
    shelf.store.save(a_payment(**OVER))

    def unreadable(_: str, call: Callable[[], Any]) -> Any:
        call()
        raise StorageUnavailable(service="dynamodb", reason="ThrottlingException")

    shelf.store.table.around = on_the("GetItem", 1, unreadable)

    assert shelf.tidy() == Removed(removed=1)
