"""I1 of sums: what an invoice asks is its price less what came off it, and a balance comes from somewhere."""

from collections.abc import Iterator

from portone_local.oracle.evidence import Evidence, Finding
from portone_payments.domain.records.payments import Status
from portone_payments.domain.records.subscriptions import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Subscription,
    SubscriptionStatus,
)

SMALLEST = {"KRW": 100}
"""The smallest charge where a shop has set no other, in minor units."""

_HOLDS = frozenset({InvoiceState.OPEN, InvoiceState.WITHHELD, InvoiceState.PAID})
_ASKS = _HOLDS | {InvoiceState.UNPAID}
_OVER = frozenset({SubscriptionStatus.ENDED, SubscriptionStatus.COMPLETED})
_GONE = "subscription_credit_withdrawn"


def amounts_can_be_charged(evidence: Evidence) -> Iterator[Finding]:
    """I1: an invoice asks 0 or what a PG does charge, and a discount is a part of its price."""
    for held in _with_periods(evidence):
        smallest = _smallest(evidence, held.currency)
        for invoice in held.invoices.values():
            name = f"invoice {invoice.id} of {held.subscription_id} asks {invoice.amount}"
            if invoice.state in _ASKS and invoice.amount and invoice.amount < smallest:
                yield Finding("I1", invoice.paid_by, f"{name}, the smallest charge is {smallest}")
            if not 0 <= invoice.discount <= invoice.price:
                told = f"{name}, with {invoice.discount} off a price of {invoice.price}"
                yield Finding("I1", invoice.paid_by, told)


def balances_come_from_invoices(evidence: Evidence) -> Iterator[Finding]:
    """I1: a balance is what invoices put to it less what they took and what went with its payment."""
    for held in _with_periods(evidence):
        if len(held.invoices) < held.next_invoice - 1:
            continue
        put = -sum(each.balance for each in held.invoices.values() if each.state in _HOLDS)
        gone = sum(_gone(evidence, held).values())
        if held.balance != put - gone:
            told = f"has a balance of {held.balance}, {put} was put to it and {gone} went with its payment"
            yield Finding("I1", None, f"{held.subscription_id} {told}")


def returned_money_leaves_no_credit(evidence: Evidence) -> Iterator[Finding]:
    """I16: a credit that came from a payment whose money all went back is gone with it, or owed."""
    for held in _with_periods(evidence):
        gone = _gone(evidence, held)
        for change in held.invoices.values() if held.status not in _OVER else ():
            given = -change.balance - change.amount
            if change.state is not InvoiceState.PAID or change.credited <= 0 or given <= 0:
                continue
            sources = [each.paid_by or "" for each in _set_off(held, change)]
            left = given - _used_again(held, change) - sum(gone.get(each, 0) for each in sources)
            if sources and left > 0 and all(_returned(evidence, each) for each in sources):
                told = f"{held.subscription_id} keeps {left} of a credit whose payment went back"
                yield Finding("I16", sources[0], told)


def _with_periods(evidence: Evidence) -> Iterator[Subscription]:
    return (each for each in evidence.subscriptions.values() if each.order_id is None)


def _smallest(evidence: Evidence, currency: str) -> int:
    said = (each.split("=") for each in evidence.settings.get("SMALLEST_CHARGE", "").split(",") if each)
    told = SMALLEST | {name: int(amount) for name, amount in said}
    return told.get(currency, 0)


def _gone(evidence: Evidence, held: Subscription) -> dict[str, int]:
    """What was withdrawn of the balance, by the payment it had come from."""
    found: dict[str, int] = {}
    for entry in evidence.history(held):
        if entry.fact == _GONE:
            payment_id = str(entry.data.get("payment"))
            found[payment_id] = found.get(payment_id, 0) + int(entry.data["amount"])
    return found


def _set_off(held: Subscription, change: Invoice) -> list[Invoice]:
    """The paid invoices whose days a change set off, but for those that nobody had to pay for."""
    earlier = [each for each in held.invoices.values() if int(each.id) < int(change.id)]
    covered = [each for each in earlier if each.starts <= change.starts < each.ends]
    return [each for each in covered if each.state is InvoiceState.PAID and each.amount]


def _used_again(held: Subscription, change: Invoice) -> int:
    """What of a credit later changes took for days of the same period: it goes with the period."""
    later = [each for each in held.invoices.values() if int(each.id) > int(change.id)]
    of_period = [each for each in later if each.kind is InvoiceKind.PRORATION and each.ends == change.ends]
    return sum(max(0, each.balance) for each in of_period if each.state is InvoiceState.PAID)


def _returned(evidence: Evidence, payment_id: str) -> bool:
    """Whether we know that all of a payment's money went back."""
    payment = evidence.payments.get(payment_id)
    return payment is not None and payment.status is Status.CANCELLED
