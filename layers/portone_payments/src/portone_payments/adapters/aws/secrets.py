"""Secrets Manager, cached per container: 5 minutes, last good 15, then fail closed (rule 9.5).

Ages are wall-clock seconds, because a frozen container's monotonic clock may stand still.
"""

import json
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any

from portone_payments.adapters.aws.clients import failures
from portone_payments.adapters.aws.secret_shape import checked_api_secret, checked_key, signing_key
from portone_payments.domain.errors.common import SecretsUnavailable
from portone_payments.ports.world import Clock, WebhookSecrets

FRESH_SECONDS = 300
LAST_GOOD_SECONDS = 900
RETRY_SECONDS = 30  # between attempts while the last good value still serves
REFRESH_SECONDS = 60


class Cached[T]:
    """A value that is read at most when needed, by one thread at a time."""

    def __init__(self, read: Callable[[], T], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._lock = RLock()
        self._value: T | None = None
        self._good_at = 0.0
        self._tried_at = 0.0

    def get(self) -> T:
        """The value. Raises `SecretsUnavailable` when there is none, or only one that is too old."""
        with self._lock:
            if self._older_than(FRESH_SECONDS) and self._untried_for(RETRY_SECONDS):
                self._try()
            if self._value is None or self._older_than(LAST_GOOD_SECONDS):
                raise SecretsUnavailable
            return self._value

    def refresh(self) -> bool:
        """Read anew if value and last attempt are older than a minute; returns whether it was read."""
        with self._lock:
            due = self._older_than(REFRESH_SECONDS) and self._untried_for(REFRESH_SECONDS)
            return due and self._try()

    def _try(self) -> bool:
        self._tried_at = self._clock.now()
        try:
            self._value = self._read()
        except SecretsUnavailable:
            return False
        self._good_at = self._tried_at
        return True

    def _older_than(self, seconds: float) -> bool:
        return self._value is None or not 0 <= self._clock.now() - self._good_at < seconds

    def _untried_for(self, seconds: float) -> bool:
        last_good_serves = not self._older_than(LAST_GOOD_SECONDS)
        return not (last_good_serves and 0 <= self._clock.now() - self._tried_at < seconds)


class SecretsManager:
    """The real `Secrets`, over a low-level boto3 Secrets Manager client.

    The API secret is {"apiSecret"}; the webhook's {"current", "previous"?}, while two are alive; the key of
    keyed hashes {"hashKey"}; the keys of charges' paymentIds are {"1": ..., "2"?: ...}.
    """

    def __init__(
        self,
        client: Any,
        clock: Clock,
        *,
        api_arn: str = "",
        webhook_arn: str = "",
        hash_key_arn: str = "",
        charge_keys_arn: str = "",
    ) -> None:
        self._client = client
        self._api = Cached(lambda: self._read_api(api_arn), clock)
        self._webhook = Cached(lambda: self._read_webhook(webhook_arn), clock)
        self._hash_key = Cached(lambda: self._read_hash_key(hash_key_arn), clock)
        self._charge_keys = Cached(lambda: self._read_charge_keys(charge_keys_arn), clock)

    def api_secret(self) -> str:
        """PortOne's API secret."""
        return self._api.get()

    def webhook(self) -> WebhookSecrets:
        """The signing secrets, current first."""
        return self._webhook.get()

    def hash_key(self) -> str:
        """The key of keyed hashes."""
        return self._hash_key.get()

    def charge_keys(self) -> Mapping[int, str]:
        """The keys of charges' paymentIds, by version."""
        return self._charge_keys.get()

    def refresh_webhook(self) -> bool:
        """After a signature miss: read anew, at most once a minute; returns whether it was read."""
        return self._webhook.refresh()

    def _read_api(self, arn: str) -> str:
        return checked_api_secret(_text(read_secret(self._client, arn), "apiSecret"))

    def _read_charge_keys(self, arn: str) -> Mapping[int, str]:
        secret = read_secret(self._client, arn)
        keys = {int(name): checked_key(_text(secret, name), name) for name in secret if name.isdigit()}
        if not keys:
            raise SecretsUnavailable(reason="malformed")
        return keys

    def _read_webhook(self, arn: str) -> WebhookSecrets:
        secret = read_secret(self._client, arn)
        signing = [
            _text(secret, name) for name in ("current", "previous") if secret.get(name) or name == "current"
        ]
        usable = tuple(secret for secret in signing if signing_key(secret))
        if not usable:
            raise SecretsUnavailable(reason="weak", field="current")
        return WebhookSecrets(usable)

    def _read_hash_key(self, arn: str) -> str:
        return checked_key(_text(read_secret(self._client, arn), "hashKey"), "hashKey")


def read_secret(client: Any, arn: str) -> dict[str, Any]:
    """A secret that holds a JSON object. Raises `SecretsUnavailable`."""
    try:
        found = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
    except (ValueError, KeyError):
        raise SecretsUnavailable(reason="malformed") from None
    except failures():
        raise SecretsUnavailable(reason="unanswered") from None
    if not isinstance(found, dict):
        raise SecretsUnavailable(reason="malformed")
    return found


def _text(secret: dict[str, Any], name: str) -> str:
    value = secret.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SecretsUnavailable(reason="malformed", field=name)
    # a pasted secret often ends with a line feed
    return value.strip()
