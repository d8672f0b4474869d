"""How the tax-free part and the VAT of a payment are divided among its refunds, exactly (facts 5.1).

For every split the parts of a series of refunds add up to the payment, and none is negative.
"""

from dataclasses import dataclass

from portone_payments.domain.errors.common import InvalidRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What can still be refunded of a payment, in minor units; `vat` None where the PG computes it."""

    total: int
    tax_free: int
    vat: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The parts of one refund, in minor units."""

    tax_free: int
    vat: int | None


def split(amount: int, left: Left, *, tax_free: int | None, vat: int | None) -> Split:
    """The parts of a refund of `amount`; given parts are checked, absent ones are derived.

    A partial refund of a payment with mixed taxation must name its tax-free part: a default could be wrong.
    Raises `InvalidRequest`.
    """
    free = _tax_free(amount, left, tax_free)
    return Split(tax_free=free, vat=_vat(amount - free, left, vat))


def _tax_free(amount: int, left: Left, said: int | None) -> int:
    least = max(0, amount - (left.total - left.tax_free))
    most = min(amount, left.tax_free)
    if said is not None:
        if not least <= said <= most:
            raise InvalidRequest(field="taxFreeAmount", reason="out_of_range")
        return said
    if least != most:
        raise InvalidRequest(field="taxFreeAmount", reason="required_for_mixed_taxation")
    return least


def _vat(taxable: int, left: Left, said: int | None) -> int | None:
    """The VAT in proportion to what is left, so that the last refund takes exactly the rest."""
    if left.vat is None:
        return said
    taxable_left = left.total - left.tax_free
    least = max(0, left.vat - (taxable_left - taxable))
    most = min(taxable, left.vat)
    if said is not None:
        if not least <= said <= most:
            raise InvalidRequest(field="vatAmount", reason="out_of_range")
        return said
    if taxable_left == 0:
        return 0
    return min(most, max(least, left.vat * taxable // taxable_left))
