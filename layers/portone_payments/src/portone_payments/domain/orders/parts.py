"""The parts an order is paid in."""

from collections.abc import Sequence

from portone_payments.domain.errors.billing import PartsDisagree
from portone_payments.domain.records.payments import OrderPart


def check_parts(parts: Sequence[OrderPart], *, total: int, tax_free: int) -> None:
    """Together exactly the order, what is tax-free as well, one after the other. Raises `PartsDisagree`."""
    due = [part.due_at or 0 for part in parts]
    together = (sum(part.amount for part in parts), sum(part.tax_free for part in parts))
    if parts and (together != (total, tax_free) or due != sorted(due)):
        raise PartsDisagree
