"""How a story ended: PortOne's books and our own, row by row, without ids another run draws anew."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from portone_local.oracle import Evidence
from portone_local.portone import PaymentBook
from portone_payments.domain.records.events import Event
from portone_payments.domain.records.history import Fact
from portone_payments.domain.records.payments import Payment
from portone_payments.entry.views.payments import amount_view

type Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """`rows` are equal in two runs that ended alike; the rest is what a run that only waits must reach.

    `attentions`: the kinds staff is called with, or was and has answered.
    """

    rows: Counter[Row]
    events: Counter[Row]
    money: Counter[str]
    attentions: frozenset[str]


def ending_of(evidence: Evidence) -> Ending:
    """The end of a story, as the evidence shows it."""
    rows = [*_payments(evidence), *_foreign(evidence), *_subscriptions(evidence), *_wallets(evidence)]
    return Ending(
        rows=Counter(rows),
        events=Counter(map(_event, _published(evidence))),
        money=_money(evidence),
        attentions=frozenset(
            each
            for payment in evidence.payments.values()
            for each in (*standing(payment), *_answered(payment))
        ),
    )


def standing(payment: Payment) -> tuple[str, ...]:
    """The kinds of attention that a payment calls for."""
    several = getattr(payment, "attentions", None)
    if several is not None:
        return tuple(sorted(str(each.kind) for each in several))
    one = getattr(payment, "attention", None)
    return (str(one),) if one else ()


def _answered(payment: Payment) -> Iterator[str]:
    """The kinds of attention that staff has resolved."""
    return (str(each.data["attention"]) for each in payment.history if each.fact is Fact.RESOLVED)


def _payments(evidence: Evidence) -> Iterator[Row]:
    for payment in evidence.payments.values():
        seen = payment.seen
        yield (
            "payment",
            payment.order_id if payment.subscription_id is None else "charge",
            str(payment.status),
            (seen.total, seen.paid, seen.cancelled, seen.disputed) if seen else None,
            amount_view(payment)["paid"],
            _states(payment.refunds.values()),
            _states(payment.approvals),
            _states(payment.receipts),
            standing(payment),
            (payment.late, payment.surplus, payment.quarantined),
            _book(evidence.books.get(payment.payment_id)),
            _told(evidence, payment.payment_id),
        )


def _book(book: PaymentBook | None) -> Row | None:
    if book is None:
        return None
    back = sorted((str(entry.status), entry.amount) for entry in book.cancellations)
    receipts = sorted((entry.amount, entry.cancelled_at is None) for entry in book.cash_receipts)
    return book.state, book.total, book.paid, book.cancelled, book.times_paid, tuple(back), tuple(receipts)


def _states(things: Iterable[Any]) -> Row:
    return tuple(sorted((str(each.state), getattr(each, "amount", 0)) for each in things))


def _foreign(evidence: Evidence) -> Iterator[Row]:
    for payment_id in evidence.books.keys() - evidence.payments.keys():
        yield "foreign", _book(evidence.books[payment_id])


def _subscriptions(evidence: Evidence) -> Iterator[Row]:
    for each in evidence.subscriptions.values():
        invoices = sorted((str(one.kind), str(one.state), one.amount) for one in each.invoices.values())
        yield (
            "subscription",
            str(each.status),
            each.balance,
            each.in_flight is None,
            tuple(invoices),
            _told(evidence, each.subscription_id),
        )


def _wallets(evidence: Evidence) -> Iterator[Row]:
    for wallet in evidence.wallets.values():
        keys = sorted(str(key.state) for key in wallet.keys.values())
        yield "wallet", tuple(keys), wallet.default is not None, _told(evidence, wallet.user_id)


def _published(evidence: Evidence) -> Iterable[Event]:
    return {event.id: event for event in evidence.published}.values()


def _told(evidence: Evidence, of: str) -> Row:
    told = (_event(event) for event in _published(evidence) if _about(event) == of)
    return tuple(sorted(told))


def _about(event: Event) -> str:
    if event.type.startswith("wallet.") or event.id.startswith("wallet:"):
        return event.user_id
    return (event.payment_id or event.subscription_id) or event.user_id


def _event(event: Event) -> Row:
    return event.type, int(event.data.get("amount", 0) or 0)


def _money(evidence: Evidence) -> Counter[str]:
    money: Counter[str] = Counter()
    for book in evidence.books.values():
        money["times paid"] += book.times_paid
        money["cancelled"] += sum(
            entry.amount for entry in book.cancellations if str(entry.status) != "FAILED"
        )
        # one that stands still waits, as the rows show; only issuing moves anything
        money["receipts"] += len(book.cash_receipts)
    return money
