"""I1, I4 and I5: what we say of money is what PortOne says of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from portone_local.oracle.by_hand import TAKEN, with_returns
from portone_local.oracle.evidence import Evidence, Finding
from portone_local.portone import PaymentBook
from portone_payments.domain.records.payments import AttentionKind, Payment, Status

ABSENT = None
AGREES: Mapping[Status, frozenset[str | None]] = {
    # pre-registered only, or attempted without a trace: PortOne knows no such payment
    Status.READY: frozenset({ABSENT, "READY"}),
    Status.PAY_PENDING: frozenset({"PAY_PENDING"}),
    Status.VIRTUAL_ACCOUNT_ISSUED: frozenset({"VIRTUAL_ACCOUNT_ISSUED"}),
    Status.PAID: frozenset({"PAID"}),
    Status.PARTIAL_CANCELLED: frozenset({"PARTIAL_CANCELLED"}),
    Status.CANCELLED: frozenset({"CANCELLED"}),
    Status.FAILED: frozenset({"FAILED"}),
    # no longer offered; PortOne itself never ends an offer
    Status.EXPIRED: frozenset({ABSENT, "READY", "FAILED"}),
    Status.MISMATCH: frozenset({"PAID", "PARTIAL_CANCELLED", "CANCELLED", "VIRTUAL_ACCOUNT_ISSUED"}),
}
_HELD = frozenset({Status.PAID, Status.PARTIAL_CANCELLED})


def one_payment_per_order(evidence: Evidence) -> Iterator[Finding]:
    """I1: at most one payment of an order holds money at PortOne, unless the surplus was called out."""
    by_order: dict[str, list[Payment]] = defaultdict(list)
    for payment in evidence.payments.values():
        if payment.subscription_id is not None:
            continue  # those have invoices
        if _state(evidence, payment) in TAKEN and not _called_out(evidence, payment):
            by_order[payment.order_id].append(payment)
    for order_id, paid in by_order.items():
        if len(paid) > 1:
            ids = sorted(payment.payment_id for payment in paid)
            yield Finding("I1", ids[-1], f"order {order_id} is paid {len(ids)} times: {', '.join(ids)}")
    for payment_id, book in evidence.books.items():
        if book.times_paid > 1:
            yield Finding("I1", payment_id, f"PortOne took the money {book.times_paid} times")


def sums_within_orders(evidence: Evidence) -> Iterator[Finding]:
    """I1: the amount of an order's payments is what the order costs."""
    for payment in evidence.payments.values():
        order = evidence.orders.get(payment.order_id)
        if payment.subscription_id is not None:
            continue  # their amount is their invoice's
        if order is None:
            yield Finding("I1", payment.payment_id, f"its order {payment.order_id} is not stored")
        elif (payment.total, payment.currency) != (order.total, order.currency):
            asked, cost = f"{payment.total} {payment.currency}", f"{order.total} {order.currency}"
            yield Finding("I1", payment.payment_id, f"asks for {asked}, the order costs {cost}")


def agrees_with_portone(evidence: Evidence) -> Iterator[Finding]:
    """I4: status and totals are PortOne's; a quarantined payment waits for staff instead."""
    for payment in evidence.payments.values():
        if payment.quarantined:
            continue
        book = _book(evidence, payment)
        state = book.state if book else ABSENT
        if not (state in AGREES[payment.status] or _lapsed(payment, state, evidence.now)):
            yield Finding("I4", payment.payment_id, f"we say {payment.status}, PortOne says {state}")
        elif book is not None and payment.status in _HELD | {Status.CANCELLED}:
            yield from _totals(payment, book)


def never_paid_when_different(evidence: Evidence) -> Iterator[Finding]:
    """I5: a payment whose difference PortOne's books prove is not PAID here."""
    for payment in evidence.payments.values():
        book = evidence.books.get(payment.payment_id)
        if payment.status not in _HELD or book is None or book.state is None:
            continue
        found = {
            "total": (book.total, payment.total),
            "currency": (book.currency, payment.currency),
            "store": (book.store_id, _store_then(evidence, book)),
            "channel": (book.channel_type if evidence.live else "LIVE", "LIVE"),
        }
        for name, (theirs, ours) in found.items():
            if theirs != ours:
                told = f"is {payment.status} here though its {name} is {theirs}, not {ours}"
                yield Finding("I5", payment.payment_id, told)


def _store_then(evidence: Evidence, book: PaymentBook) -> str | None:
    """Today's store, or the one it was paid into where the settings ever named that."""
    known = {each.store for each in evidence.operations}
    return book.store_id if book.store_id in known else evidence.store_id


def _totals(payment: Payment, book: PaymentBook) -> Iterator[Finding]:
    seen = payment.seen
    ours = (seen.total, seen.paid, seen.cancelled) if seen else None
    theirs = (book.total, book.paid, book.cancelled)
    if ours != theirs:
        told = f"we say total, paid, cancelled = {ours}, PortOne says {theirs}"
        yield Finding("I4", payment.payment_id, told)


def _state(evidence: Evidence, payment: Payment) -> str | None:
    book = _book(evidence, payment)
    return book.state if book else ABSENT


def _book(evidence: Evidence, payment: Payment) -> PaymentBook | None:
    """PortOne's book with what was paid back by hand beside it."""
    book = evidence.books.get(payment.payment_id)
    return with_returns(payment, book) if book else None


def _called_out(evidence: Evidence, payment: Payment) -> bool:
    """A surplus or a mismatch that staff was called to, or has dealt with."""
    if not (payment.surplus or payment.status is Status.MISMATCH):
        return False
    kinds = {each.kind for each in payment.attentions}
    calling = bool(kinds & {AttentionKind.SURPLUS, AttentionKind.MISMATCH})
    return calling or any(entry.fact == "resolved" for entry in evidence.history(payment))


def _lapsed(payment: Payment, state: str | None, now: float) -> bool:
    method = payment.seen.method if payment.seen else None
    account = method.virtual_account if method else None
    over = account is not None and account.due_at is not None and account.due_at <= now
    return payment.status is Status.EXPIRED and state == "VIRTUAL_ACCOUNT_ISSUED" and over
