"""A price over the days of a period, exactly: the parts of any series of changes add up to it.

Amounts in whole minor units; days are KST. The day of a change belongs to the new plan. A preview and a
charge call the same function.
"""

from dataclasses import dataclass
from datetime import date

from portone_payments.domain.shared.calendar import days_between


@dataclass(frozen=True, slots=True)
class Proration:
    """The cost of a plan change; `due` = `charge` - `credit`; a negative one credits later invoices."""

    credit: int
    charge: int
    due: int


def split(price: int, days_used: int, days_total: int) -> tuple[int, int]:
    """`price` as (used, unused), together exactly `price`; the fraction of a unit goes to the unused part.

    Computed from the start of the period, so that the parts between any days add up too. ValueError for a
    negative price or days outside the period.
    """
    if price < 0 or not 0 <= days_used <= days_total or days_total == 0:
        raise ValueError("a price of at least 0 is split inside its period")
    used = price * days_used // days_total
    return used, price - used


def plan_change(old_price: int, new_price: int, day: date, start: date, end: date) -> Proration:
    """The change from `day` on in the period from `start` to the day before `end`.

    `old_price` is what the period was invoiced at: 0 in a free trial. ValueError as `split`.
    """
    used, total = days_between(start, day), days_between(start, end)
    _, credit = split(old_price, used, total)
    _, charge = split(new_price, used, total)
    return Proration(credit=credit, charge=charge, due=charge - credit)


def tax_free_share(part: int, whole: int, tax_free: int) -> int:
    """The tax-free share of `part`, where `tax_free` of `whole` is; always one `tax.split` accepts."""
    if not 0 <= part <= whole or not 0 <= tax_free <= whole:
        raise ValueError("a part and a tax-free share lie inside the whole")
    return tax_free * part // whole if whole else 0
