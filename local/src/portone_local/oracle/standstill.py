"""I17: what is due makes progress or says why not. Progress is money and facts, not a mark pushed on."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from http import HTTPStatus
from itertools import pairwise

from portone_local.oracle.attentions import calls_for
from portone_local.oracle.evidence import Answered, Evidence, Finding
from portone_local.oracle.kinds import DAY
from portone_local.oracle.silence import SWEEPS
from portone_payments.domain.records.billing_keys import KeyState, Wallet
from portone_payments.domain.records.instructions import RefundState
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)
from portone_payments.domain.subscriptions.life import OVER

# the longest that the everyday dunning policy waits between two steps is its grace of fourteen days
STANDING = 16 * DAY
KEYS_STANDING = 8 * DAY
ACCOUNT_STANDING = 30 * DAY
_COLLECTED = frozenset(SubscriptionStatus(each) for each in ("PENDING", "TRIAL", "ACTIVE", "PAST_DUE"))
_UNFINISHED = frozenset({KeyState.PENDING, KeyState.CONFIRMING, KeyState.CHECKING, KeyState.UNWANTED})
_STOPPED = ("SendingStopped", "PortOneCredentialRefused")
_REFUSED = frozenset({HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def invoices_get_on(evidence: Evidence) -> Iterator[Finding]:
    """I17: with a method that works, a due invoice is attempted, given up or withheld, and periods follow."""
    if _sending_stopped(evidence):
        return
    for subscription in evidence.subscriptions.values():
        if not _is_collected(subscription) or not _can_pay(evidence, subscription):
            continue
        name = subscription.subscription_id
        for invoice in subscription.invoices.values():
            since = max(float(invoice.starts), _progress(evidence, subscription, invoice))
            if invoice.state is InvoiceState.OPEN and standing(evidence, since, STANDING):
                told = f"invoice {invoice.id} of {name} has been due for weeks, and nothing is tried"
                yield Finding("I17", invoice.payment_id, told)
        if standing(evidence, _covered_until(subscription), STANDING):
            yield Finding("I17", None, f"{name} is {subscription.status}, and no period follows its last")


def keys_get_on(evidence: Evidence) -> Iterator[Finding]:
    """I17: a payment method somebody began to save is saved, refused or given up."""
    for wallet in evidence.wallets.values():
        for key in wallet.keys.values():
            if key.state in _UNFINISHED and standing(evidence, key.created_at, KEYS_STANDING):
                yield Finding("I17", None, f"key {key.id} has been {key.state} for days")


def accounts_are_asked_for(evidence: Evidence) -> Iterator[Finding]:
    """I17: a refund that waits for an account does not wait for ever without anybody being called."""
    for payment in evidence.payments.values():
        for refund in payment.refunds.values():
            waits = refund.state is RefundState.AWAITING_ACCOUNT
            if (
                waits
                and not calls_for(evidence, payment)
                and standing(evidence, refund.created_at, ACCOUNT_STANDING)
            ):
                yield Finding("I17", payment.payment_id, f"{refund.id} has waited for an account for weeks")


def nobody_is_refused_for_ever(evidence: Evidence) -> Iterator[Finding]:
    """I17: a caller answered to repeat later, who did a day later, does not get the same answer again."""
    asked: dict[str, list[Answered]] = defaultdict(list)
    for answer in evidence.answers:
        if answer.status in _REFUSED and _come_again(answer):
            asked[answer.asked].append(answer)
        elif answer.status < HTTPStatus.BAD_REQUEST:
            asked.pop(answer.asked, None)
    for what, refused in asked.items():
        book = next((book for id_, book in evidence.books.items() if f"/{id_}/" in what), None)
        if refused[-1].at - refused[0].at >= DAY and not (book and book.refunds_in_flight):
            payment_id = book.payment_id if book else None
            yield Finding("I17", payment_id, f"{what} was refused for a day, always to be asked again")


def _is_collected(subscription: Subscription) -> bool:
    if subscription.in_flight is not None or subscription.stopped_for:
        return False
    return subscription.status in _COLLECTED if subscription.interval else subscription.status not in OVER


def _can_pay(evidence: Evidence, subscription: Subscription) -> bool:
    wallet = evidence.wallets.get(subscription.user_id)
    if wallet is None:
        return False
    issued = {book.issue_id for book in evidence.keys if book.state.value == "ISSUED"}
    keys = (
        [wallet.keys.get(each or "") for each in _methods(evidence, subscription, wallet)] if wallet else []
    )
    return any(key is not None and key.state is KeyState.ACTIVE and key.id in issued for key in keys)


def _methods(evidence: Evidence, subscription: Subscription, wallet: Wallet) -> tuple[str | None, ...]:
    """What may pay it: the method assigned to it, and the default where that steps in for it."""
    falls_back = evidence.settings.get("METHOD_FALLBACK") == "on"
    if subscription.billing_key_id is None or falls_back:
        return subscription.billing_key_id, wallet.default
    return (subscription.billing_key_id,)


def _progress(evidence: Evidence, subscription: Subscription, invoice: Invoice) -> float:
    """When money or a fact last moved this invoice."""
    ids = {*invoice.earlier, invoice.payment_id}
    sent = [each.at for each in evidence.charges if each.payment_id in ids]
    facts = [each.at for each in evidence.history(subscription) if each.data.get("invoice") == invoice.id]
    return max([*sent, *facts, invoice.tried_at or 0.0, subscription.created_at])


def _covered_until(subscription: Subscription) -> float:
    """The end of the last period that was charged for; never for one without periods."""
    if subscription.interval is None:
        return float("inf")
    periods = [each.ends for each in subscription.invoices.values() if each.kind is InvoiceKind.PERIOD]
    resumed = [entry.at for entry in subscription.history if entry.fact == "subscription_resumed"]
    begins = max(subscription.trial_ends or 0, subscription.starts_at, subscription.created_at)
    return max([*periods, *resumed, begins])


def standing(evidence: Evidence, since: float, seconds: float) -> bool:
    """Whether nothing has happened for so long although the sweep has run, from its first run on."""
    if evidence.now - since < seconds:
        return False
    sweeps = evidence.alarms.moments(SWEEPS)
    swept = sweeps[bisect_left(sweeps, since) :]
    # while nobody sweeps nothing can happen: of a gap a day counts at most
    return sum(min(later - earlier, DAY) for earlier, later in pairwise(swept)) >= seconds


def _sending_stopped(evidence: Evidence) -> bool:
    """Whether nothing is sent, and callers are answered so: no subscription can be charged."""
    stopped = (evidence.alarms.last(name) for name in _STOPPED)
    return any(at is not None and evidence.now - at < DAY for at in stopped)


def _come_again(answer: Answered) -> bool:
    return '"retryable":true' in answer.body.replace(" ", "")
