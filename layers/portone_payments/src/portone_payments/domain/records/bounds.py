"""How much of a record's history stays in its item, so that the item stays small and cheap to write."""

from dataclasses import replace

from portone_payments.domain.records.billing_keys import SettledKey, Wallet, settled
from portone_payments.domain.records.payments import HistoryLine, Payment
from portone_payments.domain.records.refund_traces import parted
from portone_payments.domain.records.settled_invoices import parted as without_settled
from portone_payments.domain.records.subscriptions import Subscription
from portone_payments.domain.records.webhooks import HintState

# the ciphertext of what staff wrote in a line of a history, and how long it is kept, in seconds
SEALED = "sealed"
WORDS_KEPT = 180 * 24 * 3600
HISTORY_LIMIT = 40
HISTORY_KEPT = 34
# of a subscription, whose lines mostly leave with an invoice
LINES_LIMIT = 16
LINES_LEFT = 8
CLOSED_HINTS_KEPT = 8
SETTLED_KEYS_KEPT = 8
_CLOSED = frozenset(HintState) - {HintState.OPEN}


def bounded[Publishable: (Payment, Subscription, Wallet)](
    told: Publishable,
) -> tuple[Publishable, tuple[HistoryLine, ...]]:
    """The record to store, and the oldest history entries that first need items of their own."""
    if isinstance(told, Payment):
        told, _ = parted(_without_old_words(_without_old_hints(told)))
    if isinstance(told, Wallet):
        gone = {each.key.id for each in left_behind(told)}
        told = replace(told, keys={id_: key for id_, key in told.keys.items() if id_ not in gone})
    if isinstance(told, Subscription):
        told, _ = without_settled(_without_old_words(told))
    rented = isinstance(told, Subscription)
    most, kept = (LINES_LIMIT, LINES_LEFT) if rented else (HISTORY_LIMIT, HISTORY_KEPT)
    if len(told.history) <= most:
        return told, ()
    oldest, newest = told.history[:-kept], told.history[-kept:]
    return replace(told, history=newest), tuple(_wordless(entry) for entry in oldest)


def left_behind(wallet: Wallet) -> tuple[SettledKey, ...]:
    """The settled keys beyond the newest, which leave the wallet for items of their own."""
    old = sorted(filter(settled, wallet.keys.values()), key=lambda key: key.settled_at or 0.0)
    return tuple(
        SettledKey(user_id=wallet.user_id, key=key) for key in old[: max(0, len(old) - SETTLED_KEYS_KEPT)]
    )


def as_saved[Publishable: (Payment, Subscription, Wallet)](told: Publishable) -> Publishable:
    """The record as a read would return it after this save; it spares that read."""
    kept, _ = bounded(told)
    if isinstance(kept, Payment):
        kept = replace(kept, listed=kept.attentions)
    return replace(kept, version=told.version + 1)


def _without_old_words[Written: (Payment, Subscription)](told: Written) -> Written:
    """The record without staff's texts that are older than half a year before its newest history line."""
    if not any(SEALED in entry.data for entry in told.history):
        return told
    since = told.history[-1].at - WORDS_KEPT
    kept = tuple(entry if entry.at >= since else _wordless(entry) for entry in told.history)
    return replace(told, history=kept)


def _wordless(entry: HistoryLine) -> HistoryLine:
    if SEALED not in entry.data:
        return entry
    return replace(entry, data={name: value for name, value in entry.data.items() if name != SEALED})


def _without_old_hints(payment: Payment) -> Payment:
    """The payment with every open hint (invariant I2) and only the newest closed ones."""
    closed = [hint for hint in payment.hints.values() if hint.state in _CLOSED]
    if len(closed) <= CLOSED_HINTS_KEPT:
        return payment
    closed.sort(key=lambda hint: hint.received_at)
    evicted = {hint.id for hint in closed[:-CLOSED_HINTS_KEPT]}
    return replace(payment, hints={id_: hint for id_, hint in payment.hints.items() if id_ not in evicted})
