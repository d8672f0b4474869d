"""What a subscription says that its customer has (rule 11): its status, what is paid, when it ends."""

from collections.abc import Iterator

from portone_local.oracle.attentions import calls_for
from portone_local.oracle.evidence import Charge, Evidence, Finding
from portone_local.oracle.kinds import DAY, HOUR
from portone_local.oracle.standstill import standing
from portone_payments.domain.records.payments import HistoryLine
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)

_OVER = frozenset({SubscriptionStatus.ENDED, SubscriptionStatus.COMPLETED})
_NO_SEAT = _OVER | {SubscriptionStatus.UNPAID}
_BEGINS = "subscription_begun"
_TAKEN_BACK = "chargeback"


def statuses_agree_with_figures(evidence: Evidence) -> Iterator[Finding]:
    """I16: PENDING has nothing paid, ENDING an end that is paid, ENDED a reason; nothing else has."""
    for held in evidence.subscriptions.values():
        for told in _contradictions(held):
            yield Finding("I16", None, f"{held.subscription_id} is {held.status}, {told}")


def statuses_follow_the_clock(evidence: Evidence) -> Iterator[Finding]:
    """I17: what begins, is on trial or ends is so no longer than it says, whoever sweeps."""
    for held in evidence.subscriptions.values():
        moment = _over_at(held)
        dead = any(each.fact == "dead_lettered" for each in evidence.history(held))
        slack = DAY + HOUR if dead else HOUR
        if moment is not None and held.in_flight is None and standing(evidence, moment, slack):
            told = f"{held.subscription_id} is {held.status}, which was over at {int(moment)}"
            yield Finding("I17", None, told)


def paid_until_is_paid(evidence: Evidence) -> Iterator[Finding]:
    """I16: it is paid until the end of its newest paid period or of its trial, never beyond what is paid."""
    for held in evidence.subscriptions.values():
        if held.interval is None:
            continue
        paid = [each for each in _periods(held) if each.state is InvoiceState.PAID]
        ends = [each.ends for each in paid]
        trial = [held.trial_ends] if held.trial_ends is not None and _has_begun(evidence, held) else []
        most, until = max([*ends, *trial], default=0), held.paid_until or 0
        kept = [each for each in paid[-1:] if not _went_back(evidence, each)]
        least = max([each.ends for each in kept], default=0)
        if not least <= until <= most:
            told = f"says it is paid until {until}, and is from {least} to {most}"
            yield Finding("I16", None, f"{held.subscription_id} {told}")


def nothing_is_charged_while_ending(evidence: Evidence) -> Iterator[Finding]:
    """I12: from a cancellation at period end until it is taken back, no period is charged that began then."""
    for charge in evidence.charges:
        held, invoice = charged_for(evidence, charge)
        if held is None or invoice is None or invoice.kind is not InvoiceKind.PERIOD:
            continue
        since = _ending_since(evidence.history(held), charge.at)
        if since is not None and invoice.starts >= since:
            told = f"charged for {held.subscription_id}, which was ending since {int(since)}"
            yield Finding("I12", charge.payment_id, told)


def stops_call_a_person(evidence: Evidence) -> Iterator[Finding]:
    """I17: what stops collecting until somebody decides has called staff, so that somebody can decide."""
    for held in evidence.subscriptions.values():
        for payment_id in held.stopped_for:
            payment = evidence.payments.get(payment_id)
            kinds = {kind for kind, _ in calls_for(evidence, payment)} if payment else set[str]()
            if payment_id not in evidence.ended and _TAKEN_BACK not in kinds:
                told = f"stops {held.subscription_id}, and nobody is called to decide"
                yield Finding("I17", payment_id, told)


def one_subscription_of_a_group(evidence: Evidence) -> Iterator[Finding]:
    """I1: by setting a user has one subscription of a plan group that is neither over nor given up."""
    if not _always_on(evidence, "ONE_SUBSCRIPTION"):
        return
    holders: dict[tuple[str, str], str] = {}
    for held in evidence.subscriptions.values():
        before = held.ending.before if held.ending is not None else None
        if held.interval is None or {held.status, before} & _NO_SEAT:
            continue
        first = holders.setdefault((held.user_id, held.group or held.plan_id), held.subscription_id)
        if first != held.subscription_id:
            told = f"{held.user_id} has {first} and {held.subscription_id} of one plan group"
            yield Finding("I1", None, told)


def one_trial_of_a_group(evidence: Evidence) -> Iterator[Finding]:
    """I1: by setting a user has one trial of a plan group; of those that never changed their plan."""
    if not _always_on(evidence, "ONE_TRIAL"):
        return
    had: dict[tuple[str, str], str] = {}
    for held in evidence.subscriptions.values():
        changed = any(each.fact == "subscription_changed" for each in evidence.history(held))
        if held.trial_ends is None or changed or not _has_begun(evidence, held):
            continue
        first = had.setdefault((held.user_id, held.group or held.plan_id), held.subscription_id)
        if first != held.subscription_id:
            told = f"{held.user_id} was on trial in {first} and in {held.subscription_id}"
            yield Finding("I1", None, told)


def charged_for(evidence: Evidence, charge: Charge) -> tuple[Subscription | None, Invoice | None]:
    """What a charge was for; None for what is not known here."""
    payment = evidence.payments.get(charge.payment_id)
    held = evidence.subscriptions.get(payment.subscription_id or "") if payment else None
    return held, held.invoices.get(payment.invoice_id or "") if payment and held else None


def _contradictions(held: Subscription) -> Iterator[str]:
    over, ending = held.status is SubscriptionStatus.ENDED, held.status is SubscriptionStatus.ENDING
    # while a charge is under way it is to end, for this reason
    if over != (held.ended_because is not None) and held.end_asked_at is None:
        yield f"and ended because of {held.ended_because}"
    if over != (held.ended_at is not None):
        yield f"and ended at {held.ended_at}"
    if ending != (held.ends_at is not None) or ending != (held.ending is not None):
        yield f"and ends at {held.ends_at}"
    if (
        ending
        and held.in_flight is None
        and (held.ends_at or 0) > max(held.paid_until or 0, _left_open(held))
    ):
        yield f"ends at {held.ends_at}, and is paid until {held.paid_until}"
    if held.status is SubscriptionStatus.PENDING and held.paid_until is not None:
        yield f"and is paid until {held.paid_until}"


def _left_open(held: Subscription) -> int:
    """The end of what its customer left open to be charged before it ends; 0 for nothing."""
    if held.ending is None or not held.ending.pay_open:
        return 0
    return max((each.ends for each in held.invoices.values() if each.state is InvoiceState.OPEN), default=0)


def _over_at(held: Subscription) -> int | None:
    """When its status is over by the clock; None for one that has no such moment."""
    moments = {
        SubscriptionStatus.PENDING: held.starts_at,
        SubscriptionStatus.TRIAL: held.trial_ends,
        SubscriptionStatus.ENDING: held.ends_at,
    }
    return moments.get(held.status)


def _periods(held: Subscription) -> list[Invoice]:
    found = [each for each in held.invoices.values() if each.kind is InvoiceKind.PERIOD]
    return sorted(found, key=lambda each: int(each.id))


def _has_begun(evidence: Evidence, held: Subscription) -> bool:
    """Whether its first day came while it lived; one cancelled before had no trial."""
    return held.starts_at <= (evidence.now if held.ended_at is None else held.ended_at)


def _went_back(evidence: Evidence, invoice: Invoice) -> bool:
    book = evidence.books.get(invoice.paid_by or "")
    return book is not None and book.cancelled > 0


def _ending_since(history: tuple[HistoryLine, ...], at: float) -> float | None:
    """Since when it was ending at that moment; None where it was not."""
    since = None
    for entry in (each for each in history if each.at < at):
        if entry.fact == "subscription_ending":
            since = entry.at
        elif entry.fact == "subscription_kept":
            since = None
    return since


def _always_on(evidence: Evidence, setting: str) -> bool:
    """Whether a setting is on, and nobody ever deployed another."""
    name = setting.lower()
    return evidence.settings.get(setting) == "on" and not any(
        name in each.name for each in evidence.operations
    )
