"""A look that is not certainly written down is not had."""

import json
from typing import Any

import pytest

from portone_local.stack.ministack import MiniStack
from portone_payments.adapters.aws.access_log import CloudWatchAccessLog
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.identity import Access

LOOK = Access(
    by="staff-1",
    user_id="user-1",
    purpose="signup",
    reason="지원 요청",
    request_id="request-1",
    at=1_767_323_045.0,
)


class Answering:
    """CloudWatch Logs with configured answers."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.streams = 0

    def create_log_stream(self, **_: Any) -> None:
        """One more stream."""
        self.streams += 1

    def put_log_events(self, **_: Any) -> dict[str, Any]:
        """What it is told to."""
        return self.answer


@pytest.mark.ministack
def test_a_look_is_one_line_in_the_group(ministack: MiniStack) -> None:
    client = ministack.client("logs")
    client.create_log_group(logGroupName="looks")
    log = CloudWatchAccessLog(client, "looks")

    log.write(LOOK)
    log.write(LOOK)

    [stream] = client.describe_log_streams(logGroupName="looks")["logStreams"]
    events = client.get_log_events(logGroupName="looks", logStreamName=stream["logStreamName"])["events"]
    assert [json.loads(event["message"]) for event in events] == [
        {
            "act": "reveal",
            "by": "staff-1",
            "userId": "user-1",
            "purpose": "signup",
            "reason": "지원 요청",
            "requestId": "request-1",
        }
    ] * 2


@pytest.mark.ministack
def test_a_deleted_stream_is_recreated(ministack: MiniStack) -> None:
    client = ministack.client("logs")
    client.create_log_group(logGroupName="cleared")
    log = CloudWatchAccessLog(client, "cleared")
    log.write(LOOK)
    [deleted] = client.describe_log_streams(logGroupName="cleared")["logStreams"]
    client.delete_log_stream(logGroupName="cleared", logStreamName=deleted["logStreamName"])

    log.write(LOOK)

    [stream] = client.describe_log_streams(logGroupName="cleared")["logStreams"]
    name = stream["logStreamName"]
    assert len(client.get_log_events(logGroupName="cleared", logStreamName=name)["events"]) == 1


@pytest.mark.ministack
def test_a_missing_group_refuses_the_look(ministack: MiniStack) -> None:
    with pytest.raises(StorageUnavailable):
        CloudWatchAccessLog(ministack.client("logs"), "absent").write(LOOK)


def test_a_line_that_was_accepted_but_not_stored_refuses_the_look() -> None:
    client = Answering({"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 1}})

    with pytest.raises(StorageUnavailable):
        CloudWatchAccessLog(client, "looks").write(LOOK)


def test_one_container_writes_one_stream() -> None:
    client = Answering({})
    log = CloudWatchAccessLog(client, "looks")

    log.write(LOOK)
    log.write(LOOK)

    assert client.streams == 1
