"""The stock hook over boto3's Lambda client: only a clear yes is a yes."""

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, IncompleteReadError, ReadTimeoutError

from portone_payments.adapters.aws.stock_hook import LambdaStockHook

FUNCTION = "arn:aws:lambda:ap-northeast-2:000000000000:function:example-stock"


class Invoked:
    """A Lambda client that answers with `payload`, or raises."""

    def __init__(self, payload: bytes | Exception, **more: Any) -> None:
        self._payload = payload
        self._more = more
        self.calls: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> dict[str, Any]:
        """One synchronous invocation."""
        self.calls.append(call)
        if isinstance(self._payload, Exception):
            raise self._payload
        return {"StatusCode": 200, "Payload": io.BytesIO(self._payload), **self._more}


def reserve(client: Invoked) -> bool:
    return LambdaStockHook(client, FUNCTION).reserve("payment1", 2)


def test_the_hook_gets_payment_and_attempt() -> None:
    client = Invoked(b'{"reserved":true}')

    assert reserve(client)
    (call,) = client.calls
    assert call["FunctionName"] == FUNCTION
    assert json.loads(call["Payload"]) == {"paymentId": "payment1", "attempt": 2}


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'{"reserved":1}',
        b'{"reserved":"true"}',
        b'{"reserved":false}',
        b"\xff",
        b"[" * 4096,
        b'{"reserved":true,"note":"' + b"x" * 5000 + b'"}',
    ],
    ids=str,
)
def test_an_answer_that_is_no_clear_yes_is_a_refusal(payload: bytes) -> None:
    assert not reserve(Invoked(payload))


def test_a_yes_of_a_failed_function_is_a_refusal() -> None:
    assert not reserve(Invoked(b'{"reserved":true}', FunctionError="Unhandled"))


@pytest.mark.parametrize(
    "error",
    [
        ReadTimeoutError(endpoint_url="https://lambda.example"),
        ConnectTimeoutError(endpoint_url="https://lambda.example"),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
        ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Invoke"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_timeout_or_an_error_is_a_refusal(error: Exception) -> None:
    assert not reserve(Invoked(error))
