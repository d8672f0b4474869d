"""Faults of AWS as boto3 meets them, put on one client: refusals, lost answers, resends by the SDK itself."""

import io
import json
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError


class _Body(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        """The body as urllib3 hands it over."""
        yield self.read()


def refuse(client: Any, operation: str, code: str, **members: Any) -> None:
    """Answer every `operation` (such as "PutItem") with AWS's error `code`; nothing is sent."""
    body = json.dumps({"__type": code, "message": "refused by the test", **members}).encode()

    def answer(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 400, HTTPHeaders(), _Body(body))

    client.meta.events.register(f"before-send.*.{operation}", answer)


def lose_answer(client: Any, operation: str) -> None:
    """Carry out every `operation` and never let its answer arrive."""

    def lose(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="")

    client.meta.events.register(f"after-call.*.{operation}", lose)


def resend(client: Any, operation: str) -> None:
    """Let the SDK send every `operation` a second time, as after an answer it never got."""

    def again(attempts: int, **_: Any) -> int | None:
        return 0 if attempts == 1 else None

    client.meta.events.register(f"needs-retry.*.{operation}", again)
