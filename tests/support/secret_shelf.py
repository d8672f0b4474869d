"""Secrets Manager as a shelf of secrets that counts its readers."""

import json
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

from botocore.exceptions import ReadTimeoutError

API_SECRET = "fake-api-secret-of-the-shelf"
WEBHOOK = {
    "current": "whsec_ZmFrZS1jdXJyZW50LXNlY3JldC1vZi10aGUtc2hlbGY=",
    "previous": "whsec_ZmFrZS1wcmV2aW91cy1zZWNyZXQtb2YtdGhlLXNoZWxm",
}
HASH_KEY = {"hashKey": "fake-key-of-keyed-hashes-for-the-shelf"}


class Shelf:
    """A Secrets Manager client whose secrets can change, vanish or spoil."""

    def __init__(self, **secrets: object) -> None:
        self.secrets = secrets
        self.down = False
        self.reads = 0

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803 - boto3's name
        """As boto3 answers. KeyError for a secret that is not there."""
        self.reads += 1
        if self.down:
            raise ReadTimeoutError(endpoint_url="")
        secret = self.secrets[SecretId]
        return {"SecretString": secret if isinstance(secret, str) else json.dumps(secret)}


class MeetingPlace(Shelf):
    """A client that lets a second reader catch up with the first, if there is one."""

    def __init__(self, **secrets: object) -> None:
        super().__init__(**secrets)
        self._readers = Barrier(2, timeout=0.2)

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803 - boto3's name
        """The same, when a second reader has come or does not."""
        with suppress(BrokenBarrierError):
            self._readers.wait()
        return super().get_secret_value(SecretId=SecretId)
