"""By what name a PG knows a user."""

import re

import pytest

from portone_payments.domain.windows.customer import customer_id

KEYS = {1: "a key of 64 characters, or so"}
USERS = (
    "user-1",
    "auth0|65f0c1d2e3a4b5c6d7e8f901",
    "8d5f7d0a-4f2b-4d1c-9a51-0c4f5c8f1a77",
    "google-oauth2|109876543210987654321",
    "u" * 128,
    "홍길동",
    "a",
)


@pytest.mark.parametrize("user_id", USERS)
def test_a_pg_gets_20_letters_and_digits_whatever_the_user_id(user_id: str) -> None:
    assert re.fullmatch("[0-9A-Z]{20}", customer_id(user_id, KEYS))


def test_no_two_users_share_one_customer_id() -> None:
    assert len({customer_id(f"user-{number}", KEYS) for number in range(2_000)}) == 2_000


def test_a_user_has_one_customer_id_under_one_key() -> None:
    assert customer_id("user-1", KEYS) == customer_id("user-1", dict(KEYS))


def test_new_users_get_their_customer_id_under_the_newest_key() -> None:
    rotated = KEYS | {2: "another key", 10: "the newest"}

    assert customer_id("user-1", rotated) == customer_id("user-1", {10: "the newest"})
    assert customer_id("user-1", rotated) != customer_id("user-1", KEYS)
