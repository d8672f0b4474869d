"""A worker in a process of its own, so that its memory is its own and killing it is killing it.

It stands for one Lambda container behind SQS: receives up to ten messages, hands them to the shipped handler,
deletes what succeeded. It reads its orders as JSON from standard input and prints a line of JSON per batch.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from portone_local.bench.scene import message
from portone_local.gateway.functions import load_handler
from portone_local.stack.ministack import FAKE_CREDENTIALS, REGION
from portone_local.template import cloudformation as template
from portone_local.twins.logs import RecordingMeter
from portone_local.twins.request_units import CallLog
from portone_payments.adapters.aws.clients import client
from portone_payments.adapters.aws.queue import SqsQueue
from portone_payments.adapters.aws.secrets import SecretsManager
from portone_payments.adapters.aws.vault import KmsVault
from portone_payments.adapters.dynamo.payments import DynamoStore
from portone_payments.adapters.ids import RandomIds
from portone_payments.adapters.portone.billing import BillingClient
from portone_payments.entry.wiring.worker import Deps

CREDENTIALS = {name.upper(): value for name, value in FAKE_CREDENTIALS.items()}


class ShiftedClock:
    """The machine's clock, `offset` seconds away: charges happen only at allowed hours."""

    def __init__(self, offset: float) -> None:
        self.offset = offset

    def now(self) -> float:
        """Epoch seconds, UTC, shifted."""
        return time.time() + self.offset

    def put(self, at: float) -> None:
        """Say this epoch second now."""
        self.offset = at - time.time()

    def monotonic(self) -> float:
        """Seconds that never decrease."""
        return time.monotonic()


def ports(orders: Mapping[str, Any]) -> dict[str, Any]:
    """What is shared by whoever works on the stack that these orders name, under shipped settings."""
    resources, clock, ids = orders["resources"], ShiftedClock(orders["offset"]), RandomIds()
    os.environ.update(AWS_ENDPOINT_URL=orders["endpoint"], AWS_DEFAULT_REGION=REGION, **CREDENTIALS)
    return {
        "clock": clock,
        "store": DynamoStore(client("dynamodb"), resources["PaymentsTable"], ids),
        "meter": RecordingMeter(),
        "charge_queue": SqsQueue(client("sqs"), resources["ChargeQueue"]),
        "queue": SqsQueue(client("sqs"), resources["WorkQueue"]),
    }


def main() -> None:
    """Work until standard input ends."""
    orders = json.loads(sys.stdin.readline())
    shared, log, resources = ports(orders), CallLog(), orders["resources"]
    log.listen(client("dynamodb"))
    secrets = SecretsManager(
        client("secretsmanager"),
        shared["clock"],
        api_arn=resources["ApiSecret"],
        charge_keys_arn=resources["ChargeKeys"],
    )
    deps = Deps(
        orders["environment"],
        **shared,
        secrets=secrets,
        vault=KmsVault(client("kms"), resources["PiiKey"]),
        portone=BillingClient(
            base_url=orders["portone"], secret=secrets.api_secret, store_id=orders["store_id"]
        ),
    )
    handler = load_handler(template.handlers()["work_charges"]).using(deps)
    # containers are warm: the first call of a client is its slowest, and the first batch has ten of them
    handler({"Records": [message(number) for number in orders["first"]]}, None)
    log.forget()
    # what is here for good is not looked through each time memory is measured
    gc.collect()
    gc.freeze()
    print(json.dumps({"ready": True}), flush=True)
    while True:
        _batch(client("sqs"), resources["ChargeQueue"], handler, log)


def _batch(sqs: Any, url: str, handler: Any, log: CallLog) -> None:
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
    if not found:
        return
    records = [{"messageId": each["MessageId"], "body": each["Body"]} for each in found]
    failed = {each["itemIdentifier"] for each in handler({"Records": records}, None)["batchItemFailures"]}
    done = [each for each in found if each["MessageId"] not in failed]
    entries = [
        {"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(done)
    ]
    if entries:
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    told = {"done": len(done), "reads": log.reads, "writes": log.writes, "kept": _resident()}
    # what is counted is counted outside: the worker itself keeps no log
    log.forget()
    print(json.dumps(told), flush=True)


def _resident() -> int:
    """Bytes of memory this process holds, without what the next collection frees."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
