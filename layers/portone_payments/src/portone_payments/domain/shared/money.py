"""Amounts: whole numbers of a currency's minor unit, never floats."""

from portone_payments.domain.errors.common import InvalidRequest

# Far above any honest order and far below what an int64 or a float loses; KRW and JPY have no subunit.
_SANE_MAXIMUM = {"KRW": 10_000_000_000, "JPY": 1_000_000_000, "USD": 1_000_000_000}
CURRENCIES = frozenset(_SANE_MAXIMUM)


def checked_amount(amount: object, currency: str, *, field: str, least: int = 1) -> int:
    """`amount` when it is an int in [least, sane maximum]; minor units. Raises `InvalidRequest`."""
    if currency not in _SANE_MAXIMUM:
        raise InvalidRequest(field="currency", reason="unsupported")
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise InvalidRequest(field=field, reason="not_an_integer")
    if not least <= amount <= _SANE_MAXIMUM[currency]:
        raise InvalidRequest(field=field, reason="out_of_range")
    return amount


def checked_tax_free(part: object, total: int, currency: str, *, field: str) -> int:
    """The tax-free part of `total`, in minor units: never more than the whole. Raises `InvalidRequest`."""
    tax_free = checked_amount(part, currency, field=field, least=0)
    if tax_free > total:
        raise InvalidRequest(field=field, reason="above_total")
    return tax_free
