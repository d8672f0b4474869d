"""The ports behind the handlers: in memory with an in-process PortOne, or the real adapters on MiniStack."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from portone_local.capture import RecordingMeter, local_logger
from portone_local.clock import Clock
from portone_local.event_bus import MemoryBus, RecordingBus
from portone_local.gateway.polling import MemorySource, QueueRules, Source, SqsSource
from portone_local.gateway.streaming import StreamSource
from portone_local.identity import (
    IDENTITY_RESOURCES,
    identity_client,
    identity_in_memory,
    identity_on_ministack,
    identity_resources,
)
from portone_local.ids import SeededIds
from portone_local.memory import FixedSecrets, MemoryQueue, MemoryStore, PlainVault
from portone_local.ministack import MiniStack
from portone_local.portone import EXAMPLE_SECRET, EXAMPLE_WEBHOOK_SECRET
from portone_local.stock import MemoryStockHook
from portone_local.streams import AwsStream, MemoryStream
from portone_local.tables import create_payments_table
from portone_local.template import transformed
from portone_local.units import CallLog
from portone_payments.adapters.codec import Item
from portone_payments.adapters.event_bus import EventBridgeBus
from portone_payments.adapters.ids import RandomIds
from portone_payments.adapters.portone_billing import BillingClient
from portone_payments.adapters.queue import SqsQueue
from portone_payments.adapters.secrets import SecretsManager
from portone_payments.adapters.tables import DynamoStore
from portone_payments.adapters.vault import KmsVault

HASH_KEY = "example-key-of-keyed-hashes"
CHARGE_KEY = "example-key-of-charge-ids"
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
        if self.client is None:
            items: list[Item] = self.ports["store"].dump()
            return items
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.resources["PaymentsTable"], ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]

    def identity_dump(self) -> list[Item]:
        """Every item of the identity table."""
        if self.client is None:
            items: list[Item] = self.ports["people"].dump()
            return items
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.resources["IdentityTable"], ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]


type Tap = Callable[[str, Any], Any]


def stand_still(_seconds: float) -> None:
    """Time in a stack passes by hand only."""


def untapped(_service: str, client: Any) -> Any:
    """A client as it is; fault tests put one in between that counts and breaks calls."""
    return client


RESOURCES = {
    "PaymentsTable": "payments",
    "WorkQueue": "https://sqs.local.invalid/000000000000/work",
    "ChargeQueue": "https://sqs.local.invalid/000000000000/charges",
    "ChargeKeys": "arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:charge-keys",
    "EventBus": "payments",
    "ApiSecret": "arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:api",
    "WebhookSecret": "arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:webhook",
    "PiiKey": "arn:aws:kms:ap-northeast-2:000000000000:key/pii",
    "AWS::StackName": "payments-local",
    **IDENTITY_RESOURCES,
}


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
        "meter": RecordingMeter(),
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


def queue_rules(parameters: dict[str, str]) -> tuple[QueueRules, QueueRules]:
    """What the template says of the two queues."""
    template = transformed(parameters)
    return QueueRules.of(template), QueueRules.of(template, "ChargeQueue")


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
    """The real adapters, over a MiniStack in which resources of their own are made here."""
    name = f"payments-{next(_NUMBERS)}"
    stored = {
        "api": {"apiSecret": api_secret},
        "webhook": {"current": webhook_secret, "hashKey": HASH_KEY},
        "charge-keys": {"1": CHARGE_KEY},
    }
    resources = _resources(ministack, name, queue_rules(parameters), stored)
    dynamodb, sqs = (ministack.client(each, max_pool_connections=64) for each in ("dynamodb", "sqs"))
    units = CallLog()
    units.listen(dynamodb)
    ids = RandomIds()
    manager = tap("secretsmanager", ministack.client("secretsmanager"))
    arns = [resources[each] for each in ("ApiSecret", "WebhookSecret", "ChargeKeys")]
    secrets = SecretsManager(manager, clock, *arns)
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
        "meter": RecordingMeter(),
        "logger": local_logger(),
        "portone": portone_client(parameters, secrets, transport),
        "verifications": identity_client(parameters, secrets, transport),
        **identity_on_ministack(ministack, resources, clock=clock, ids=ids, tap=tap),
    }
    poller = ministack.client("sqs")
    reader = ministack.client("dynamodb")  # what it reads is not counted
    stream = AwsStream(ministack.client("dynamodbstreams"), name)
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


def _resources(
    ministack: MiniStack, name: str, rules: tuple[QueueRules, QueueRules], secrets: dict[str, dict[str, str]]
) -> dict[str, str]:
    create_payments_table(ministack.client("dynamodb"), name)
    manager = ministack.client("secretsmanager")
    ministack.client("events").create_event_bus(Name=name)
    return RESOURCES | {
        "EventBus": name,
        "PaymentsTable": name,
        "WorkQueue": _queue(ministack.client("sqs"), f"{name}-work", rules[0]),
        "ChargeQueue": _queue(ministack.client("sqs"), f"{name}-charges", rules[1]),
        "ChargeKeys": _secret(manager, f"{name}-charge-keys", secrets["charge-keys"]),
        "ApiSecret": _secret(manager, f"{name}-api", secrets["api"]),
        "WebhookSecret": _secret(manager, f"{name}-webhook", secrets["webhook"]),
        "PiiKey": ministack.client("kms").create_key()["KeyMetadata"]["Arn"],
        **identity_resources(ministack, name),
    }


def _queue(sqs: Any, name: str, rules: QueueRules) -> str:
    dead = sqs.create_queue(QueueName=f"{name}-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": rules.max_receives})
    attributes = {"VisibilityTimeout": str(int(rules.visibility)), "RedrivePolicy": policy}
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def _secret(manager: Any, name: str, value: dict[str, str]) -> str:
    arn: str = manager.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
    return arn
