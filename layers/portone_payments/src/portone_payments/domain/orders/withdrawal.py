"""The shop withdraws an unpaid order: it is no longer offered, and late money is refunded (rules 1, 7)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from portone_payments.domain.approvals.attempts import WAITED, open_approval, waited_for
from portone_payments.domain.errors.payments import OrderAlreadyPaid, OrderPaymentUnderWay
from portone_payments.domain.payments.doubts import mismatch_is_back
from portone_payments.domain.payments.schedule import next_due
from portone_payments.domain.records.history import Fact, Moment, clear_attention, record
from portone_payments.domain.records.payments import TAKEN, AttentionKind, Order, Payment, Status
from portone_payments.domain.records.subscriptions import EndReason, Invoice, InvoiceState, Subscription
from portone_payments.domain.refunds.settlement import in_flight
from portone_payments.domain.subscriptions.ending import ended, voided
from portone_payments.domain.subscriptions.life import OVER
from portone_payments.domain.subscriptions.settlement import attempt_ended
from portone_payments.domain.windows.buyer import order_without_buyer

_HELD = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})
_SOON = 10
_WAS_PAID = (InvoiceState.PAID, InvoiceState.ENDED)


def may_be_paid(payment: Payment) -> bool:
    """Whether PortOne has to be read: a fully refunded payment is not paid again under its id."""
    return payment.status is not Status.CANCELLED and not mismatch_is_back(payment)


def check_unpaid(payment: Payment, now: float) -> None:
    """Passes a payment that took no money. Raises `OrderAlreadyPaid`, `OrderPaymentUnderWay`.

    A payment in doubt, or without an outcome, blocks the withdrawal for a day (rule 10.3).
    """
    taken = payment.seen is not None and payment.seen.status in TAKEN
    mismatched = payment.status is Status.MISMATCH and taken and not mismatch_is_back(payment)
    if payment.status in _HELD or mismatched:
        raise OrderAlreadyPaid(payment_id=payment.payment_id)
    trying = open_approval(payment) is not None and not waited_for(payment, now)
    unknown = not isinstance(payment.status, Status)
    if trying or unknown or _in_doubt(payment, now) or in_flight(payment) is not None:
        raise OrderPaymentUnderWay(retry_after=_SOON)


def order_withdrawn(order: Order, moment: Moment) -> Order:
    """The withdrawn order; its buyer's data is dropped."""
    return replace(order_without_buyer(order), withdrawn_at=moment.now, withdrawn_by=moment.by)


def withdrawn(payment: Payment, moment: Moment) -> Payment:
    """The payment of a withdrawn order: no longer offered, and its virtual account is to be closed."""
    told = record(replace(payment, withdrawn=True, buyer_sealed=None), Fact.WITHDRAWN, moment)
    told = replace(told, expires_at=min(told.expires_at, int(moment.now)))
    if told.status is Status.READY:
        told = replace(told, status=Status.EXPIRED, status_at=moment.now)
    if told.status is Status.VIRTUAL_ACCOUNT_ISSUED:
        told = replace(told, close_wanted=True, poll_step=0)
    return replace(told, due_at=next_due(told, moment.now))


def told_withdrawn(before: Payment, after: Payment) -> Payment:
    """The payment whose history does not report a withdrawn order as paid."""
    history = tuple(
        replace(line, fact=Fact.PAID_WITHDRAWN)
        if line.seq >= before.next_seq and line.fact == Fact.PAID
        else line
        for line in after.history
    )
    return replace(after, history=history)


def asked_of(schedule: Subscription) -> Iterator[str]:
    """The payments that decide whether an order's parts may be withdrawn: those paid, and one under way."""
    yield from (each.paid_by for each in _in(schedule, *_WAS_PAID) if each.paid_by is not None)
    if (trying := _trying(schedule)) is not None:
        yield trying


def schedule_withdrawn(
    schedule: Subscription, payments: Mapping[str, Payment | None], moment: Moment
) -> Subscription:
    """The parts of an order with none left to charge; `payments`: those of `asked_of`.

    Raises `OrderAlreadyPaid` while money of one is kept, `OrderPaymentUnderWay` while one is charged: a
    charge in doubt blocks the withdrawal for a day.
    """
    for each in _in(schedule, *_WAS_PAID):
        _check_gone_back(payments.get(each.paid_by or ""), moment.now)
    if schedule.in_flight is not None:
        if not _waited_enough(payments.get(_trying(schedule) or ""), moment.now):
            raise OrderPaymentUnderWay(retry_after=_SOON)
        schedule = attempt_ended(schedule, schedule.invoices[schedule.in_flight], moment)
    # the shop has decided now about the parts whose money went back
    for each in _in(schedule, InvoiceState.ENDED):
        schedule = voided(schedule, each, moment)
    return schedule if schedule.status in OVER else ended(schedule, moment, EndReason.ORDER_WITHDRAWN)


def _in(schedule: Subscription, *states: InvoiceState) -> list[Invoice]:
    """The parts in these states, those of the first state first."""
    return [each for state in states for each in schedule.invoices.values() if each.state is state]


def without_call(payment: Payment, moment: Moment) -> Payment:
    """The payment of a part of a withdrawn order: nobody has to say whether the order goes on."""
    told = clear_attention(payment, AttentionKind.PART_ENDED)
    return payment if told is payment else replace(told, due_at=next_due(told, moment.now))


def _trying(schedule: Subscription) -> str | None:
    """The payment of the part that is under charge now."""
    part = schedule.invoices.get(schedule.in_flight or "")
    return None if part is None else part.payment_id


def _check_gone_back(paid: Payment | None, now: float) -> None:
    if paid is None:
        raise OrderAlreadyPaid
    if may_be_paid(paid):
        raise OrderAlreadyPaid(payment_id=paid.payment_id)
    check_unpaid(paid, now)


def _waited_enough(trying: Payment | None, now: float) -> bool:
    if trying is None:
        return False
    quarantined = trying.quarantined and open_approval(trying) is None
    return (quarantined or waited_for(trying, now)) and not _in_doubt(trying, now)


def _in_doubt(payment: Payment, now: float) -> bool:
    calls = [each.at for each in payment.attentions if each.kind is AttentionKind.QUARANTINED]
    return payment.quarantined and now - min(calls, default=payment.status_at) < WAITED
