"""The AWS adapters' twins in memory: the same decisions over plain dictionaries, with faults on command.

A fault is a function put at `store.table.around`; it is handed each call and may refuse it, lose its answer,
repeat it, or raise what nothing catches before or after it.
"""

import base64
import json
from collections.abc import Callable
from threading import Lock
from typing import Any

from portone_local.twins.clock import Clock
from portone_local.twins.dynamo import MemoryTable
from portone_payments.adapters.aws.queue import parse_due, write_due
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.payment_items import decode
from portone_payments.adapters.dynamo.payments import TableStore
from portone_payments.domain.errors.common import SecretsUnavailable, StorageUnavailable
from portone_payments.domain.records.kept import Written
from portone_payments.ports.store import Conflict, Due
from portone_payments.ports.world import Ids, WebhookSecrets


def throttled(_operation: str, _call: Callable[[], Any]) -> Any:
    """DynamoDB refuses, and refused each retry too."""
    raise StorageUnavailable(service="dynamodb", reason="ThrottlingException")


def answer_lost(_operation: str, call: Callable[[], Any]) -> Any:
    """The call is carried out, its answer never arrives."""
    call()
    raise StorageUnavailable(service="dynamodb", reason="ReadTimeoutError")


def retried(_operation: str, call: Callable[[], Any]) -> Any:
    """The first answer is lost and the SDK sends the same call again."""
    call()
    return call()


def in_conflict(_operation: str, _call: Callable[[], Any]) -> Any:
    """Another transaction touches the item right now."""
    raise Conflict


class MemoryStore(TableStore):
    """`Store` in memory. `store.table.around` injects faults, `store.table.log` counts request units."""

    table: MemoryTable

    def __init__(self, ids: Ids) -> None:
        super().__init__(MemoryTable(), ids)

    def dump(self) -> list[Item]:
        """Every item, as DynamoDB would export it."""
        return self.table.dump()

    def records(self) -> list[Written]:
        """Every record, without the history that has items of its own."""
        return [decode(item) for item in self.dump() if not item["sk"]["S"].startswith("history#")]


class MemoryQueue:
    """`Queue` in memory: messages become visible when the clock says so and are gone once received."""

    def __init__(self, clock: Clock) -> None:
        self.available = True
        self.bodies: list[str] = []
        self._clock = clock
        self._waiting: list[tuple[float, str]] = []
        self._lock = Lock()

    def send(self, work: tuple[Due, ...], *, delay: int = 0) -> None:
        """Send hints; `delay` in seconds. Raises `StorageUnavailable` while not available."""
        if not self.available:
            raise StorageUnavailable(service="sqs", reason="EndpointConnectionError")
        bodies = [write_due(due) for due in work]
        with self._lock:
            self.bodies += bodies
            self._waiting += [(self._clock.now() + delay, body) for body in bodies]

    def backlog(self) -> int:
        """How many messages wait, visible or not."""
        if not self.available:
            raise StorageUnavailable(service="sqs", reason="EndpointConnectionError")
        return len(self._waiting)

    def receive_bodies(self, limit: int = 10) -> tuple[str, ...]:
        """Take visible messages, oldest first."""
        with self._lock:
            taken = self._visible()[:limit]
            for message in taken:
                self._waiting.remove(message)
        return tuple(body for _, body in taken)

    def receive(self, limit: int = 10) -> tuple[Due, ...]:
        """Take visible hints, oldest first."""
        return tuple(due for body in self.receive_bodies(limit) if (due := parse_due(body)))

    def lose_all(self) -> None:
        """Forget every message, visible or not."""
        with self._lock:
            self._waiting.clear()

    def _visible(self) -> list[tuple[float, str]]:
        now = self._clock.now()
        return sorted((message for message in self._waiting if message[0] <= now), key=lambda each: each[0])


class FixedSecrets:
    """`Secrets` from memory; `rotate` is seen after the next refresh, as with the cache of the real one."""

    def __init__(
        self, *, api: str, signing: tuple[str, ...], hash_key: str = "fake-hash-key-of-no-use-to-anybody"
    ) -> None:
        self.available = True
        self._api = api
        self._webhook = WebhookSecrets(signing)
        self._hash_key = hash_key
        self._next: WebhookSecrets | None = None
        self._newest = 1

    def new_key_version(self) -> None:
        """The operator adds a newer version of every retained key; the older ones stay."""
        self._newest += 1

    def rotate(self, *signing: str) -> None:
        """The operator stores other signing secrets."""
        self._next = WebhookSecrets(signing)

    def paste_api_secret(self, secret: str) -> None:
        """The operator stores another API secret, the right one or not."""
        self._api = secret

    def api_secret(self) -> str:
        """PortOne's API secret."""
        self._check()
        return self._api

    def webhook(self) -> WebhookSecrets:
        """The signing secrets as last read."""
        self._check()
        return self._webhook

    def hash_key(self) -> str:
        """The key of keyed hashes."""
        self._check()
        return self._hash_key

    def charge_keys(self) -> dict[int, str]:
        """The key of charges' paymentIds."""
        self._check()
        newer = {version: f"fake-charge-key-{version}" for version in range(2, self._newest + 1)}
        return {1: "fake-charge-key"} | newer

    def refresh_webhook(self) -> bool:
        """Read anew; whether there was something to read."""
        self._check()
        if self._next is None:
            return False
        self._webhook, self._next = self._next, None
        return True

    def _check(self) -> None:
        if not self.available:
            raise SecretsUnavailable(reason="unanswered")


class PlainVault:
    """`Vault` without a secret: a ciphertext shows no plaintext, nor its Base64, and holds to its context."""

    def encrypt(self, plaintext: str, *, context: dict[str, str]) -> str:
        """Text that only `decrypt` in the same context turns back."""
        return base64.b64encode(_flipped(json.dumps([plaintext, context]).encode())).decode()

    def decrypt(self, ciphertext: str, *, context: dict[str, str]) -> str:
        """The plaintext. Raises `StorageUnavailable` in another context, as KMS refuses."""
        try:
            plaintext, bound = json.loads(_flipped(base64.b64decode(ciphertext, validate=True)))
        except ValueError:
            raise StorageUnavailable(service="kms", reason="not_a_ciphertext") from None
        if bound != context:
            raise StorageUnavailable(service="kms", reason="InvalidCiphertextException")
        return str(plaintext)


def _flipped(text: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in text)
