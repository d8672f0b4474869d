"""The ports behind the handlers: in memory with an in-process PortOne, or the real adapters on MiniStack."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from portone_local.gateway.polling import MemorySource, Source, SqsSource
from portone_local.gateway.streaming import StreamSource
from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET
from portone_local.stack.held_secrets import HeldSecrets
from portone_local.stack.identity import identity_client, identity_in_memory, identity_on_ministack
from portone_local.stack.ministack import MiniStack
from portone_local.stack.resources import RESOURCES, made_resources, queue_rules
from portone_local.twins.clock import Clock
from portone_local.twins.event_bus import MemoryBus, RecordingBus
from portone_local.twins.ids import SeededIds
from portone_local.twins.logs import RecordingMeter, local_logger
from portone_local.twins.request_units import CallLog
from portone_local.twins.stock_hook import MemoryStockHook
from portone_local.twins.streams import AwsStream, MemoryStream
from portone_local.twins.table_rules import expired
from portone_local.twins.tables import FixedSecrets, MemoryQueue, MemoryStore, PlainVault
from portone_payments.adapters.aws.event_bus import EventBridgeBus
from portone_payments.adapters.aws.queue import SqsQueue
from portone_payments.adapters.aws.secrets import SecretsManager
from portone_payments.adapters.aws.vault import KmsVault
from portone_payments.adapters.dynamo.codec import Item
from portone_payments.adapters.dynamo.keys import Key
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.adapters.portone.billing import BillingClient
from portone_payments.ports.world import Secrets

HASH_KEY = "example-key-of-keyed-hashes-in-payments"
TABLES = {"store": "PaymentsTable", "people": "IdentityTable", "erasures": "ErasuresTable"}
CHARGE_KEY = "example-key-of-charge-ids-and-customers"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Ports by their names in `Deps`, and what a stack needs besides."""

    ports: dict[str, Any]
    source: Source
    charge_source: Source
    stream: StreamSource
    bus: MemoryBus | RecordingBus
    units: CallLog
    resources: dict[str, str] = field(default_factory=dict)
    client: Any = None

    def dump(self) -> list[Item]:
        """Every item of the table."""
        return self._items("store", "PaymentsTable")

    def identity_dump(self) -> list[Item]:
        """Every item of the identity table."""
        return self._items("people", "IdentityTable")

    def erasures_dump(self) -> list[Item]:
        """Every item of the table of erasures."""
        return self._items("erasures", "ErasuresTable")

    def forget_expired(self, now: float) -> None:
        """Delete in every table what DynamoDB would by itself."""
        for port, table in TABLES.items():
            if self.client is None:
                self.ports[port].table.forget_expired(now)
                continue
            for item in self._items(port, table):
                if expired(item, now):
                    self.client.delete_item(TableName=self.resources[table], Key=Key.of(item).wire())

    def _items(self, port: str, table: str) -> list[Item]:
        if self.client is None:
            items: list[Item] = self.ports[port].dump()
            return items
        paginator = self.client.get_paginator("scan")
        pages = paginator.paginate(TableName=self.resources[table], ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]


type Tap = Callable[[str, Any], Any]


def stand_still(_seconds: float) -> None:
    """Time in a stack passes by hand only."""


def untapped(_service: str, client: Any) -> Any:
    """A client as it is; fault tests put one in between that counts and breaks calls."""
    return client


def portone_client(
    parameters: dict[str, str], secrets: Any, transport: httpx.BaseTransport | None
) -> BillingClient:
    """The real client, over `transport` or the network."""
    return BillingClient(
        base_url=parameters.get("PortOneUrl", "https://api.portone.io"),
        secret=secrets.api_secret,
        store_id=parameters["StoreId"],
        transport=transport,
    )


def stock_hook(parameters: dict[str, str], tap: Tap) -> Any:
    """The shop's hook where the parameters name one; a function of the shop's is no part of the stack."""
    return tap("stock", MemoryStockHook()) if parameters.get("StockHookArn") else None


def in_memory(
    parameters: dict[str, str],
    *,
    clock: Clock,
    seed: int,
    transport: httpx.BaseTransport | None,
    tap: Tap = untapped,
) -> Wiring:
    """Everything in this process."""
    ids = SeededIds(seed)
    store = MemoryStore(ids)
    units = store.table.log
    stream = MemoryStream(store.table, clock)
    store.table = tap("dynamodb", store.table)
    queue, charges, bus = MemoryQueue(clock), MemoryQueue(clock), MemoryBus()
    secrets = FixedSecrets(api=EXAMPLE_SECRET, signing=(EXAMPLE_WEBHOOK_SECRET,), hash_key=HASH_KEY)
    ports = {
        "clock": clock,
        "wait": stand_still,
        "ids": ids,
        "store": store,
        "queue": tap("sqs", queue),
        "charge_queue": tap("sqs", charges),
        "bus": tap("events", bus),
        "secrets": tap("secrets", secrets),
        "vault": tap("kms", PlainVault()),
        "stock": stock_hook(parameters, tap),
        "meter": RecordingMeter(clock),
        "logger": local_logger(),
        "portone": portone_client(parameters, secrets, transport),
        "verifications": identity_client(parameters, secrets, transport),
        **identity_in_memory(ids, tap),
    }
    sources = [
        MemorySource(each, clock, rules.visibility, rules.max_receives)
        for each, rules in zip((queue, charges), queue_rules(parameters), strict=True)
    ]
    return Wiring(
        ports=ports,
        source=sources[0],
        charge_source=sources[1],
        stream=stream,
        bus=bus,
        units=units,
        resources=RESOURCES,
    )


def on_ministack(
    parameters: dict[str, str],
    ministack: MiniStack,
    *,
    clock: Clock,
    transport: httpx.BaseTransport | None,
    api_secret: str = EXAMPLE_SECRET,
    webhook_secret: str = EXAMPLE_WEBHOOK_SECRET,
    tap: Tap = untapped,
) -> Wiring:
    """The real adapters, over a MiniStack in which resources of their own are made here.

    Secrets that are not the fake's never get into it: handlers get them from this process's memory.
    """
    name = f"payments-{next(_NUMBERS)}"
    stored = {
        "api": {"apiSecret": EXAMPLE_SECRET},
        "webhook": {"current": EXAMPLE_WEBHOOK_SECRET},
        "hash-key": {"hashKey": HASH_KEY},
        "charge-keys": {"1": CHARGE_KEY},
    }
    resources = made_resources(ministack, name, queue_rules(parameters), stored)
    dynamodb, sqs = (ministack.client(each, max_pool_connections=64) for each in ("dynamodb", "sqs"))
    units = CallLog()
    units.listen(dynamodb)
    ids = RandomIds()
    manager = tap("secretsmanager", ministack.client("secretsmanager"))
    secrets: Secrets = SecretsManager(
        manager,
        clock,
        api_arn=resources["ApiSecret"],
        webhook_arn=resources["WebhookSecret"],
        hash_key_arn=resources["HashKeySecret"],
        charge_keys_arn=resources["ChargeKeys"],
    )
    if (api_secret, webhook_secret) != (EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET):
        secrets = HeldSecrets(secrets, api_secret, webhook_secret)
    bus = RecordingBus(EventBridgeBus(tap("events", ministack.client("events")), resources["EventBus"]))
    ports = {
        "clock": clock,
        "wait": stand_still,
        "ids": ids,
        "store": DynamoStore(tap("dynamodb", dynamodb), name, ids),
        "queue": SqsQueue(tap("sqs", sqs), resources["WorkQueue"]),
        "charge_queue": SqsQueue(tap("sqs", sqs), resources["ChargeQueue"]),
        "bus": bus,
        "secrets": secrets,
        "vault": KmsVault(tap("kms", ministack.client("kms")), resources["PiiKey"]),
        "stock": stock_hook(parameters, tap),
        "meter": RecordingMeter(clock),
        "logger": local_logger(),
        "portone": portone_client(parameters, secrets, transport),
        "verifications": identity_client(parameters, secrets, transport),
        **identity_on_ministack(ministack, resources, clock=clock, ids=ids, tap=tap),
    }
    poller = ministack.shared("sqs")
    reader = ministack.shared("dynamodb")  # what it reads is not counted
    stream = AwsStream(ministack.shared("dynamodbstreams"), name)
    return Wiring(
        ports=ports,
        source=SqsSource(poller, resources["WorkQueue"]),
        charge_source=SqsSource(poller, resources["ChargeQueue"]),
        stream=stream,
        bus=bus,
        units=units,
        resources=resources,
        client=reader,
    )
