"""What the next periods begin with: one change, and behind it new prices for all, each from its own day.

What was told for a period holds for it, whatever is told later for the periods after it.
"""

from dataclasses import replace

from portone_payments.domain.records.subscriptions import Change, PriceToCome

MOST_BEHIND = 3


def coming(change: Change | None, starts: int) -> Change | None:
    """What a period that begins at `starts` (epoch seconds UTC) begins with.

    None where nothing is new, or where it has to be paid for first.
    """
    if change is None or change.invoice_id is not None or (change.not_before or 0) > starts:
        return None
    begun = sum(each.starts <= starts for each in change.prices)
    return _from(change, begun) if begun else change


def following(change: Change) -> Change | None:
    """What waits once a change took place."""
    return _from(change, 1) if change.prices else None


def with_later(waiting: Change | None, change: Change) -> Change:
    """What waits, with a price for all: what begins before its day stays, all else gives way to it."""
    starts = change.not_before
    if waiting is None or starts is None or waiting.interval != change.interval:
        return change
    if (waiting.not_before or 0) >= starts:
        return change
    kept = (each for each in waiting.prices if each.starts < starts)
    price = PriceToCome(amount=change.amount, tax_free=change.tax_free, starts=starts)
    return replace(waiting, prices=(*kept, price))


def is_full(waiting: Change | None, starts: int | None) -> bool:
    """Whether a price from this day on (epoch seconds UTC) would have too many before it."""
    if waiting is None or starts is None:
        return False
    return sum(each.starts < starts for each in waiting.prices) >= MOST_BEHIND


def last_of(change: Change) -> tuple[int, int, int | None]:
    """Amount, tax-free amount (minor units) and first day (epoch seconds UTC) of what begins last."""
    last = change.prices[-1] if change.prices else None
    if last is None:
        return change.amount, change.tax_free, change.not_before
    return last.amount, last.tax_free, last.starts


def most_of(change: Change) -> int:
    """The highest price it, or what is behind it, asks (minor units)."""
    return max(change.amount, *(each.amount for each in change.prices), 0)


def _from(change: Change, count: int) -> Change:
    """The change at the `count`-th price behind it, with those after that one."""
    price = change.prices[count - 1]
    return replace(
        change,
        amount=price.amount,
        tax_free=price.tax_free,
        not_before=price.starts,
        prices=change.prices[count:],
    )
