"""How much of a payment's past stays in its item, so that the item stays small and cheap to write."""

from dataclasses import replace

from portone_payments.domain.records import Entry, HintState, Payment

HISTORY_LIMIT = 60
HISTORY_KEPT = 40
CLOSED_HINTS_KEPT = 50


def bounded(payment: Payment) -> tuple[Payment, tuple[Entry, ...]]:
    """The payment to store, and the oldest history entries that first need items of their own.

    Open hints are never evicted (invariant I2); of the closed ones the newest stay.
    """
    payment = _evict_closed_hints(payment)
    if len(payment.history) <= HISTORY_LIMIT:
        return payment, ()
    oldest, newest = payment.history[:-HISTORY_KEPT], payment.history[-HISTORY_KEPT:]
    return replace(payment, history=newest), oldest


def _evict_closed_hints(payment: Payment) -> Payment:
    closed = [hint for hint in payment.hints.values() if hint.state != HintState.OPEN]
    if len(closed) <= CLOSED_HINTS_KEPT:
        return payment
    closed.sort(key=lambda hint: hint.received_at)
    evicted = {hint.id for hint in closed[:-CLOSED_HINTS_KEPT]}
    return replace(payment, hints={id_: hint for id_, hint in payment.hints.items() if id_ not in evicted})
