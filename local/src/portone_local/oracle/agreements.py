"""I1 of agreements: no period is charged above what its customer paid, chose or consented to before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from portone_local.oracle.evidence import Charge, Evidence, Finding
from portone_local.oracle.kinds import DAY
from portone_local.oracle.lives import charged_for
from portone_payments.domain.records.payments import HistoryLine
from portone_payments.domain.records.subscriptions import Invoice, InvoiceKind, Subscription
from portone_payments.domain.shared.calendar import Interval, Unit

CONSENT_LASTS = 30 * DAY
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.YEAR: 365}
_CUSTOMER = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a customer agreed to up to a moment: a price, how often (None: as often as it is), and words.

    `since`: the start of the newest period that was paid. `words`: amount and moment of each consent or
    choice that no later downgrade withdrew; `asked`: the invoices that the customer wanted charged.
    """

    amount: int = 0
    interval: Interval | None = None
    since: int = 0
    words: Sequence[tuple[int, float]] = ()
    asked: frozenset[object] = field(default=frozenset())


def nothing_is_charged_above_what_was_agreed(evidence: Evidence) -> Iterator[Finding]:
    """I1: a higher price, or the same one more often, is charged only with a consent of 30 days before."""
    for charge in _first_of_each(evidence):
        held, invoice = charged_for(evidence, charge)
        if held is None or invoice is None or invoice.kind is not InvoiceKind.PERIOD:
            continue
        before = _before(evidence.history(held), charge, invoice)
        agreed = agreed_by(held, before)
        # what is chosen for the next period takes nothing back of the one that has begun
        begun = agreed_by(held, [each for each in before if not _chosen_since(each, invoice)])
        allowed = any(_allowed(each, invoice, charge.at) for each in (agreed, begun))
        if not allowed and not _ends_a_trial(held, invoice):
            told = f"charged at the price of {invoice.price}, agreed was {agreed.amount}"
            yield Finding("I1", charge.payment_id, f"{held.subscription_id} was {told}")


def agreed_by(held: Subscription, history: Sequence[HistoryLine]) -> Agreed:
    """What its customer had agreed to by the end of this history."""
    agreed = Agreed()
    for entry in history:
        agreed = _after(agreed, held, entry)
    return agreed


def _before(history: Sequence[HistoryLine], charge: Charge, invoice: Invoice) -> list[HistoryLine]:
    """What was said before a charge: not after its outcome, be it in the same second."""
    said = takewhile(lambda each: not _ends(each, invoice), history)
    return [each for each in said if each.at <= charge.at]


def _ends(entry: HistoryLine, invoice: Invoice) -> bool:
    return entry.fact in {"invoice_paid", "invoice_failed"} and entry.data.get("invoice") == invoice.id


def _chosen_since(entry: HistoryLine, invoice: Invoice) -> bool:
    """Whether the customer chose another plan once this period had begun."""
    return entry.fact == "subscription_changed" and entry.by == _CUSTOMER and entry.at >= invoice.starts


def _after(agreed: Agreed, held: Subscription, entry: HistoryLine) -> Agreed:
    amount, invoice = int(entry.data.get("amount", 0)), entry.data.get("invoice")
    if entry.fact == "subscription_started":
        return replace(agreed, amount=amount)
    if entry.fact == "subscription_consented":
        return replace(agreed, words=(*agreed.words, (amount, entry.at)))
    if entry.fact in {"invoice_asked", "subscription_change_requested"}:
        return replace(agreed, asked=agreed.asked | {invoice})
    if entry.fact == "subscription_changed" and entry.by == _CUSTOMER:
        words = [each for each in agreed.words if each[0] <= amount]
        # a choice is a word too, which the payment of an older period does not take back
        return replace(agreed, amount=amount, interval=None, words=(*words, (amount, entry.at)))
    paid = held.invoices.get(str(invoice)) if entry.fact == "invoice_paid" else None
    if paid is not None and paid.kind is not InvoiceKind.PART and paid.starts >= agreed.since:
        return replace(agreed, amount=paid.price, interval=paid.interval, since=paid.starts)
    return agreed


def _allowed(agreed: Agreed, invoice: Invoice, at: float) -> bool:
    words = [amount for amount, given in agreed.words if at - CONSENT_LASTS <= given]
    said = invoice.id in agreed.asked or any(invoice.price <= amount for amount in words)
    before, now = _days(agreed.interval), _days(invoice.interval)
    as_seldom = before is None or now is None or now >= before
    return said or (invoice.price <= agreed.amount and as_seldom)


def _ends_a_trial(held: Subscription, invoice: Invoice) -> bool:
    """Whether it is the first one after a trial: what the customer said when it began is in no history."""
    return held.trial_ends is not None and invoice.starts == held.trial_ends


def _days(interval: Interval | None) -> int | None:
    return None if interval is None else _DAYS[interval.unit] * interval.count


def _first_of_each(evidence: Evidence) -> Iterator[Charge]:
    """The first charge of each payment: a retry asks for what was agreed to then."""
    known: set[str] = set()
    for charge in evidence.charges:
        if charge.payment_id not in known:
            known.add(charge.payment_id)
            yield charge
