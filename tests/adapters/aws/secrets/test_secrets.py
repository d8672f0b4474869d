"""Secrets are cached, survive a short outage and then fail closed."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from portone_local.stack.ministack import MiniStack
from portone_local.twins.clock import MovableClock
from portone_local.twins.tables import FixedSecrets
from portone_payments.adapters.aws.secrets import SecretsManager
from portone_payments.domain.errors.common import SecretsUnavailable
from tests.support.secret_shelf import API_SECRET, HASH_KEY, WEBHOOK, MeetingPlace, Shelf

OTHER = "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlLXNoZWxm"


@pytest.mark.ministack
def test_secrets_are_read_from_secrets_manager(ministack: MiniStack, clock: MovableClock) -> None:
    client = ministack.client("secretsmanager")
    client.create_secret(Name="test/api", SecretString=json.dumps({"apiSecret": API_SECRET}))
    client.create_secret(Name="test/webhook", SecretString=json.dumps(WEBHOOK))
    client.create_secret(Name="test/hash", SecretString=json.dumps(HASH_KEY))

    secrets = SecretsManager(
        client, clock, api_arn="test/api", webhook_arn="test/webhook", hash_key_arn="test/hash"
    )

    assert secrets.api_secret() == API_SECRET
    assert secrets.webhook().signing == (WEBHOOK["current"], WEBHOOK["previous"])
    assert secrets.hash_key() == HASH_KEY["hashKey"]


@pytest.mark.ministack
def test_a_secret_that_does_not_exist_is_unavailable(ministack: MiniStack, clock: MovableClock) -> None:
    secrets = SecretsManager(
        ministack.client("secretsmanager"), clock, api_arn="absent", webhook_arn="absent"
    )

    with pytest.raises(SecretsUnavailable):
        secrets.api_secret()


def test_the_previous_signing_secret_may_be_missing(shelf: Shelf, secrets: SecretsManager) -> None:
    shelf.secrets["webhook"] = {"current": OTHER}

    assert secrets.webhook().signing == (OTHER,)


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
    assert secrets.api_secret() == API_SECRET
    clock.advance(1)
    with pytest.raises(SecretsUnavailable):
        secrets.api_secret()


def test_an_outage_is_probed_twice_a_minute_while_the_last_good_secret_serves(
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

    assert secrets.api_secret() == API_SECRET


def test_a_signature_mismatch_rereads_only_a_secret_older_than_a_minute(
    shelf: Shelf, secrets: SecretsManager, clock: MovableClock
) -> None:
    secrets.webhook()
    shelf.secrets["webhook"] = {"current": OTHER}

    clock.advance(59)
    too_early = (secrets.refresh_webhook(), secrets.webhook().signing[0])
    clock.advance(1)
    in_time = (secrets.refresh_webhook(), secrets.webhook().signing[0])

    assert too_early == (False, WEBHOOK["current"])
    assert in_time == (True, OTHER)


def test_signature_mismatches_in_an_outage_read_at_most_once_a_minute(
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
    shelf = MeetingPlace(api={"apiSecret": API_SECRET})
    secrets = SecretsManager(shelf, clock, api_arn="api", webhook_arn="webhook")

    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: secrets.api_secret(), range(8)))

    assert found == {API_SECRET}
    assert shelf.reads == 1


def test_memory_shows_a_rotation_after_a_refresh() -> None:
    secrets = FixedSecrets(api="fake", signing=("old",))
    secrets.rotate("new", "old")
    before = secrets.webhook().signing

    refreshed = (secrets.refresh_webhook(), secrets.refresh_webhook())

    assert before == ("old",)
    assert refreshed == (True, False)
    assert secrets.webhook().signing == ("new", "old")
