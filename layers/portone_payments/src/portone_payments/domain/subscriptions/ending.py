"""How a subscription, or the parts of an order, end: now, or with what is paid, which can be taken back."""

from dataclasses import replace

from portone_payments.domain.errors.billing import SubscriptionEnded
from portone_payments.domain.records.history import Fact, Moment, record
from portone_payments.domain.records.subscriptions import (
    Ending,
    EndReason,
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.subscriptions.invoices import open_invoices, with_invoice
from portone_payments.domain.subscriptions.life import OVER, standing

_STAYS = frozenset({SubscriptionStatus.PAUSED, SubscriptionStatus.UNPAID})


def asked_by(moment: Moment) -> EndReason:
    """Who ends it: its customer by the app, or the shop and its staff."""
    return EndReason.CUSTOMER if moment.by == "app" else EndReason.SHOP


def ended(subscription: Subscription, moment: Moment, because: EndReason) -> Subscription:
    """The subscription ended for good; what is open is void, or stays owed where its customer said so."""
    owed = subscription.ending is not None and subscription.ending.pay_open
    # its customer may leave a part of an order unpaid, and only the shop voids it
    owed = owed or (subscription.order_id is not None and because is EndReason.CUSTOMER)
    for invoice in open_invoices(subscription):
        stays = owed or was_given_up(invoice)
        subscription = (left_owed if stays else voided)(subscription, invoice, moment)
    gone = replace(
        subscription,
        status=SubscriptionStatus.ENDED,
        ended_at=moment.now,
        ended_because=because,
        end_asked_at=None,
        ends_at=None,
        ending=None,
        resumes_at=None,
        change=None,
        set_aside=None,
        due_at=None,
    )
    left = gone.balance or None
    return record(gone, Fact.SUBSCRIPTION_ENDED, moment, because=because.value, balance=left)


def end_now(subscription: Subscription, moment: Moment, because: EndReason) -> Subscription:
    """Ended now, or once a charge under way has an outcome: nothing else is charged meanwhile."""
    if subscription.in_flight is None:
        return ended(subscription, moment, because)
    asked = replace(subscription, end_asked_at=moment.now, ended_because=because)
    return record(asked, Fact.SUBSCRIPTION_ENDING, moment, because=because.value)


def end_later(
    subscription: Subscription, moment: Moment, because: EndReason, *, pay_open: bool
) -> Subscription:
    """ENDING: it ends with what is paid, settled with 0, on trial or under way; now, where nothing is.

    Its open invoices are void unless they are to be paid (`pay_open`), and so is a change still to come.
    """
    known = subscription.ending
    if known is not None and (pay_open or not known.pay_open):
        return subscription
    if known is None:
        known = Ending(asked_at=moment.now, by=moment.by, because=because, before=subscription.status)
    told = replace(subscription, ending=replace(known, pay_open=pay_open), status=SubscriptionStatus.ENDING)
    told = _without_change(_without_open(told, moment))
    ends_at = reaches_to(told)
    if ends_at <= moment.now and told.in_flight is None:
        return ended(told, moment, because)
    told = replace(told, ends_at=ends_at)
    return record(told, Fact.SUBSCRIPTION_ENDING, moment, because=because.value, ends_at=ends_at)


def after_outcome(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription after an attempt had an outcome: where it is to end, that decides when."""
    if subscription.in_flight is not None:
        return subscription
    if subscription.end_asked_at is not None:
        return ended(subscription, moment, subscription.ended_because or asked_by(moment))
    ending = subscription.ending
    if ending is None or subscription.status in OVER:
        return subscription
    told = _without_open(subscription, moment)
    ends_at = reaches_to(told)
    return ended(told, moment, ending.because) if ends_at <= moment.now else replace(told, ends_at=ends_at)


def kept(subscription: Subscription, moment: Moment) -> Subscription:
    """The subscription that was to end, as it was: with the invoices and the change its ending dropped.

    Unchanged where it is not to end. Raises `SubscriptionEnded` once its end has come.
    """
    ending = subscription.ending
    if ending is None:
        return subscription
    if subscription.ends_at is not None and subscription.ends_at <= moment.now:
        raise SubscriptionEnded
    told = replace(subscription, ending=None, ends_at=None)
    for invoice_id, state in ending.voided.items():
        invoice = replace(told.invoices[invoice_id], state=state, settled_at=None)
        told = record(with_invoice(told, invoice), Fact.INVOICE_REOPENED, moment, invoice=invoice_id)
    if ending.change is not None:
        told = replace(told, change=ending.change, set_aside=ending.set_aside)
    told = replace(told, status=_before(told, ending, moment.now))
    return record(told, Fact.SUBSCRIPTION_KEPT, moment)


def reaches_to(subscription: Subscription) -> int:
    """The farthest end of what is paid, settled with 0, on trial, or will be charged; 0 for nothing.

    What waits for a consent is charged by nobody meanwhile.
    """
    under_way = subscription.invoices.get(subscription.in_flight or "")
    opened = open_invoices(subscription)
    charged = [each for each in opened if each.state is InvoiceState.OPEN or each.window_until is not None]
    waiting = [*charged, *([under_way] if under_way else [])]
    ends = (each.ends for each in waiting if each.kind is InvoiceKind.PERIOD)
    return max((subscription.paid_until or 0, *ends))


def window_decides(subscription: Subscription) -> bool:
    """Whether its end with the period waits for what becomes of an invoice's window."""
    ending = subscription.ending
    if ending is None or ending.pay_open:
        return False
    return any(each.window_until is not None for each in open_invoices(subscription))


def closed(subscription: Subscription, moment: Moment) -> Subscription:
    """The parts of an order ended once none is left: COMPLETED where every part is paid, else ENDED.

    An earlier end stays, whatever is charged late.
    """
    states = {each.state for each in subscription.invoices.values()}
    over = subscription.order_id is None or subscription.status in OVER
    if over or not states <= {InvoiceState.PAID, InvoiceState.VOID}:
        return subscription
    if states != {InvoiceState.PAID}:
        # only the shop voids a part
        return ended(subscription, moment, EndReason.SHOP)
    done = replace(subscription, status=SubscriptionStatus.COMPLETED, due_at=None)
    return record(done, Fact.SUBSCRIPTION_COMPLETED, moment)


def voided(subscription: Subscription, invoice: Invoice, moment: Moment) -> Subscription:
    """The subscription with this invoice void, and without the plan change it was to pay."""
    void = replace(invoice, state=InvoiceState.VOID, settled_at=moment.now)
    if subscription.change is not None and subscription.change.invoice_id == invoice.id:
        subscription = replace(subscription, change=subscription.set_aside, set_aside=None)
    return record(with_invoice(subscription, void), Fact.INVOICE_VOIDED, moment, invoice=invoice.id)


def left_owed(subscription: Subscription, invoice: Invoice, moment: Moment) -> Subscription:
    """The subscription with this invoice given up: nobody charges it by itself, it can still be paid."""
    owed = replace(invoice, state=InvoiceState.UNPAID, settled_at=moment.now, asked=False)
    told = with_invoice(subscription, owed)
    return record(told, Fact.INVOICE_UNPAID, moment, invoice=invoice.id, amount=invoice.amount)


def was_given_up(invoice: Invoice) -> bool:
    """Whether an open invoice was given up before its customer asked for it: it is never void with others."""
    return invoice.state is InvoiceState.OPEN and invoice.settled_at is not None


def _without_open(subscription: Subscription, moment: Moment) -> Subscription:
    """Its open invoices void, but for those under way, and noted so that they can be restored.

    A window that is open, or was not read since, may have been paid.
    """
    ending = subscription.ending
    if ending is None or ending.pay_open:
        return subscription
    for invoice in open_invoices(subscription):
        if invoice.id == subscription.in_flight or invoice.window_until is not None:
            continue
        if was_given_up(invoice):
            subscription = left_owed(subscription, invoice, moment)
            continue
        change, set_aside = subscription.change, subscription.set_aside
        if change is not None and change.invoice_id == invoice.id:
            ending = replace(ending, change=change, set_aside=set_aside)
        ending = replace(ending, voided={**ending.voided, invoice.id: invoice.state})
        subscription = voided(subscription, invoice, moment)
    return replace(subscription, ending=ending)


def _without_change(subscription: Subscription) -> Subscription:
    """Without the change from a period on that will not come."""
    ending, change = subscription.ending, subscription.change
    if ending is None or change is None or change.invoice_id is not None:
        return subscription
    if ending.change is None:
        ending = replace(ending, change=change)
    return replace(subscription, change=None, ending=ending)


def _before(subscription: Subscription, ending: Ending, now: float) -> SubscriptionStatus:
    """The status it had; what was paid, or began, meanwhile counts."""
    if ending.before in _STAYS:
        return ending.before
    owing = any(each.failed_at is not None for each in open_invoices(subscription))
    return SubscriptionStatus.PAST_DUE if owing else standing(subscription, now)
