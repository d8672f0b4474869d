"""The parts of an order add up to it, one after the other."""

import pytest

from portone_payments.domain.errors.billing import PartsDisagree
from portone_payments.domain.orders.parts import check_parts
from portone_payments.domain.records.payments import OrderPart


def part(amount: int, tax_free: int = 0, due_at: int | None = None) -> OrderPart:
    return OrderPart(amount=amount, tax_free=tax_free, due_at=due_at, name="")


@pytest.mark.parametrize(
    "parts",
    [(), (part(10, 3),), (part(4, 3), part(6, 0, due_at=20)), (part(4, 3, due_at=20), part(6, 0, due_at=20))],
)
def test_parts_that_are_together_the_order_pass(parts: tuple[OrderPart, ...]) -> None:
    check_parts(parts, total=10, tax_free=3)


@pytest.mark.parametrize(
    "parts",
    [
        (part(9, 3),),
        (part(5, 3), part(6, 0, due_at=20)),
        (part(4, 1), part(6, 1, due_at=20)),
        (part(4, 3, due_at=20), part(6)),
    ],
)
def test_another_sum_another_tax_free_part_and_another_order_of_days_are_refused(
    parts: tuple[OrderPart, ...],
) -> None:
    with pytest.raises(PartsDisagree):
        check_parts(parts, total=10, tax_free=3)
