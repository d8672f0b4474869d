"""The identity functions' ports: in memory, or the real adapters on MiniStack."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from portone_local.stack.ministack import MiniStack
from portone_local.template.tables import create_erasures_table, create_identity_table
from portone_local.twins.clock import Clock
from portone_local.twins.dynamo import MemoryTable
from portone_payments.adapters.aws.access_log import CloudWatchAccessLog
from portone_payments.adapters.aws.envelope import KmsEnvelope
from portone_payments.adapters.aws.hashes import HashKeys, KeyedHashes, SecretHashes
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.erasures import DynamoErasureStore, ErasureTable
from portone_payments.adapters.dynamo.identity import DynamoIdentityStore, IdentityTable
from portone_payments.adapters.dynamo.identity_keys import INDEXES, decode
from portone_payments.adapters.portone.identity import IdentityClient
from portone_payments.domain.errors.common import StorageUnavailable
from portone_payments.domain.records.identity import IdentityRecord
from portone_payments.ports.identity import Access
from portone_payments.ports.world import Ids

type Tap = Callable[[str, Any], Any]
IDENTITY_HASH_KEYS = {"1": {"phase": "writing", "key": "example-key-of-identity-hashes-number-1"}}
IDENTITY_RESOURCES = {
    "IdentityTable": "identity",
    "ErasuresTable": "erasures",
    "IdentityKey": "arn:aws:kms:ap-northeast-2:000000000000:key/identity",
    "IdentityHashSecret": "arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:identity",
    "IdentityAccessLog": "identity-access",
}


class MemoryIdentityStore(IdentityTable):
    """`IdentityStore` in memory. `store.table.around` injects faults."""

    table: MemoryTable

    def __init__(self, ids: Ids) -> None:
        super().__init__(MemoryTable(INDEXES), ids)

    def dump(self) -> list[Item]:
        """Every item, as DynamoDB would export it."""
        return self.table.dump()

    def records(self) -> list[IdentityRecord]:
        """Every record."""
        return [decode(item) for item in self.dump()]


class MemoryErasureStore(ErasureTable):
    """`ErasureStore` in memory. `store.table.around` injects faults."""

    table: MemoryTable

    def __init__(self, ids: Ids) -> None:
        super().__init__(MemoryTable(()), ids)

    def dump(self) -> list[Item]:
        """Every item, as DynamoDB would export it."""
        return self.table.dump()


class HeldHashes(KeyedHashes):
    """`Hashes` from memory; `rotate` is seen at once, as by a container whose cache has run out."""

    def __init__(self, keys: Mapping[str, Mapping[str, str]]) -> None:
        self.rotate(keys)
        super().__init__(lambda: self._held)

    def rotate(self, keys: Mapping[str, Mapping[str, str]]) -> None:
        """The operator stores other keys."""
        self._held = HashKeys.parse({"keys": keys})


class MemoryKms:
    """As much of KMS as the envelope needs; a wrapped key shows nothing and opens in its context only."""

    def __init__(self) -> None:
        self._wrapped: dict[bytes, tuple[bytes, dict[str, str]]] = {}

    def generate_data_key(
        self,
        *,
        KeyId: str,  # noqa: N803 - boto3's names
        NumberOfBytes: int,  # noqa: N803 - as above
        EncryptionContext: dict[str, str],  # noqa: N803 - as above
    ) -> dict[str, bytes]:
        """A data key and how it looks wrapped."""
        seed = f"{KeyId}:{len(self._wrapped)}".encode()
        plain, wrapped = hashlib.shake_256(seed).digest(NumberOfBytes), hashlib.sha256(seed).digest()
        self._wrapped[wrapped] = (plain, EncryptionContext)
        return {"Plaintext": plain, "CiphertextBlob": wrapped}

    def decrypt(
        self,
        *,
        CiphertextBlob: bytes,  # noqa: N803 - boto3's names
        EncryptionContext: dict[str, str],  # noqa: N803 - as above
    ) -> dict[str, bytes]:
        """The data key. Raises `StorageUnavailable` in another context, as KMS refuses."""
        plain, bound = self._wrapped.get(CiphertextBlob, (b"", {}))
        if not plain or bound != EncryptionContext:
            raise StorageUnavailable(service="kms", reason="InvalidCiphertextException")
        return {"Plaintext": plain}


class MemoryAccessLog:
    """`AccessLog` in memory; while not `available` it refuses."""

    def __init__(self) -> None:
        self.available = True
        self.lines: list[Access] = []

    def write(self, access: Access) -> None:
        """Keep a line. Raises `StorageUnavailable` while not available."""
        if not self.available:
            raise StorageUnavailable(service="logs", reason="ServiceUnavailableException")
        self.lines.append(access)


def identity_client(
    parameters: Mapping[str, str], secrets: Any, transport: httpx.BaseTransport | None
) -> IdentityClient:
    """The real client, over `transport` or the network."""
    return IdentityClient(
        base_url=parameters.get("PortOneUrl", "https://api.portone.io"),
        secret=secrets.api_secret,
        store_id=parameters["StoreId"],
        transport=transport,
    )


def identity_in_memory(ids: Ids, tap: Tap) -> dict[str, Any]:
    """Ports in this process, by their names in `IdentityDeps`."""
    people = MemoryIdentityStore(ids)
    people.table = tap("dynamodb", people.table)
    erasures = MemoryErasureStore(ids)
    erasures.table = tap("dynamodb", erasures.table)
    return {
        "people": people,
        "erasures": erasures,
        "hashes": HeldHashes(IDENTITY_HASH_KEYS),
        "envelope": KmsEnvelope(tap("kms", MemoryKms()), IDENTITY_RESOURCES["IdentityKey"]),
        "access_log": tap("logs", MemoryAccessLog()),
    }


def identity_resources(ministack: MiniStack, name: str) -> dict[str, str]:
    """Table, key, secret and log group, made on MiniStack."""
    create_identity_table(ministack.shared("dynamodb"), f"{name}-identity")
    create_erasures_table(ministack.shared("dynamodb"), f"{name}-erasures")
    ministack.shared("logs").create_log_group(logGroupName=f"{name}-access")
    secret = json.dumps({"keys": IDENTITY_HASH_KEYS})
    made = ministack.shared("secretsmanager").create_secret(Name=f"{name}-identity", SecretString=secret)
    return {
        "IdentityTable": f"{name}-identity",
        "ErasuresTable": f"{name}-erasures",
        "IdentityKey": ministack.shared("kms").create_key()["KeyMetadata"]["Arn"],
        "IdentityHashSecret": made["ARN"],
        "IdentityAccessLog": f"{name}-access",
    }


def identity_on_ministack(
    ministack: MiniStack, resources: Mapping[str, str], *, clock: Clock, ids: Ids, tap: Tap
) -> dict[str, Any]:
    """The real adapters, by their names in `IdentityDeps`."""
    dynamodb = tap("dynamodb", ministack.client("dynamodb", max_pool_connections=64))
    manager = tap("secretsmanager", ministack.client("secretsmanager"))
    return {
        "people": DynamoIdentityStore(dynamodb, resources["IdentityTable"], ids),
        "erasures": DynamoErasureStore(dynamodb, resources["ErasuresTable"], ids),
        "hashes": SecretHashes(manager, clock, resources["IdentityHashSecret"]),
        "envelope": KmsEnvelope(
            tap("kms", ministack.client("kms", max_pool_connections=64)), resources["IdentityKey"]
        ),
        "access_log": CloudWatchAccessLog(
            tap("logs", ministack.client("logs")), resources["IdentityAccessLog"]
        ),
    }
