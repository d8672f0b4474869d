"""The work queue carries hints, all of them, and nothing but ids."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_local.twins.clock import MovableClock
from portone_local.twins.tables import MemoryQueue
from portone_payments.adapters.aws.queue import SqsQueue, parse_due, write_due
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.store import Due, Kind
from tests.support.aws import refuse

DUE = Due(kind=Kind.PAYMENT, id="payment1", due_at=1_767_323_075)


def hints(count: int) -> tuple[Due, ...]:
    return tuple(Due(kind=Kind.PAYMENT, id=f"p{number}", due_at=number) for number in range(count))


class Sqs:
    """A queue and what was put into it."""

    def __init__(self, client: Any, url: str) -> None:
        self.queue = SqsQueue(client, url)
        self._client = client
        self._url = url

    def bodies(self) -> list[str]:
        found = []
        while messages := self._client.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            found += [message["Body"] for message in messages]
        return found


@pytest.fixture
def moto_queue() -> Iterator[Sqs]:
    with mock_aws():
        client = boto3.client("sqs", region_name=REGION, **FAKE_CREDENTIALS)
        yield Sqs(client, client.create_queue(QueueName="work")["QueueUrl"])


@pytest.fixture
def ministack_queue(ministack: MiniStack, request: pytest.FixtureRequest) -> Sqs:
    client = ministack.client("sqs")
    name = "".join(letter for letter in request.node.name if letter.isalnum())[:80]
    return Sqs(client, client.create_queue(QueueName=name)["QueueUrl"])


@pytest.fixture(params=["moto", pytest.param("ministack", marks=pytest.mark.ministack)])
def sqs(request: pytest.FixtureRequest) -> Sqs:
    found: Sqs = request.getfixturevalue(f"{request.param}_queue")
    return found


def test_every_hint_of_more_than_one_batch_arrives(sqs: Sqs) -> None:
    sqs.queue.send(hints(23))

    found = {parse_due(body) for body in sqs.bodies()}

    assert found == set(hints(23))


def test_a_message_holds_kind_id_and_due_time_and_nothing_else(sqs: Sqs) -> None:
    sqs.queue.send((DUE,))

    (body,) = sqs.bodies()

    assert json.loads(body) == {"kind": "payment", "id": "payment1", "due_at": 1_767_323_075}


def test_a_slot_travels_with_its_hint() -> None:
    due = Due(kind=Kind.SUBSCRIPTION, id="s1", due_at=7, slot=12.345)

    assert parse_due(write_due(due)) == due


@pytest.mark.parametrize("slot", ["soon", True, None, [], 10**400])
def test_an_unreadable_slot_counts_as_none(slot: object) -> None:
    body = json.dumps({"kind": "subscription", "id": "s1", "due_at": 7, "slot": slot})

    assert parse_due(body) == Due(kind=Kind.SUBSCRIPTION, id="s1", due_at=7)


def test_the_backlog_counts_waiting_messages(sqs: Sqs) -> None:
    sqs.queue.send(hints(3))

    assert sqs.queue.backlog() == 3


def test_a_delayed_hint_is_not_received_yet(sqs: Sqs) -> None:
    sqs.queue.send((DUE,), delay=30)

    assert sqs.bodies() == []


def test_without_hints_there_is_no_call() -> None:
    SqsQueue(client=None, url="").send(())


class Choosy:
    """A client that fails some entries of a batch, so many times."""

    def __init__(self, times: int) -> None:
        self.taken: list[str] = []
        self._times = times

    def send_message_batch(self, *, QueueUrl: str, Entries: Any) -> Any:  # noqa: N803, ARG002 - boto3's names
        failed = Entries[1:3] if self._times else []
        self._times -= 1
        self.taken += [each["MessageBody"] for each in Entries if each not in failed]
        return {"Failed": [{"Id": each["Id"]} for each in failed]}


def test_hints_of_a_batch_that_failed_are_sent_once_more() -> None:
    client = Choosy(times=1)

    SqsQueue(client, "").send(hints(4))

    assert sorted(client.taken) == sorted(map(write_due, hints(4)))


def test_hints_that_fail_twice_are_storage_unavailable() -> None:
    with pytest.raises(StorageUnavailable):
        SqsQueue(Choosy(times=2), "").send(hints(4))


@pytest.mark.parametrize("operation", ["SendMessageBatch", "GetQueueAttributes"])
def test_a_queue_that_refuses_is_storage_unavailable(moto_queue: Sqs, operation: str) -> None:
    refuse(moto_queue._client, operation, "OverLimit")

    with pytest.raises(StorageUnavailable):
        moto_queue.queue.send((DUE,)) if operation == "SendMessageBatch" else moto_queue.queue.backlog()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        "not json",
        "[" * 100_000,
        '{"kind":"refund_of_tomorrow","id":"p","due_at":1}',
        '{"kind":"payment","id":7,"due_at":1}',
        '{"kind":"payment","id":"p","due_at":"1"}',
        '{"kind":"payment","id":"p","due_at":true}',
        '{"kind":"payment","id":"p"}',
    ],
    ids=lambda body: body[:40],
)
def test_a_foreign_body_is_no_hint(body: str) -> None:
    assert parse_due(body) is None


def test_memory_delivers_when_the_clock_says_so() -> None:
    clock = MovableClock(1_767_323_045)
    queue = MemoryQueue(clock)
    queue.send(hints(2))
    queue.send((DUE,), delay=30)

    at_once = (queue.backlog(), queue.receive())
    clock.advance(30)

    assert at_once == (3, hints(2))
    assert (queue.backlog(), queue.receive(), queue.backlog()) == (1, (DUE,), 0)


def test_memory_that_is_down_is_storage_unavailable() -> None:
    queue = MemoryQueue(MovableClock(0))
    queue.available = False

    with pytest.raises(StorageUnavailable):
        queue.send((DUE,))
    with pytest.raises(StorageUnavailable):
        queue.backlog()
