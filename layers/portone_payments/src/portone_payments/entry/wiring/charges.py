"""What functions need that start charges of saved payment methods."""

import time
from collections.abc import Callable
from functools import cached_property

from portone_payments.entry.wiring.payments import PaymentDeps
from portone_payments.entry.wiring.subscriptions import SubscriptionDeps
from portone_payments.flows.charges.charge import Charger
from portone_payments.flows.charges.collect import Collector
from portone_payments.flows.charges.send import ChargeSender
from portone_payments.flows.subscriptions.subscribe import Subscriber


class ChargeDeps(SubscriptionDeps, PaymentDeps):
    """Charges, requested or due."""

    @cached_property
    def charges(self) -> ChargeSender:
        """Sends claimed charges."""
        return ChargeSender(
            reader=self.reader,
            store=self.store,
            portone=self.portone,
            vault=self.vault,
            meter=self.meter,
            charging=self.settings.charging,
            notice_urls=self.settings.notice_urls,
        )

    @cached_property
    def charger(self) -> Charger:
        """Starts charges that customers request."""
        return Charger(
            sender=self.charges,
            reader=self.reader,
            store=self.store,
            queue=self.queue,
            clock=self.clock,
            meter=self.meter,
        )

    @cached_property
    def wait(self) -> Callable[[float], None]:
        """Lets seconds pass."""
        return time.sleep

    @cached_property
    def collector(self) -> Collector:
        """Charges due subscriptions."""
        return Collector(
            sender=self.charges,
            reader=self.reader,
            store=self.store,
            wait=self.wait,
            secrets=self.secrets,
            clock=self.clock,
            meter=self.meter,
            policy=self.settings.billing,
            store_id=self.settings.store_id,
            note=self.skips.note,
        )

    @cached_property
    def subscriber(self) -> Subscriber:
        """What a customer or the shop does with a subscription."""
        return Subscriber(
            collector=self.collector,
            subscriptions=self.subscriptions,
            store=self.store,
            secrets=self.secrets,
            clock=self.clock,
            ids=self.ids,
            meter=self.meter,
        )
