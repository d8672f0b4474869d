"""The identity table in memory, on moto and on MiniStack: the same answers, everything or nothing."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import boto3
import pytest
from moto import mock_aws

from portone_local.stack.identity import MemoryIdentityStore
from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION, MiniStack
from portone_local.template.tables import create_identity_table
from portone_local.twins.ids import SeededIds
from portone_local.twins.tables import answer_lost, in_conflict, retried, throttled
from portone_payments.adapters.dynamo.identity import DynamoIdentityStore, IdentityTable
from portone_payments.adapters.dynamo.identity_keys import encode
from portone_payments.adapters.ids import RandomIds
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.identity import (
    ATTEMPT_KEPT,
    Asked,
    Attempt,
    Claim,
    Counter,
    Gone,
    IdentityRecord,
    Permit,
    Person,
    Sealed,
    Sending,
    Share,
)
from portone_payments.ports.identity import IdentityKind
from portone_payments.ports.store import Conflict

NUMBERS = count()
SEALED = Sealed(
    verification_id="v1",
    provider="DANAL",
    verified_at=1.5,
    expires_at=99,
    key="k",
    facts="f",
    unverified=("x",),
)
RECORDS: tuple[IdentityRecord, ...] = (
    Attempt(
        verification_id="v1",
        user_id="user#1",
        purpose="signup",
        provider="DANAL",
        asked=Asked(channel_key="channel-key-example", needs=("name",), min_age=19, live=True),
        customer_id="EXAMPLECUSTOMER00001",
        created_at=1.0,
        expires_at=900,
        sending=Sending(key="k", call="send", method="SMS", phone="hash", at=2.0, guesses=3),
        due_at=900,
    ),
    Person(
        user_id="user#1",
        verified=True,
        purposes={"signup": SEALED},
        claims=("ci.1.a", "di.1.b"),
        identifiers=SEALED,
        hash_version=1,
        permit=Permit(by="staff", key="k", reason="why", nonce="n", at=1.0, expires_at=2),
        due_at=99,
    ),
    Claim(claim_id="ci.1.a", user_id="user#1"),
    Claim(claim_id="di.1.b", user_id=None, released_at=5),
    Claim(claim_id="ci.1.c", user_id="user#1", since=1.5, shared=1, exclusive=False, due_at=7),
    Share(claim_id="ci.1.c", user_id="user#2", due_at=8),
    Counter(counter_id="send.user#1", at=(1.0, 2.0), expires_at=9),
)


@pytest.fixture(params=["memory", "moto", pytest.param("ministack", marks=pytest.mark.ministack)])
def store(request: pytest.FixtureRequest) -> Iterator[IdentityTable]:
    if request.param == "memory":
        yield MemoryIdentityStore(SeededIds())
    elif request.param == "moto":
        with mock_aws():
            client = boto3.client("dynamodb", region_name=REGION, **FAKE_CREDENTIALS)
            create_identity_table(client, "identity")
            yield DynamoIdentityStore(client, "identity", SeededIds())
    else:
        ministack: MiniStack = request.getfixturevalue("ministack")
        name = f"identity-store-{next(NUMBERS)}"
        create_identity_table(ministack.shared("dynamodb"), name)
        yield DynamoIdentityStore(ministack.client("dynamodb"), name, RandomIds())


def test_a_saved_record_is_read_one_version_on(store: IdentityTable) -> None:
    store.save(*RECORDS)

    found = (
        store.attempt("v1"),
        store.person("user#1"),
        *store.claims(["ci.1.a", "di.1.b", "ci.1.c", "absent"]).values(),
        *store.shares(["ci.1.a", "ci.1.c"], "user#2").values(),
        store.counter("send.user#1"),
    )

    key = str
    assert sorted(map(key, found)) == sorted(map(key, (replace(record, version=1) for record in RECORDS)))


def test_an_unsaved_record_is_absent(store: IdentityTable) -> None:
    assert (store.attempt("v1"), store.person("x" * 3000), store.counter("c")) == (None, None, None)
    assert store.claims(["ci.1.a"]) == {}


def test_a_stale_record_saves_nothing_of_its_transaction(store: IdentityTable) -> None:
    store.save(Person(user_id="user-1"))

    with pytest.raises(Conflict):
        store.save(Person(user_id="user-1"), Claim(claim_id="ci.1.z", user_id="user-1"))

    assert store.claims(["ci.1.z"]) == {}


def test_a_released_identifier_leaves_no_row(store: IdentityTable) -> None:
    store.save(*RECORDS)
    share = store.shares(["ci.1.c"], "user#2")["ci.1.c"]

    store.save(Person(user_id="user#2"), Gone(share))

    assert store.shares(["ci.1.c"], "user#2") == {}
    with pytest.raises(Conflict):
        store.save(Person(user_id="user#3"), Gone(share))
    assert store.person("user#3") is None


def test_due_records_are_those_whose_time_has_come_by_kind(store: IdentityTable) -> None:
    store.save(*RECORDS)

    def due(kind: IdentityKind, before: float) -> list[str]:
        return [each.id for shard in range(4) for each in store.due(kind, shard, before=before, limit=10)]

    assert due(IdentityKind.ATTEMPT, 899) == []
    assert due(IdentityKind.ATTEMPT, 900) == ["v1"]
    assert due(IdentityKind.PERSON, 900) == ["user#1"]
    assert due(IdentityKind.CLAIM, 900) == ["ci.1.c"]
    assert list(store.sharers("ci.1.c", limit=9)) == [("user#2", 8)]


def test_persons_are_found_by_the_hash_key_of_their_claims(store: IdentityTable) -> None:
    store.save(*RECORDS, Person(user_id="user-2", hash_version=2), Person(user_id="user-3"))

    def hashed_by(version: int) -> list[str]:
        return sorted(each.id for shard in range(4) for each in store.hashed_by(version, shard, limit=1))

    assert hashed_by(0) == []
    assert hashed_by(1) == ["user#1"]
    assert hashed_by(2) == ["user#1", "user-2"]


@pytest.mark.parametrize(
    ("record", "ttl"),
    [
        (RECORDS[0], 900 + ATTEMPT_KEPT),
        (RECORDS[1], None),
        (RECORDS[2], None),
        (RECORDS[3], 5 + ATTEMPT_KEPT),
        (RECORDS[6], 9),
        (Person(user_id="user-1", erased_at=7.5), 7 + ATTEMPT_KEPT),
    ],
)
def test_an_expired_record_is_deleted_by_itself(record: IdentityRecord, ttl: int | None) -> None:
    assert encode(record, "token").get("ttl") == (None if ttl is None else {"N": str(ttl)})


@pytest.mark.parametrize(("fault", "raised"), [(throttled, StorageUnavailable), (in_conflict, Conflict)])
def test_a_fault_of_the_table_is_raised_as_one(fault: object, raised: type[Exception]) -> None:
    store = MemoryIdentityStore(SeededIds())
    store.table.around = fault  # type: ignore[assignment]  # one of the faults of memory.py

    with pytest.raises(raised):
        store.save(Person(user_id="user-1"))


def test_a_save_the_sdk_repeats_does_not_lose_to_itself() -> None:
    store = MemoryIdentityStore(SeededIds())
    store.table.around = retried

    store.save(Person(user_id="user-1"), Claim(claim_id="ci.1.a", user_id="user-1"))

    assert len(store.records()) == 2


def test_a_save_whose_answer_was_lost_happened_completely() -> None:
    store = MemoryIdentityStore(SeededIds())
    store.table.around = answer_lost

    with pytest.raises(StorageUnavailable):
        store.save(Person(user_id="user-1"), Claim(claim_id="ci.1.a", user_id="user-1"))

    assert len(store.records()) == 2


def test_fields_of_a_newer_version_are_carried_along() -> None:
    store = MemoryIdentityStore(SeededIds())
    item = encode(Person(user_id="user-1"), "token") | {"schema": {"N": "2"}, "later": {"S": "kept"}}
    store.table.append(item)

    held = store.person("user-1")

    assert held
    store.save(replace(held, verified=True))
    [stored] = store.dump()
    assert (stored["later"], stored["schema"]) == ({"S": "kept"}, {"N": "2"})
