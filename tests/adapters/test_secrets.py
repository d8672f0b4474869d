"""Secrets are cached, survive a short outage and then fail closed."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from portone_local.clock import MovableClock
from portone_local.memory import FixedSecrets
from portone_local.ministack import MiniStack
from portone_payments.adapters.secrets import SecretsManager
from portone_payments.domain.errors import SecretsUnavailable

WEBHOOK = {
    "current": "whsec_ZmFrZS1jdXJyZW50",
    "previous": "whsec_ZmFrZS1wcmV2aW91cw==",
    "hashKey": "fake-key",
}


class Shelf:
    """A Secrets Manager client whose secrets can change, vanish or spoil."""

    def __init__(self, **secrets: object) -> None:
        self.secrets = secrets
        self.down = False
        self.reads = 0

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803 - boto3's name
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
        with suppress(BrokenBarrierError):
            self._readers.wait()
        return super().get_secret_value(SecretId=SecretId)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(1_767_323_045)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(api={"apiSecret": "fake-api-secret"}, webhook=dict(WEBHOOK))


@pytest.fixture
def secrets(shelf: Shelf, clock: MovableClock) -> SecretsManager:
    return SecretsManager(shelf, clock, "api", "webhook")


@pytest.mark.ministack
def test_both_secrets_are_read_from_secrets_manager(ministack: MiniStack, clock: MovableClock) -> None:
    client = ministack.client("secretsmanager")
    client.create_secret(Name="test/api", SecretString='{"apiSecret":"fake-api-secret"}')
    client.create_secret(Name="test/webhook", SecretString=json.dumps(WEBHOOK))

    secrets = SecretsManager(client, clock, "test/api", "test/webhook")

    assert secrets.api_secret() == "fake-api-secret"
    assert secrets.webhook().signing == (WEBHOOK["current"], WEBHOOK["previous"])
    assert secrets.webhook().hash_key == "fake-key"


@pytest.mark.ministack
def test_a_secret_that_does_not_exist_is_unavailable(ministack: MiniStack, clock: MovableClock) -> None:
    secrets = SecretsManager(ministack.client("secretsmanager"), clock, "absent", "absent")

    with pytest.raises(SecretsUnavailable):
        secrets.api_secret()


def test_the_previous_signing_secret_may_be_missing(shelf: Shelf, secrets: SecretsManager) -> None:
    shelf.secrets["webhook"] = {"current": "whsec_ZmFrZQ==", "hashKey": "fake-key"}

    assert secrets.webhook().signing == ("whsec_ZmFrZQ==",)


def test_a_secret_is_read_once_in_five_minutes(
    shelf: Shelf, secrets: SecretsManager, clock: MovableClock
) -> None:
    secrets.api_secret()
    clock.advance(299)
    secrets.api_secret()
    before = shelf.reads
    clock.advance(1)
    secrets.api_secret()

    assert (before, shelf.reads) == (1, 2)


def test_the_last_good_secret_serves_for_fifteen_minutes_and_not_longer(
    shelf: Shelf, secrets: SecretsManager, clock: MovableClock
) -> None:
    secrets.api_secret()
    shelf.down = True

    clock.advance(899)
    assert secrets.api_secret() == "fake-api-secret"
    clock.advance(1)
    with pytest.raises(SecretsUnavailable):
        secrets.api_secret()


def test_an_outage_is_asked_about_twice_a_minute_while_the_last_good_secret_serves(
    shelf: Shelf, secrets: SecretsManager, clock: MovableClock
) -> None:
    secrets.api_secret()
    shelf.down = True
    clock.advance(300)
    for _ in range(60):
        secrets.api_secret()
        clock.advance(1)

    assert shelf.reads == 1 + 2


def test_secrets_are_served_again_as_soon_as_secrets_manager_answers(
    shelf: Shelf, secrets: SecretsManager
) -> None:
    shelf.down = True
    with pytest.raises(SecretsUnavailable):
        secrets.api_secret()
    shelf.down = False

    assert secrets.api_secret() == "fake-api-secret"


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


def test_a_signature_miss_reads_anew_only_what_is_older_than_a_minute(
    shelf: Shelf, secrets: SecretsManager, clock: MovableClock
) -> None:
    secrets.webhook()
    shelf.secrets["webhook"] = {"current": "whsec_bmV3", "hashKey": "fake-key"}

    clock.advance(59)
    too_early = (secrets.refresh_webhook(), secrets.webhook().signing[0])
    clock.advance(1)
    in_time = (secrets.refresh_webhook(), secrets.webhook().signing[0])

    assert too_early == (False, WEBHOOK["current"])
    assert in_time == (True, "whsec_bmV3")


def test_signature_misses_in_an_outage_read_at_most_once_a_minute(
    shelf: Shelf, secrets: SecretsManager, clock: MovableClock
) -> None:
    secrets.webhook()
    shelf.down = True
    clock.advance(60)

    answers = [secrets.refresh_webhook() for _ in range(10)]

    assert answers == [False] * 10
    assert shelf.reads == 2
    assert secrets.webhook().signing[0] == WEBHOOK["current"]


def test_many_threads_read_a_secret_once(clock: MovableClock) -> None:
    shelf = MeetingPlace(api={"apiSecret": "fake-api-secret"})
    secrets = SecretsManager(shelf, clock, "api", "webhook")

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: secrets.api_secret(), range(8)))

    assert found == {"fake-api-secret"}
    assert shelf.reads == 1


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


def test_memory_shows_a_rotation_after_a_refresh() -> None:
    secrets = FixedSecrets(api="fake", signing=("old",))
    secrets.rotate("new", "old")
    before = secrets.webhook().signing

    refreshed = (secrets.refresh_webhook(), secrets.refresh_webhook())

    assert before == ("old",)
    assert refreshed == (True, False)
    assert secrets.webhook().signing == ("new", "old")
