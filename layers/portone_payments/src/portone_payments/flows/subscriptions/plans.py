"""The shop's backend stores its plans; a change of price concerns who subscribes from then on."""

from dataclasses import replace

from portone_payments.domain.errors.billing import ChangeNotAllowed
from portone_payments.domain.records.subscriptions import Plan
from portone_payments.domain.subscriptions.offers import group_of
from portone_payments.flows.shared.optimistic import retried
from portone_payments.ports.store import Store
from portone_payments.ports.world import Meter

ATTEMPTS = 4


def put_plan(wanted: Plan, *, store: Store, meter: Meter) -> Plan:
    """Store or change a plan; the same body again is the same answer. Raises `ChangeNotAllowed`, `Busy`.

    Its group stays: the places of those who have the plan, and their trials, are held in it (rule 11.11).
    """

    def write() -> Plan:
        held = store.plan(wanted.plan_id)
        if held is not None and group_of(held) != group_of(wanted):
            raise ChangeNotAllowed(reason="group")
        after = wanted if held is None else _keeping(held, wanted)
        if after != held:
            store.save(after)
        return after

    return retried(write, meter=meter, attempts=ATTEMPTS)


def _keeping(held: Plan, wanted: Plan) -> Plan:
    """The new plan, with a price on its way, and the fields that newer code stored in it (rule 10.8)."""
    interval = replace(wanted.interval, extra=held.interval.extra)
    return replace(
        wanted,
        interval=interval,
        price=held.price,
        tries=held.tries,
        due_at=held.due_at,
        version=held.version,
        extra=held.extra,
    )
