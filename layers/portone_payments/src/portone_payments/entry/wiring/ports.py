"""The ports of one container, built at first use, so that tests and tools import handlers cheaply."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from portone_payments.entry.failure import what_was_skipped
from portone_payments.entry.settings.payments import Settings, read_settings
from portone_payments.flows.shared.customers import Customers
from portone_payments.flows.shared.gate import Gate
from portone_payments.flows.shared.skipping import Skips
from portone_payments.ports.billing import BillingPortOne
from portone_payments.ports.portone import PerStore
from portone_payments.ports.store import EventBus, Queue, Skipped, Store
from portone_payments.ports.world import Clock, Deadline, Ids, Meter, Secrets, StockHook, Vault


class PortDeps:
    """What every function may need. `overrides` replace properties by name: tests pass their fakes in."""

    def __init__(self, env: Mapping[str, str] | None = None, **overrides: object) -> None:
        self._env = env
        vars(self).update(overrides)

    @cached_property
    def settings(self) -> Settings:
        """What the operator chose. Raises ValueError for a combination that must not start."""
        return read_settings() if self._env is None else read_settings(self._env)

    @cached_property
    def clock(self) -> Clock:
        """The machine's clock."""
        from portone_payments.entry.wiring.clock import SystemClock  # noqa: PLC0415 - lazy on purpose

        return SystemClock()

    def deadline(self, seconds: float) -> Deadline:
        """One limit for everything a request or a job does from now on."""
        return Deadline.after(self.clock, seconds)

    @cached_property
    def ids(self) -> Ids:
        """Unguessable ids."""
        from portone_payments.adapters.ids import RandomIds  # noqa: PLC0415 - lazy on purpose

        return RandomIds()

    @cached_property
    def meter(self) -> Meter:
        """EMF metrics of one invocation."""
        from portone_payments.entry.wiring.telemetry import EmfMeter  # noqa: PLC0415 - lazy on purpose

        return EmfMeter()

    @cached_property
    def logger(self) -> Any:
        """The allow-list logger."""
        from portone_payments.entry.wiring.telemetry import make_logger  # noqa: PLC0415 - lazy on purpose

        return make_logger()

    @cached_property
    def skips(self) -> Skips:
        """Counts and logs what is skipped."""
        return Skips(self.meter, self._note)

    def _note(self, skipped: Skipped) -> None:
        self.logger.error("item skipped", **what_was_skipped(skipped))

    def aws(self, service: str) -> Any:
        """One boto3 client per service and container."""
        from portone_payments.adapters.aws.clients import client  # noqa: PLC0415 - lazy on purpose

        return client(service)

    @cached_property
    def store(self) -> Store:
        """The payments table."""
        from portone_payments.adapters.dynamo.payments import DynamoStore  # noqa: PLC0415 - lazy on purpose

        return DynamoStore(self.aws("dynamodb"), self.settings.payments_table, self.ids)

    @cached_property
    def gate(self) -> Gate:
        """Whether anything may be sent to PortOne, as far as this container has read."""
        return Gate(store_id=self.settings.store_id, store=self.store, clock=self.clock, meter=self.meter)

    @cached_property
    def queue(self) -> Queue:
        """The work queue."""
        from portone_payments.adapters.aws.queue import SqsQueue  # noqa: PLC0415 - lazy on purpose

        return SqsQueue(self.aws("sqs"), self.settings.work_queue_url)

    @cached_property
    def charge_queue(self) -> Queue:
        """The queue of charges."""
        from portone_payments.adapters.aws.queue import SqsQueue  # noqa: PLC0415 - lazy on purpose

        return SqsQueue(self.aws("sqs"), self.settings.charge_queue_url)

    @cached_property
    def bus(self) -> EventBus:
        """The bus that the shop's services subscribe to."""
        from portone_payments.adapters.aws.event_bus import EventBridgeBus  # noqa: PLC0415 - lazy on purpose

        return EventBridgeBus(self.aws("events"), self.settings.event_bus)

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets Manager, cached."""
        from portone_payments.adapters.aws.secrets import SecretsManager  # noqa: PLC0415 - lazy on purpose

        chosen = self.settings
        return SecretsManager(
            self.aws("secretsmanager"),
            self.clock,
            api_arn=chosen.api_secret_arn,
            webhook_arn=chosen.webhook_secret_arn,
            hash_key_arn=chosen.hash_key_arn,
            charge_keys_arn=chosen.charge_keys_arn,
        )

    @cached_property
    def customers(self) -> Customers:
        """The customer ids by which PGs know users."""
        return Customers(store=self.store, secrets=self.secrets)

    @cached_property
    def vault(self) -> Vault:
        """Encryption under the PII key."""
        from portone_payments.adapters.aws.vault import KmsVault  # noqa: PLC0415 - lazy on purpose

        return KmsVault(self.aws("kms"), self.settings.pii_key_arn)

    @cached_property
    def portone(self) -> PerStore[BillingPortOne]:
        """PortOne's REST API."""
        from portone_payments.adapters.portone.billing import BillingClient  # noqa: PLC0415 - lazy on purpose

        chosen = self.settings
        return BillingClient(
            base_url=chosen.portone_url,
            secret=self.secrets.api_secret,
            store_id=chosen.store_id,
            key_in=chosen.key_in_issue,
        )

    @cached_property
    def stock(self) -> StockHook | None:
        """The shop's stock hook; None where it has none."""
        if not self.settings.stock_hook_arn:
            return None
        from portone_payments.adapters.aws.clients import client  # noqa: PLC0415 - lazy on purpose
        from portone_payments.adapters.aws.stock_hook import READ_SECONDS, LambdaStockHook  # noqa: PLC0415 - too

        return LambdaStockHook(client("lambda", read=READ_SECONDS, attempts=1), self.settings.stock_hook_arn)
