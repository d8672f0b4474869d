"""What can happen to one call of AWS: botocore's own exceptions, and what the adapters make of them."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from portone_local.stories.boundaries import Break, Side, fail, sent_twice
from portone_payments.domain.errors.common import SecretsUnavailable, StorageUnavailable
from portone_payments.ports.store import Conflict


def refusal(code: str, **members: Any) -> Callable[[], Exception]:
    """AWS answers with an error."""
    response: Any = {"Error": {"Code": code, "Message": "made up"}, **members}
    return lambda: ClientError(response, "Operation")


def timed_out() -> Exception:
    """No answer in time, also to the SDK's last attempt."""
    return ReadTimeoutError(endpoint_url="")


REASONS = [{"Code": "None"}, {"Code": "TransactionConflict"}]
TIMEOUT: Mapping[str, Break] = {"timeout": fail(timed_out), "lost response": fail(timed_out, Side.AFTER)}
THROTTLED = {"throttle": fail(refusal("ThrottlingException"))}
SENT_TWICE = {"sent twice": sent_twice}
TOUCHED = {"conflict": fail(refusal("TransactionConflictException"))}
CANCELLED = fail(refusal("TransactionCanceledException", CancellationReasons=REASONS))

ON_THE_WIRE: Mapping[str, Mapping[str, Break]] = {
    "dynamodb.get_item": {**THROTTLED, **TIMEOUT},
    "dynamodb.batch_get_item": {**THROTTLED, **TIMEOUT},
    "dynamodb.query": {**THROTTLED, **TIMEOUT},
    "dynamodb.put_item": {**THROTTLED, **TIMEOUT, **SENT_TWICE, **TOUCHED},
    "dynamodb.update_item": {**THROTTLED, **TIMEOUT, **SENT_TWICE, **TOUCHED},
    "dynamodb.transact_write_items": {**THROTTLED, **TIMEOUT, **SENT_TWICE, "conflict": CANCELLED},
    "sqs.send_message_batch": {**THROTTLED, **TIMEOUT, **SENT_TWICE},
    "sqs.get_queue_attributes": {**THROTTLED, **TIMEOUT},
    "secretsmanager.get_secret_value": {**THROTTLED, **TIMEOUT},
    "kms.encrypt": {**THROTTLED, **TIMEOUT},
}
"""By boto3 client method."""


def _unavailable() -> Exception:
    return StorageUnavailable(service="made-up", reason="ThrottlingException")


def _lease_refused(_call: Callable[[], Any]) -> None:
    """Another writer touches the item: no lease."""


_REFUSED = {"throttle": fail(_unavailable)}
_LOST = {"lost response": fail(_unavailable, Side.AFTER)}

IN_MEMORY: Mapping[str, Mapping[str, Break]] = {
    "dynamodb.get": _REFUSED,
    "dynamodb.get_many": _REFUSED,
    "dynamodb.query": _REFUSED,
    "dynamodb.put": {**_REFUSED, **_LOST, **SENT_TWICE, "conflict": fail(Conflict)},
    "dynamodb.push": {**_REFUSED, **_LOST, **SENT_TWICE, "conflict": _lease_refused},
    "sqs.send": {**_REFUSED, **_LOST, **SENT_TWICE},
    "sqs.backlog": _REFUSED,
    "secrets.webhook": {"throttle": fail(SecretsUnavailable)},
    "secrets.hash_key": {"throttle": fail(SecretsUnavailable)},
    "kms.encrypt": _REFUSED,
}
"""By method of the twin in memory."""
