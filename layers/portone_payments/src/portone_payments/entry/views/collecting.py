"""What is due of a subscription, charged while its customer waits."""

from typing import Any

from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.entry.http import INLINE_SECONDS
from portone_payments.entry.views.subscriptions import started_answer
from portone_payments.entry.wiring.charges import ChargeDeps
from portone_payments.flows.subscriptions.subscribe import Wanted
from portone_payments.ports.world import Deadline


def begun(wanted: Wanted, deps: ChargeDeps) -> dict[str, Any]:
    """200 for a new subscription or schedule, 202 while its first charge is open. Raises `ChargeDeclined`."""
    started = deps.subscriber.start(wanted, Deadline.after(deps.clock, INLINE_SECONDS))
    return started_answer(started, deps.clock.now())


def collected(subscription: Subscription, deps: ChargeDeps) -> Subscription:
    """The subscription after what is due of it now was tried, so that its customer sees the outcome."""
    return deps.subscriber.collected(subscription, Deadline.after(deps.clock, INLINE_SECONDS))
