"""The shop's backend stores its plans; a change of price concerns who subscribes from then on."""

from dataclasses import replace

from portone_payments.domain.errors.common import Busy
from portone_payments.domain.records.subscriptions import Plan
from portone_payments.ports.store import Conflict, Store

ATTEMPTS = 4


def put_plan(wanted: Plan, *, store: Store) -> Plan:
    """Store or change a plan; the same body again is the same answer. Raises `Busy`."""
    for _ in range(ATTEMPTS):
        held = store.plan(wanted.plan_id)
        after = wanted if held is None else _keeping(held, wanted)
        if after == held:
            return wanted
        try:
            store.save(after)
        except Conflict:
            continue
        return wanted
    raise Busy


def _keeping(held: Plan, wanted: Plan) -> Plan:
    """What is wanted, with what a newer version of this code wrote into the plan (rule 10.8)."""
    interval = replace(wanted.interval, extra=held.interval.extra)
    return replace(wanted, interval=interval, version=held.version, extra=held.extra)
