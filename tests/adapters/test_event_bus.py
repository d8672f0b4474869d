"""The bus takes every event or says so; the stream's records are read as they come from AWS."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from portone_local.event_bus import MemoryBus, RecordingBus
from portone_local.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_local.streams import AwsStream
from portone_local.template import ROOT
from portone_local.testing.aws import refuse
from portone_local.testing.records import NOW, a_payment, a_stray, an_order, history
from portone_payments.adapters.codec import item_size
from portone_payments.adapters.event_bus import BATCH_BYTES, EventBridgeBus, changes_in, detail_of
from portone_payments.adapters.ids import RandomIds
from portone_payments.adapters.tables import DynamoStore
from portone_payments.domain.errors import StorageUnavailable
from portone_payments.domain.events import Event, event_of
from portone_payments.ports_store import EventBus


def events(count: int, **data: str) -> tuple[Event, ...]:
    return tuple(
        Event(
            id=f"payment1:{seq}",
            type="payment.paid",
            payment_id="payment1",
            order_id="order-1",
            user_id="user-1",
            currency="KRW",
            seq=seq,
            at=NOW,
            data=data,
        )
        for seq in range(1, count + 1)
    )


class Listening:
    """A bus on AWS, and a queue behind a rule that takes everything."""

    def __init__(self, client: Callable[[str], Any], name: str) -> None:
        bridge, self._sqs = client("events"), client("sqs")
        bridge.create_event_bus(Name=name)
        self.url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        asked = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        bridge.put_rule(Name=name, EventBusName=name, EventPattern='{"source":["portone-payments"]}')
        targets = [{"Id": "queue", "Arn": asked["Attributes"]["QueueArn"]}]
        bridge.put_targets(Rule=name, EventBusName=name, Targets=targets)
        self.bus = EventBridgeBus(bridge, name)

    def heard(self) -> list[dict[str, Any]]:
        """Every event as its consumer gets it."""
        found: list[dict[str, Any]] = []
        while taken := self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"]) for message in taken]
        return found


@pytest.fixture
def listening(ministack: MiniStack, request: pytest.FixtureRequest) -> Listening:
    name = "".join(letter for letter in request.node.name if letter.isalnum())[:60]
    return Listening(ministack.client, name)


@pytest.mark.ministack
def test_every_event_of_more_than_one_call_arrives(listening: Listening) -> None:
    listening.bus.publish(events(23))

    assert {each["detail"]["id"] for each in listening.heard()} == {event.id for event in events(23)}


@pytest.mark.ministack
def test_a_consumer_gets_source_type_time_and_detail(listening: Listening) -> None:
    (event,) = events(1, transactionId="tx-1")

    listening.bus.publish((event,))

    (heard,) = listening.heard()
    assert (heard["source"], heard["detail-type"]) == ("portone-payments", "payment.paid")
    assert heard["detail"] == detail_of(event)
    assert heard["detail"]["at"] == "2026-01-02T03:04:05.500Z"


def test_no_events_are_no_call() -> None:
    EventBridgeBus(client=None, name="").publish(())


class Choosy:
    """EventBridge refusing some entries of a call, so many times; remembers every call."""

    def __init__(self, refused: str, times: int) -> None:
        self.calls: list[list[str]] = []
        self.taken: list[str] = []
        self._refused, self._times = refused, times

    def put_events(self, *, Entries: Any) -> Any:  # noqa: N803 - boto3's name
        ids = [json.loads(entry["Detail"])["id"] for entry in Entries]
        self.calls.append(ids)
        bad = [id_ == self._refused and self._times > 0 for id_ in ids]
        self._times -= any(bad)
        self.taken += [id_ for id_, refused in zip(ids, bad, strict=True) if not refused]
        answers = [{"ErrorCode": "InternalFailure"} if refused else {"EventId": "x"} for refused in bad]
        return {"FailedEntryCount": sum(bad), "Entries": answers}


def test_an_entry_that_is_refused_goes_again_with_the_rest_and_the_others_do_not() -> None:
    client = Choosy("payment1:2", times=1)

    EventBridgeBus(client, "").publish(events(12))

    assert client.calls == [
        [f"payment1:{seq}" for seq in range(1, 11)],
        ["payment1:11", "payment1:12", "payment1:2"],
    ]
    assert sorted(client.taken) == sorted(event.id for event in events(12))


def test_an_entry_that_is_always_refused_is_told_after_the_others_have_left() -> None:
    client = Choosy("payment1:2", times=99)

    with pytest.raises(StorageUnavailable) as raised:
        EventBridgeBus(client, "").publish(events(12))

    assert raised.value.data == {"service": "events", "reason": "partial_failure"}
    assert len(client.taken) == 11
    assert sum("payment1:2" in call for call in client.calls) == 3


def test_a_call_is_never_larger_than_eventbridge_takes() -> None:
    sizes: list[int] = []

    class Weighing(Choosy):
        def put_events(self, *, Entries: Any) -> Any:  # noqa: N803 - boto3's name
            sizes.append(sum(len(entry["Detail"].encode()) for entry in Entries))
            return super().put_events(Entries=Entries)

    client = Weighing("", times=0)
    EventBridgeBus(client, "").publish(events(5, reason="가" * 30_000))

    assert [len(call) for call in client.calls] == [2, 2, 1]
    assert max(sizes) <= BATCH_BYTES


def test_an_event_no_call_can_hold_is_refused_before_any_call() -> None:
    client = Choosy("", times=0)

    with pytest.raises(StorageUnavailable) as raised:
        EventBridgeBus(client, "").publish(events(1, reason="x" * BATCH_BYTES))

    assert raised.value.data["reason"] == "event_too_large"
    assert client.calls == []


def test_a_bus_that_refuses_is_storage_unavailable() -> None:
    client = boto3.client("events", region_name=REGION, **FAKE_CREDENTIALS)
    refuse(client, "PutEvents", "InternalException")

    with pytest.raises(StorageUnavailable):
        EventBridgeBus(client, "bus").publish(events(1))


# ---- the twins on this machine ----


def test_memory_takes_what_it_does_not_refuse_and_says_that_it_refused() -> None:
    bus = MemoryBus()
    bus.refuses = lambda event: event.seq == 2

    with pytest.raises(StorageUnavailable):
        bus.publish(events(3))

    assert [event.seq for event in bus.published] == [1, 3]


def test_memory_that_is_down_takes_nothing() -> None:
    bus = MemoryBus()
    bus.available = False

    with pytest.raises(StorageUnavailable):
        bus.publish(events(1))

    assert bus.published == []


@pytest.mark.parametrize(("times", "kept"), [(0, 3), (99, 0)])
def test_a_recording_bus_keeps_what_was_taken_whole(times: int, kept: int) -> None:
    bus: EventBus = RecordingBus(EventBridgeBus(Choosy("payment1:2", times), ""))

    if times:
        with pytest.raises(StorageUnavailable):
            bus.publish(events(3))
    else:
        bus.publish(events(3))

    assert isinstance(bus, RecordingBus)
    assert len(bus.published) == kept


# ---- stream records ----


def test_the_sample_event_is_a_save_of_a_payment() -> None:
    sample = json.loads((ROOT / "events" / "stream.json").read_text())

    (change,) = changes_in(sample["Records"])

    assert change.before is not None
    assert change.after.next_seq - change.before.next_seq == 1
    assert event_of(change.after, change.after.history[-1]).type == "payment.paid"


@pytest.mark.ministack
def test_a_real_stream_tells_every_save_of_a_payment_and_passes_over_all_else(
    ministack: MiniStack, table_name: str
) -> None:
    store = DynamoStore(ministack.client("dynamodb"), table_name, RandomIds())
    store.save(an_order(), a_payment(history=history(1), next_seq=2))
    store.save(a_stray())
    store.save(a_payment(version=1, history=history(70), next_seq=71))

    records = AwsStream(ministack.client("dynamodbstreams"), table_name).take(1_000)

    first, second = changes_in(json.loads(json.dumps(records)))
    assert (first.before, first.after.next_seq) == (None, 2)
    assert second.before == first.after
    assert second.after.next_seq == 71
    assert {record["dynamodb"]["Keys"]["sk"]["S"] for record in records} >= {"history#00000001", "stray"}
    assert all(item_size(record["dynamodb"]["NewImage"]) for record in records)


def test_a_record_of_a_schema_too_new_is_not_passed_over() -> None:
    sample = json.loads((ROOT / "events" / "stream.json").read_text())
    sample["Records"][0]["dynamodb"]["NewImage"]["schema"] = {"N": "99"}

    with pytest.raises(StorageUnavailable):
        list(changes_in(sample["Records"]))


def test_the_time_of_an_entry_is_when_it_happened() -> None:
    seen: list[datetime] = []

    class Keeping(Choosy):
        def put_events(self, *, Entries: Any) -> Any:  # noqa: N803 - boto3's name
            seen.extend(entry["Time"] for entry in Entries)
            return super().put_events(Entries=Entries)

    EventBridgeBus(Keeping("", times=0), "").publish(events(1))

    assert seen == [datetime.fromtimestamp(NOW, UTC)]
