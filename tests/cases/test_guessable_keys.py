"""A guessable key signs, hashes and names nothing, wherever it is read (case E9)."""

import base64
import json

import pytest

from portone_local.twins.clock import MovableClock
from portone_payments.adapters.aws.hashes import HashKeys
from portone_payments.adapters.aws.secret_shape import signing_key
from portone_payments.adapters.aws.secrets import SecretsManager
from portone_payments.domain.errors.common import SecretsUnavailable
from tests.support.secret_shelf import Shelf

GUESSED = (
    "changeme",
    "x",
    "x" * 64,
    "changeme" * 8,
    "-".join(["changeme"] * 6),
    "0123456789" * 4,
    "abcdefghijklmnopqrstuvwxyzabcdef",
    "a1b2c3d4" * 8,
    "REPLACE-ME",
    "correct-horse",
    "ab" * 32,
)
DRAWN = (
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "kR7vQ2mZ9xTfL4wNpB8sYcHdJ6gUaE3iVoX5tK1rMqWzShDnGyPbCjFeAu0l2O4s",
    "Jd8-_k2LmQz7PwXv0TrBn5YsGh1FcAe9UiOt3RqKx6E",
)
SIGNING = (
    b"changeme",
    b"",
    b"\0" * 32,
    b"changeme" * 4,
    bytes(range(24)),
    b"0123456789abcdef0123456789abcdef",
)


def secrets(key: str) -> SecretsManager:
    shelf = Shelf(keys={"hashKey": key, "1": key})
    return SecretsManager(shelf, MovableClock(0.0), hash_key_arn="keys", charge_keys_arn="keys")


@pytest.mark.parametrize("key", GUESSED, ids=lambda text: str(text)[:20])
def test_a_guessable_key_is_refused(key: str) -> None:
    with pytest.raises(SecretsUnavailable):
        secrets(key).hash_key()
    with pytest.raises(SecretsUnavailable):
        secrets(key).charge_keys()
    with pytest.raises(SecretsUnavailable):
        HashKeys.parse({"keys": {"1": {"phase": "writing", "key": key}}})
    with pytest.raises(SecretsUnavailable):
        HashKeys.parse({"keys": {}, "first": key})


@pytest.mark.parametrize("key", DRAWN)
def test_a_random_key_is_accepted(key: str) -> None:
    assert secrets(key).hash_key() == key
    assert secrets(key).charge_keys() == {1: key}
    assert HashKeys.parse({"keys": {"1": {"phase": "writing", "key": key}}}).writing == 1
    assert signing_key(f"whsec_{base64.b64encode(key[:32].encode()).decode()}")


@pytest.mark.parametrize("key", SIGNING, ids=repr)
def test_a_guessable_signing_key_verifies_nothing(key: bytes) -> None:
    assert signing_key(f"whsec_{base64.b64encode(key).decode()}") is None


def test_one_weak_key_among_several_refuses_all_of_them() -> None:
    keys = json.loads(json.dumps({"1": DRAWN[0], "2": "changeme"}))
    shelf = Shelf(keys=keys)

    with pytest.raises(SecretsUnavailable):
        SecretsManager(shelf, MovableClock(0.0), charge_keys_arn="keys").charge_keys()
