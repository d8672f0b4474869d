"""A secret that is malformed is unavailable, and no secret shows in an error or a repr."""

import pytest

from portone_local.twins.clock import MovableClock
from portone_payments.adapters.aws.secrets import SecretsManager
from portone_payments.domain.errors.common import SecretsUnavailable
from tests.support.secret_shelf import API_SECRET, HASH_KEY, WEBHOOK, Shelf


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "not json",
        "[]",
        {},
        {"previous": "x"},
        {"current": 7},
        {"current": " "},
        {"current": "x", "previous": 7},
        {"current": "changeme"},
        {"current": "REPLACE-ME", "previous": ""},
        {"current": f"whsec_{'A' * 43}="},
    ],
    ids=str,
)
def test_a_malformed_webhook_secret_is_unavailable(
    shelf: Shelf, secrets: SecretsManager, spoiled: object
) -> None:
    shelf.secrets["webhook"] = spoiled

    with pytest.raises(SecretsUnavailable):
        secrets.webhook()


@pytest.mark.parametrize("key", [None, "", 7, "changeme", "x" * 64, "abababab" * 8], ids=str)
def test_a_guessable_key_is_unavailable(shelf: Shelf, clock: MovableClock, key: object) -> None:
    shelf.secrets["keys"] = {"hashKey": key, "1": key}
    secrets = SecretsManager(shelf, clock, hash_key_arn="keys", charge_keys_arn="keys")

    with pytest.raises(SecretsUnavailable):
        secrets.hash_key()
    with pytest.raises(SecretsUnavailable):
        secrets.charge_keys()


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "[]",
        {},
        {"apiSecret": ""},
        {"apiSecret": None},
        {"apiSecret": "REPLACE-ME"},
        {"apiSecret": "changeme"},
        {"apiSecret": "x" * 86},
        {"apiSecret": "two words of a sentence, no secret"},
        {"apiSecret": "store-01234567-89ab-cdef-0123-456789abcdef"},
        {"apiSecret": "channel-key-01234567-89ab-cdef-0123-456789abcdef"},
        {"apiSecret": WEBHOOK["current"]},
    ],
    ids=str,
)
def test_a_malformed_api_secret_is_unavailable(
    shelf: Shelf, secrets: SecretsManager, spoiled: object
) -> None:
    shelf.secrets["api"] = spoiled

    with pytest.raises(SecretsUnavailable):
        secrets.api_secret()


def test_a_malformed_webhook_secret_does_not_affect_the_other(shelf: Shelf, secrets: SecretsManager) -> None:
    shelf.secrets["webhook"] = {"current": "changeme", "previous": WEBHOOK["previous"]}

    assert secrets.webhook().signing == (WEBHOOK["previous"],)


def test_a_secret_is_read_without_a_pasted_line_feed(shelf: Shelf, secrets: SecretsManager) -> None:
    shelf.secrets["api"] = {"apiSecret": f" {API_SECRET}\n"}
    shelf.secrets["webhook"] = {"current": f"{WEBHOOK['current']}\r\n"}
    shelf.secrets["hash"] = {"hashKey": f"{HASH_KEY['hashKey']}\n"}

    assert secrets.api_secret() == API_SECRET
    assert secrets.webhook().signing == (WEBHOOK["current"],)
    assert secrets.hash_key() == HASH_KEY["hashKey"]


def test_no_secret_shows_in_a_repr(secrets: SecretsManager) -> None:
    secrets.api_secret()
    secrets.hash_key()
    shown = repr(secrets) + repr(secrets.webhook())

    assert not any(each in shown for each in [*WEBHOOK.values(), *HASH_KEY.values(), API_SECRET])


def test_a_malformed_secret_is_not_in_the_error(shelf: Shelf, secrets: SecretsManager) -> None:
    shelf.secrets["api"] = "fake-api-secret-not-json"

    with pytest.raises(SecretsUnavailable) as raised:
        secrets.api_secret()

    assert "fake-api-secret" not in f"{raised.value!r} {raised.value.data}"
    assert raised.value.__cause__ is None
