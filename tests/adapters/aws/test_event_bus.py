"""The bus accepts every event or raises."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_payments.adapters.aws.event_bus import BATCH_BYTES, EventBridgeBus, detail_of
from portone_payments.domain.errors.common import StorageUnavailable
from tests.support.aws import refuse
from tests.support.buses import Choosy, events
from tests.support.records import NOW


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


def test_without_events_there_is_no_call() -> None:
    EventBridgeBus(client=None, name="").publish(())


def test_a_refused_entry_is_sent_again_with_the_rest_and_accepted_ones_are_not() -> None:
    client = Choosy("payment1:2", times=1)

    EventBridgeBus(client, "").publish(events(12))

    assert client.calls == [
        [f"payment1:{seq}" for seq in range(1, 11)],
        ["payment1:11", "payment1:12", "payment1:2"],
    ]
    assert sorted(client.taken) == sorted(event.id for event in events(12))


def test_an_entry_that_is_always_refused_is_reported_after_the_others_have_left() -> None:
    client = Choosy("payment1:2", times=99)

    with pytest.raises(StorageUnavailable) as raised:
        EventBridgeBus(client, "").publish(events(12))

    assert raised.value.data == {"service": "events", "reason": "partial_failure"}
    assert len(client.taken) == 11
    assert sum("payment1:2" in call for call in client.calls) == 3


def test_a_call_never_exceeds_the_limit_of_eventbridge() -> None:
    sizes: list[int] = []

    class Weighing(Choosy):
        def put_events(self, *, Entries: Any) -> Any:  # noqa: N803 - boto3's name
            sizes.append(sum(len(entry["Detail"].encode()) for entry in Entries))
            return super().put_events(Entries=Entries)

    client = Weighing("", times=0)
    EventBridgeBus(client, "").publish(events(5, reason="가" * 30_000))

    assert [len(call) for call in client.calls] == [2, 2, 1]
    assert max(sizes) <= BATCH_BYTES


def test_an_oversized_event_is_refused_before_any_call() -> None:
    client = Choosy("", times=0)

    with pytest.raises(StorageUnavailable) as raised:
        EventBridgeBus(client, "").publish(events(1, reason="x" * BATCH_BYTES))

    assert raised.value.data["reason"] == "event_too_large"
    assert client.calls == []


def test_an_oversized_event_delays_no_other() -> None:
    client = Choosy("", times=0)
    too_large = events(1, reason="x" * BATCH_BYTES)

    with pytest.raises(StorageUnavailable):
        EventBridgeBus(client, "").publish((*too_large, *events(3)))

    assert [len(call) for call in client.calls] == [3]


def test_a_bus_that_refuses_is_storage_unavailable() -> None:
    client = boto3.client("events", region_name=REGION, **FAKE_CREDENTIALS)
    refuse(client, "PutEvents", "InternalException")

    with pytest.raises(StorageUnavailable):
        EventBridgeBus(client, "bus").publish(events(1))


def test_the_time_of_an_entry_is_when_it_happened() -> None:
    seen: list[datetime] = []

    class Keeping(Choosy):
        def put_events(self, *, Entries: Any) -> Any:  # noqa: N803 - boto3's name
            seen.extend(entry["Time"] for entry in Entries)
            return super().put_events(Entries=Entries)

    EventBridgeBus(Keeping("", times=0), "").publish(events(1))

    assert seen == [datetime.fromtimestamp(NOW, UTC)]
