"""What attempts at an approval and at a charge have in common, before they are sent and after."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from portone_payments.domain.approvals.attempt import answered, confirmed, refused, stopped, taken_back
from portone_payments.domain.approvals.attempts import open_approval
from portone_payments.domain.errors.common import Busy, PortOneError
from portone_payments.domain.errors.payments import NotApprovable
from portone_payments.domain.readings.outcome import UNAUTHORIZED, Outcome
from portone_payments.domain.records.instructions import Approval
from portone_payments.domain.records.payments import Payment
from portone_payments.domain.subscriptions.owed import awaits_window
from portone_payments.flows.payments.catch_up import Amend, CaughtUp, unchanged
from portone_payments.flows.shared.enqueue import enqueue
from portone_payments.flows.shared.gate import Gate
from portone_payments.flows.shared.settled_invoices import called_back
from portone_payments.ports.store import Queue, Store
from portone_payments.ports.world import Meter, Metric

# an intent is due after the inline deadline: the worker takes over from a request that died while sending
_SOON = 30


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt and its payment, as stored."""

    payment: Payment
    approval: Approval


def check_order(held: Payment, store: Store) -> None:
    """Check that no other payment settled the order. Raises `NotApprovable`."""
    if held.subscription_id is not None and not invoice_awaits(held, store):
        raise NotApprovable(status=held.status.value)
    order = store.order(held.order_id) if held.has_other_payments else None
    if order is not None and (order.settled_by is not None or order.payment_id != held.payment_id):
        raise NotApprovable(status=held.status.value)


def invoice_awaits(held: Payment, store: Store) -> bool:
    """Whether the invoice that a window pays is still owed, and not being charged otherwise (rule 11.8)."""
    subscription = store.subscription(held.subscription_id or "")
    if subscription is None:
        return False
    whole = called_back(subscription, held.invoice_id, store=store)
    return awaits_window(whole, whole.invoices.get(held.invoice_id or ""))


def due_soon(intended: Payment, now: float) -> Payment:
    """The payment with its new attempt, due (epoch seconds UTC) in case this request dies before it sends."""
    soon = int(now) + _SOON
    return replace(intended, due_at=min(soon, intended.due_at or soon), poll_step=0, tries=0)


def sent_now(payment: Payment, send: Callable[[], CaughtUp], queue: Queue) -> Payment:
    """The payment after its attempt was sent; one without an outcome yet is enqueued for the worker."""
    try:
        payment = send().payment
    except Busy:
        enqueue(payment, queue=queue)
        return payment
    if open_approval(payment) is not None:
        enqueue(payment, queue=queue)
    return payment


def told_by(
    error: PortOneError,
    attempt: int,
    meter: Meter,
    *,
    outcome: Outcome,
    ours: str | None,
    first: bool,
    until: float,
) -> Amend:
    """What an error says of an attempt (rule 3.1); `first`: it was never sent before.

    `ours`: the code where it is an error of ours; `until`: when it is sent again (epoch seconds UTC).
    """
    code = ours or (error.error_type or "refused").lower()
    if outcome is Outcome.REFUSED:
        meter.count(Metric.CREDENTIAL_REFUSED)
        ours = ours or UNAUTHORIZED
        if not first:
            return lambda held, _: stopped(held, attempt, ours, until)
    if ours is not None and first:
        return lambda held, at: taken_back(held, attempt, ours, until, at)
    if outcome is Outcome.ALREADY_DONE:
        return lambda held, _: confirmed(held, attempt)
    if outcome is Outcome.NO_EFFECT and first:
        return lambda held, at: refused(held, attempt, code, at)
    # a refusal of a repeated send proves nothing: the first send may have succeeded and cause the refusal
    if outcome in {Outcome.NO_EFFECT, Outcome.PG_ANSWER}:
        return lambda held, _: answered(held, attempt, code, error.pg_code)
    return unchanged


def held_back(gate: Gate, attempt: int, channel: str | None = None, *, again: bool = False) -> Amend:
    """The attempt, recorded as waiting for the next probe because nothing may be sent now."""
    code, until = gate.why(channel), gate.until(channel, again=again)
    return lambda held, _: stopped(held, attempt, code, until)
