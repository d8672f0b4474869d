"""The shop's stock hook: a Lambda function of its own, called before money moves. No clear yes is a no."""

import json
from typing import Any

from portone_payments.adapters.aws.clients import failures

READ_SECONDS = 4.0  # leaves most of the worker's ten seconds an item, and of a request's twenty, to PortOne
MAX_BYTES = 4096


class LambdaStockHook:
    """The real `StockHook`, over a boto3 Lambda client that waits `READ_SECONDS` and never retries."""

    def __init__(self, client: Any, function_arn: str) -> None:
        self._client = client
        self._function = function_arn

    def reserve(self, payment_id: str, attempt: int) -> bool:
        """Whether the hook answered {"reserved": true}; it may be called again with the same payload."""
        payload = json.dumps({"paymentId": payment_id, "attempt": attempt}).encode()
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=payload)
            told = answer["Payload"].read(MAX_BYTES)
        except failures():
            return False
        return not answer.get("FunctionError") and _says_yes(told)


def _says_yes(told: bytes) -> bool:
    try:
        said = json.loads(told)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("reserved") is True
