"""Keyed hashes: one identifier, one id per key that is alive; nothing leads back to the value."""

import json
from typing import Any

import pytest

from portone_local.stack.ministack import MiniStack
from portone_local.twins.clock import MovableClock
from portone_payments.adapters.aws.hashes import HashKeys, KeyedHashes, SecretHashes
from portone_payments.adapters.aws.secrets import FRESH_SECONDS
from portone_payments.domain.errors.common import SecretsUnavailable
from portone_payments.domain.identity.rules import Field, Identifier

OLD, NEW = "former-key-of-identifiers-in-tests", "newest-key-of-identifiers-in-tests"
CI = Identifier(Field.CI, ("example-ci",))


def hashes(**phases: tuple[str, str]) -> KeyedHashes:
    keys = {name[1:]: {"phase": phase, "key": key} for name, (phase, key) in phases.items()}
    held = HashKeys.parse({"keys": keys})
    return KeyedHashes(lambda: held)


def test_an_identifier_is_looked_up_by_every_key_and_claimed_by_living_ones() -> None:
    rotating = hashes(v1=("retired", OLD), v2=("writing", NEW), v3=("known", NEW), v4=("retired", "gone"))

    found = rotating.claim_ids(CI)

    assert [each.split(".")[:2] for each in found] == [["ci", "1"], ["ci", "2"], ["ci", "3"]]
    assert (rotating.versions(), rotating.claimed(), rotating.writing()) == ((1, 2, 3), (2, 3), 2)


def test_of_very_many_keys_few_are_claimed_by_and_always_the_written_one() -> None:
    alive = {f"v{version}": ("known", NEW) for version in range(2, 40)}

    assert hashes(v1=("writing", OLD), **alive).claimed() == (1, 38, 39)


def test_hashes_of_different_keys_and_kinds_never_meet() -> None:
    one, other = hashes(v1=("writing", OLD)), hashes(v1=("writing", NEW))
    di = Identifier(Field.DI, ("DANAL", "merchant", "example-ci"))
    shifted = Identifier(Field.DI, ("DANAL", "merchantexample", "-ci"))

    ids = {*one.claim_ids(CI), *other.claim_ids(CI), *one.claim_ids(di), *one.claim_ids(shifted)}

    assert len(ids) == 4


def test_no_id_contains_the_value() -> None:
    [claim_id] = hashes(v1=("writing", OLD)).claim_ids(CI)

    assert "example-ci" not in claim_id
    assert "01000000000" not in hashes(v1=("writing", OLD)).phone("01000000000")


def test_the_secret_of_a_fresh_deployment_is_version_one() -> None:
    held = HashKeys.parse({"keys": {}, "first": OLD})

    assert (list(held.alive), held.writing) == ([1], 1)


@pytest.mark.parametrize(
    "secret",
    [
        {},
        {"keys": {}},
        {"keys": {}, "first": "too short"},
        {"keys": {"1": {"phase": "known", "key": OLD}}},
        {"keys": {"1": {"phase": "retired", "key": OLD}}},
        {"keys": {"1": {"phase": "someday", "key": OLD}}},
        {"keys": {"0": {"phase": "writing", "key": OLD}}},
        {"keys": {"one": {"phase": "writing", "key": OLD}}},
        {"keys": ["writing"]},
        {"keys": {"1": {"phase": "writing", "key": OLD}, "2": {"phase": "known", "key": ""}}},
    ],
)
def test_an_unusable_secret_fails_closed(secret: Any) -> None:
    with pytest.raises(SecretsUnavailable):
        HashKeys.parse(secret)


def test_no_repr_shows_a_key() -> None:
    assert OLD not in repr(HashKeys.parse({"keys": {"1": {"phase": "writing", "key": OLD}}}))


@pytest.mark.ministack
def test_a_rotated_secret_is_read_when_the_cache_has_expired(ministack: MiniStack) -> None:
    client, clock = ministack.client("secretsmanager"), MovableClock(1_000.0)
    keys = {"1": {"phase": "writing", "key": OLD}}
    arn = client.create_secret(Name="hashes-rotated", SecretString=json.dumps({"keys": keys}))["ARN"]
    found = SecretHashes(client, clock, arn)
    before = found.versions()
    both = json.dumps({"keys": keys | {"2": {"phase": "known", "key": NEW}}})
    client.put_secret_value(SecretId=arn, SecretString=both)

    at_once = found.versions()
    clock.advance(FRESH_SECONDS)

    assert (before, at_once, found.versions()) == ((1,), (1,), (1, 2))
