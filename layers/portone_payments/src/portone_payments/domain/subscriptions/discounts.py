"""A percentage or an amount off for some periods, as the shop gives it when it subscribes a user.

Coupons are the shop's affair. What is free altogether is a trial, whose end needs a consent: a discount never
is.
"""

from dataclasses import replace

from portone_payments.domain.errors.common import InvalidRequest
from portone_payments.domain.records.subscriptions import Discount

MOST_PERCENT = 99


def checked_discount(percent: int | None, amount: int | None, periods: int, price: int) -> Discount:
    """A discount on a price (minor units). Raises `InvalidRequest` for none, both, or one that leaves 0."""
    if (percent is None) == (amount is None):
        raise InvalidRequest(field="discount", reason="percent_or_amount")
    if amount is not None and amount >= price:
        raise InvalidRequest(field="discount.amount", reason="not_below_price")
    discount = Discount(percent=percent or 0, amount=amount or 0, left=periods)
    if price and off(discount, price, price) >= price:
        raise InvalidRequest(field="discount.percent", reason="not_below_price")
    return discount


def off(discount: Discount, worth: int, whole: int) -> int:
    """What it takes off days worth `worth`, of a period that costs `whole` (minor units).

    A fraction of a unit is the customer's.
    """
    if discount.percent:
        return -(-worth * discount.percent // 100)
    share = discount.amount if worth == whole or not whole else -(-discount.amount * worth // whole)
    return min(share, worth)


def applies(discount: Discount | None, starts: int) -> bool:
    """Whether the period that begins at this KST midnight is discounted; once more where it was before."""
    return discount is not None and (discount.left > 0 or discount.counted == starts)


def counted(discount: Discount | None, starts: int) -> Discount | None:
    """The discount after the period that begins at this KST midnight was invoiced, also once more."""
    if discount is None or discount.left <= 0 or discount.counted == starts:
        return discount
    return replace(discount, left=discount.left - 1, counted=starts)
