"""Buses of tests take what they do not refuse; a stream's records are read as they come from AWS."""

import json
from typing import Any

import pytest

from portone_local.stack.ministack import MiniStack
from portone_local.template.cloudformation import ROOT
from portone_local.twins.event_bus import MemoryBus, RecordingBus
from portone_local.twins.streams import AwsStream
from portone_payments.adapters.aws.event_bus import EventBridgeBus
from portone_payments.adapters.dynamo.codec import item_size
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.adapters.dynamo.stream import changes_in
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.events import Change, event_of, place_of
from portone_payments.ports.store import EventBus, Skipped
from tests.support.buses import Choosy, events
from tests.support.records import a_payment, an_order, an_unmatched, history


def test_memory_accepts_what_it_does_not_refuse_and_reports_the_rest() -> None:
    bus = MemoryBus()
    bus.refuses = lambda event: event.seq == 2

    with pytest.raises(StorageUnavailable):
        bus.publish(events(3))

    assert [event.seq for event in bus.published] == [1, 3]


def test_memory_that_is_down_accepts_nothing() -> None:
    bus = MemoryBus()
    bus.available = False

    with pytest.raises(StorageUnavailable):
        bus.publish(events(1))

    assert bus.published == []


@pytest.mark.parametrize(("times", "kept"), [(0, 3), (99, 0)])
def test_a_recording_bus_keeps_accepted_events_complete(times: int, kept: int) -> None:
    bus: EventBus = RecordingBus(EventBridgeBus(Choosy("payment1:2", times), ""))

    if times:
        with pytest.raises(StorageUnavailable):
            bus.publish(events(3))
    else:
        bus.publish(events(3))

    assert isinstance(bus, RecordingBus)
    assert len(bus.published) == kept


def saves_in(records: list[dict[str, Any]]) -> list[Change]:
    return [each for each in changes_in(records) if isinstance(each, Change)]


def test_the_sample_event_is_a_save_of_a_payment() -> None:
    sample = json.loads((ROOT / "events" / "stream.json").read_text())

    (change,) = saves_in(sample["Records"])

    assert change.before is not None
    assert change.after.next_seq - change.before.next_seq == 1
    assert event_of(change.after, change.after.history[-1]).type == "payment.paid"


@pytest.mark.ministack
def test_a_real_stream_publishes_every_save_of_a_payment_and_skips_all_else(
    ministack: MiniStack, table_name: str
) -> None:
    store = DynamoStore(ministack.client("dynamodb"), table_name, RandomIds())
    store.save(an_order(), a_payment(history=history(1), next_seq=2))
    store.save(an_unmatched())
    store.save(a_payment(version=1, history=history(70), next_seq=71))

    records = AwsStream(ministack.client("dynamodbstreams"), table_name).take(1_000)

    first, second = saves_in(json.loads(json.dumps(records)))
    assert (first.before, first.after.next_seq) == (None, 2)
    assert second.before == first.after
    assert second.after.next_seq == 71
    assert {record["dynamodb"]["Keys"]["sk"]["S"] for record in records} >= {"history#00000001", "unmatched"}
    assert all(item_size(record["dynamodb"]["NewImage"]) for record in records)


def test_an_unreadable_record_is_named_and_hides_no_other() -> None:
    good = json.loads((ROOT / "events" / "stream.json").read_text())["Records"]
    bad = json.loads(json.dumps(good))
    bad[0]["dynamodb"]["NewImage"]["schema"] = {"N": "99"}

    skipped, change = changes_in([*bad, *good])

    assert isinstance(skipped, Skipped)
    assert isinstance(change, Change)
    assert (skipped.kind, skipped.id) == place_of(change.after)
    assert isinstance(skipped.error, StorageUnavailable)


def test_where_the_former_record_is_unreadable_all_of_the_history_is_published() -> None:
    records = json.loads((ROOT / "events" / "stream.json").read_text())["Records"]
    records[0]["dynamodb"]["OldImage"]["schema"] = {"N": "99"}

    (change,) = saves_in(records)

    assert change.before is None
