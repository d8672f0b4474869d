"""A secret that is malformed is unavailable, and no secret shows in an error or a repr."""

import pytest

from portone_local.testing.secret_shelf import WEBHOOK, Shelf
from portone_payments.adapters.secrets import SecretsManager
from portone_payments.domain.errors import SecretsUnavailable


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "not json",
        "[]",
        {},
        {"current": "x"},
        {"hashKey": "x"},
        {"current": 7, "hashKey": "x"},
        {"current": " ", "hashKey": "x"},
        {"current": "x", "previous": 7, "hashKey": "x"},
    ],
    ids=str,
)
def test_a_malformed_webhook_secret_is_unavailable(
    shelf: Shelf, secrets: SecretsManager, spoiled: object
) -> None:
    shelf.secrets["webhook"] = spoiled

    with pytest.raises(SecretsUnavailable):
        secrets.webhook()


@pytest.mark.parametrize("spoiled", ["", "[]", {}, {"apiSecret": ""}, {"apiSecret": None}], ids=str)
def test_a_malformed_api_secret_is_unavailable(
    shelf: Shelf, secrets: SecretsManager, spoiled: object
) -> None:
    shelf.secrets["api"] = spoiled

    with pytest.raises(SecretsUnavailable):
        secrets.api_secret()


def test_secrets_are_read_without_the_line_feed_of_a_paste(shelf: Shelf, secrets: SecretsManager) -> None:
    shelf.secrets["api"] = {"apiSecret": " fake-api-secret\n"}
    shelf.secrets["webhook"] = {"current": "whsec_ZmFrZQ==\r\n", "hashKey": "fake-key\n"}

    assert secrets.api_secret() == "fake-api-secret"
    assert secrets.webhook().signing == ("whsec_ZmFrZQ==",)
    assert secrets.webhook().hash_key == "fake-key"


def test_no_secret_shows_in_a_repr(secrets: SecretsManager) -> None:
    secrets.api_secret()
    shown = repr(secrets) + repr(secrets.webhook())

    assert not any(secret in shown for secret in [*WEBHOOK.values(), "fake-api-secret"])


def test_a_malformed_secret_is_not_in_the_error(shelf: Shelf, secrets: SecretsManager) -> None:
    shelf.secrets["api"] = "fake-api-secret-not-json"

    with pytest.raises(SecretsUnavailable) as raised:
        secrets.api_secret()

    assert "fake-api-secret" not in f"{raised.value!r} {raised.value.data}"
    assert raised.value.__cause__ is None
