"""What a handler needs, built when first asked for, so that tests and tools import handlers cheaply."""

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from portone_payments.entry.settings import Settings, read_settings
from portone_payments.flows.approval_send import ApprovalSender
from portone_payments.flows.approve import Approver
from portone_payments.flows.cancel import Canceller
from portone_payments.flows.cash_receipts import ReceiptDesk
from portone_payments.flows.catch_up import Reader
from portone_payments.flows.charge import Charger
from portone_payments.flows.charge_send import ChargeSender
from portone_payments.flows.close_account import AccountCloser
from portone_payments.flows.collect import Collector
from portone_payments.flows.delete_key import KeyRemover
from portone_payments.flows.key_desk import KeyDesk
from portone_payments.flows.refund_send import RefundSender
from portone_payments.flows.register_key import Registrar
from portone_payments.flows.strays import StrayKeeper
from portone_payments.flows.subscribe import Subscriber
from portone_payments.flows.subscription_desk import SubscriptionDesk
from portone_payments.flows.wallet_work import WalletKeeper
from portone_payments.ports import Clock, Ids, Meter, Secrets, StockHook, Vault
from portone_payments.ports_billing import BillingPortOne
from portone_payments.ports_store import EventBus, Queue, Store


class Deps:
    """The ports of one container. `overrides` replace properties by name: tests pass their fakes in."""

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
        from portone_payments.entry.clock import SystemClock  # noqa: PLC0415 - lazy on purpose

        return SystemClock()

    @cached_property
    def ids(self) -> Ids:
        """Unguessable ids."""
        from portone_payments.adapters.ids import RandomIds  # noqa: PLC0415 - lazy on purpose

        return RandomIds()

    @cached_property
    def meter(self) -> Meter:
        """EMF metrics of one invocation."""
        from portone_payments.entry.telemetry import EmfMeter  # noqa: PLC0415 - lazy on purpose

        return EmfMeter()

    @cached_property
    def logger(self) -> Any:
        """The allow-list logger."""
        from portone_payments.entry.telemetry import make_logger  # noqa: PLC0415 - lazy on purpose

        return make_logger()

    def aws(self, service: str) -> Any:
        """One boto3 client per service and container."""
        from portone_payments.adapters.aws import client  # noqa: PLC0415 - lazy on purpose

        return client(service)

    @cached_property
    def store(self) -> Store:
        """The payments table."""
        from portone_payments.adapters.tables import DynamoStore  # noqa: PLC0415 - lazy on purpose

        return DynamoStore(self.aws("dynamodb"), self.settings.payments_table, self.ids)

    @cached_property
    def queue(self) -> Queue:
        """The work queue."""
        from portone_payments.adapters.queue import SqsQueue  # noqa: PLC0415 - lazy on purpose

        return SqsQueue(self.aws("sqs"), self.settings.work_queue_url)

    @cached_property
    def bus(self) -> EventBus:
        """The bus the shop's services listen to."""
        from portone_payments.adapters.event_bus import EventBridgeBus  # noqa: PLC0415 - lazy on purpose

        return EventBridgeBus(self.aws("events"), self.settings.event_bus)

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets Manager, cached."""
        from portone_payments.adapters.secrets import SecretsManager  # noqa: PLC0415 - lazy on purpose

        chosen = self.settings
        return SecretsManager(
            self.aws("secretsmanager"),
            self.clock,
            chosen.api_secret_arn,
            chosen.webhook_secret_arn,
            chosen.charge_keys_arn,
        )

    @cached_property
    def vault(self) -> Vault:
        """Encryption under the PII key."""
        from portone_payments.adapters.vault import KmsVault  # noqa: PLC0415 - lazy on purpose

        return KmsVault(self.aws("kms"), self.settings.pii_key_arn)

    @cached_property
    def portone(self) -> BillingPortOne:
        """PortOne's REST API."""
        from portone_payments.adapters.portone_billing import BillingClient  # noqa: PLC0415 - lazy on purpose

        chosen = self.settings
        return BillingClient(
            base_url=chosen.portone_url,
            secret=self.secrets.api_secret,
            store_id=chosen.store_id,
            key_in=chosen.key_in_issue,
        )

    @cached_property
    def reader(self) -> Reader:
        """The one way a payment's state changes."""
        return Reader(
            store=self.store,
            portone=self.portone,
            meter=self.meter,
            policy=self.settings.check,
            billing=self.settings.billing,
        )

    @cached_property
    def sender(self) -> RefundSender:
        """Sends reserved refunds."""
        return RefundSender(reader=self.reader, vault=self.vault)

    @cached_property
    def closer(self) -> AccountCloser:
        """Closes virtual accounts."""
        return AccountCloser(reader=self.reader)

    @cached_property
    def stock(self) -> StockHook | None:
        """The shop's stock hook; None where it has none."""
        if not self.settings.stock_hook_arn:
            return None
        from portone_payments.adapters.aws import client  # noqa: PLC0415 - lazy on purpose
        from portone_payments.adapters.stock_hook import READ_SECONDS, LambdaStockHook  # noqa: PLC0415 - too

        return LambdaStockHook(client("lambda", read=READ_SECONDS, attempts=1), self.settings.stock_hook_arn)

    @cached_property
    def approvals(self) -> ApprovalSender:
        """Sends stored approvals."""
        return ApprovalSender(
            reader=self.reader, vault=self.vault, stock=self.stock, test=not self.settings.live
        )

    @cached_property
    def approver(self) -> Approver:
        """Everything that starts an approval."""
        return Approver(sender=self.approvals, queue=self.queue, clock=self.clock)

    @cached_property
    def receipts(self) -> ReceiptDesk:
        """Everything about cash receipts."""
        chosen = self.settings
        return ReceiptDesk(
            reader=self.reader,
            vault=self.vault,
            clock=self.clock,
            channels=chosen.channels,
            self_issue=chosen.check.self_issue_receipts,
        )

    @cached_property
    def canceller(self) -> Canceller:
        """Everything that starts a refund."""
        return Canceller(sender=self.sender, queue=self.queue, clock=self.clock, policy=self.settings.refund)

    @cached_property
    def strays(self) -> StrayKeeper:
        """Webhooks about what is not ours."""
        return StrayKeeper(
            store=self.store,
            portone=self.portone,
            secrets=self.secrets,
            vault=self.vault,
            meter=self.meter,
            clock=self.clock,
            keys=self.wallets,
        )

    @cached_property
    def keys(self) -> KeyDesk:
        """Saved payment methods."""
        return KeyDesk(
            store=self.store,
            portone=self.portone,
            secrets=self.secrets,
            vault=self.vault,
            queue=self.queue,
            clock=self.clock,
            ids=self.ids,
            meter=self.meter,
            policy=self.settings.check,
        )

    @cached_property
    def registrar(self) -> Registrar:
        """Registers billing keys."""
        return Registrar(desk=self.keys, test=not self.settings.live)

    @cached_property
    def remover(self) -> KeyRemover:
        """Deletes billing keys."""
        return KeyRemover(desk=self.keys)

    @cached_property
    def wallets(self) -> WalletKeeper:
        """Finishes what is unfinished about billing keys."""
        return WalletKeeper(
            desk=self.keys,
            registrar=self.registrar,
            remover=self.remover,
            billing=self.settings.billing,
        )

    @cached_property
    def charges(self) -> ChargeSender:
        """Sends claimed charges."""
        return ChargeSender(
            reader=self.reader,
            portone=self.portone,
            vault=self.vault,
            notice_urls=self.settings.notice_urls,
        )

    @cached_property
    def charger(self) -> Charger:
        """Everything that starts a charge a customer asks for."""
        return Charger(sender=self.charges, queue=self.queue, clock=self.clock)

    @cached_property
    def wait(self) -> Callable[[float], None]:
        """Lets seconds pass."""
        return time.sleep

    @cached_property
    def collector(self) -> Collector:
        """Brings subscriptions on."""
        return Collector(
            sender=self.charges,
            wait=self.wait,
            secrets=self.secrets,
            clock=self.clock,
            policy=self.settings.billing,
            store_id=self.settings.store_id,
        )

    @cached_property
    def subscriber(self) -> Subscriber:
        """Everything a customer or the shop does with a subscription."""
        return Subscriber(collector=self.collector, desk=self.subscriptions, ids=self.ids)

    @cached_property
    def subscriptions(self) -> SubscriptionDesk:
        """Subscriptions as they are found and changed, without a charge."""
        return SubscriptionDesk(
            store=self.store, clock=self.clock, meter=self.meter, policy=self.settings.billing
        )

    @cached_property
    def charge_queue(self) -> Queue:
        """The queue of charges."""
        from portone_payments.adapters.queue import SqsQueue  # noqa: PLC0415 - lazy on purpose

        return SqsQueue(self.aws("sqs"), self.settings.charge_queue_url)
