"""Secrets on a shelf, and the adapter that reads them."""

import pytest

from portone_local.twins.clock import MovableClock
from portone_payments.adapters.aws.secrets import SecretsManager
from tests.support.secret_shelf import API_SECRET, HASH_KEY, WEBHOOK, Shelf


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(1_767_323_045)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(api={"apiSecret": API_SECRET}, webhook=dict(WEBHOOK), hash=HASH_KEY)


@pytest.fixture
def secrets(shelf: Shelf, clock: MovableClock) -> SecretsManager:
    return SecretsManager(shelf, clock, api_arn="api", webhook_arn="webhook", hash_key_arn="hash")
