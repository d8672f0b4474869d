"""The preparer of payments, as every function that starts one needs it."""

from portone_payments.entry.wiring.ports import PortDeps
from portone_payments.flows.payments.prepare import Preparer


def preparer(deps: PortDeps) -> Preparer:
    """Over this container's ports and settings."""
    return Preparer(
        store=deps.store,
        clock=deps.clock,
        ids=deps.ids,
        meter=deps.meter,
        rules=deps.settings.pay_method_rules,
        windows=deps.settings.paying,
        policy=deps.settings.check,
        ready_seconds=deps.settings.ready_minutes * 60,
        customers=deps.customers,
        vault=deps.vault,
    )
