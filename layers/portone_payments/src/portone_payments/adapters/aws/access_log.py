"""The access log: a CloudWatch log group of its own, written within the request that it records."""

import json
import secrets
from typing import Any

from portone_payments.adapters.aws.clients import answered, code_of, failures
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.ports.identity import Access


class CloudWatchAccessLog:
    """The real `AccessLog`, over a low-level boto3 CloudWatch Logs client; one stream per container."""

    def __init__(self, client: Any, group: str) -> None:
        self._client = client
        self._group = group
        self._stream = ""

    def write(self, access: Access) -> None:
        """Write one line; one that CloudWatch accepts without storing it counts as refused."""
        line = json.dumps(
            {
                "act": access.act,
                "by": access.by,
                "userId": access.user_id,
                "purpose": access.purpose,
                "reason": access.reason,
                "requestId": access.request_id,
            },
            ensure_ascii=False,
        )
        events = [{"timestamp": int(access.at * 1000), "message": line}]
        with answered("logs"):
            answer = self._put(events)
        if answer.get("rejectedLogEventsInfo"):
            raise StorageUnavailable(service="logs", reason="rejected")

    def _put(self, events: list[dict[str, Any]]) -> Any:
        """Write to this container's stream, or to a new one where somebody deleted it."""
        try:
            return self._sent(events)
        except failures() as error:
            if code_of(error) != "ResourceNotFoundException":
                raise
        self._stream = ""
        return self._sent(events)

    def _sent(self, events: list[dict[str, Any]]) -> Any:
        return self._client.put_log_events(
            logGroupName=self._group, logStreamName=self._opened(), logEvents=events
        )

    def _opened(self) -> str:
        if not self._stream:
            stream = secrets.token_hex(16)
            self._client.create_log_stream(logGroupName=self._group, logStreamName=stream)
            self._stream = stream
        return self._stream
