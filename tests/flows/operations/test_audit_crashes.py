"""An audit that dies anywhere goes on from its mark: nothing is skipped, doubled or counted twice."""

import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import islice, product
from typing import Any

import pytest

from portone_local.stories.boundaries import Crash, Side
from portone_local.stories.telling import every
from portone_local.twins.dynamo import undisturbed
from portone_payments.domain.records.audit import AuditDay, DiscrepancyKind
from portone_payments.domain.records.payments import Status
from tests.support.audited import AuditedShop

STEP = every(test=101, check=31)  # every pair in make prove
type End = dict[str, object]


def a_short_day() -> AuditedShop:
    """One difference of each way to end, a foreign payment, and two that agree."""
    shop = AuditedShop()
    shop.sell("agrees")
    shop.sell("unheard", heard=False)
    shop.sell("cancelled")
    shop.portone.console.cancel("cancelled", 300)
    shop.sell("lost")
    shop.lose("lost")
    shop.prepare("unknown")
    shop.spoil("unknown", status=Status.PAID, status_at=shop.clock.now())
    shop.sell("tampered", heard=False, amount=10)
    shop.portone.buyer.pay("foreign", shop.checkout("", custom_data=None))
    shop.clock.advance(40_000)
    shop.sell("later")
    shop.settle()
    return shop


def end_of(shop: AuditedShop) -> End:
    days = shop.mark().days
    names = ("agrees", "unheard", "cancelled", "unknown", "tampered", "later")
    return {
        "found": shop.found(),
        "days": {day: days[day] for day in sorted(days)},
        "statuses": [shop.status(name) for name in names],
        "until": shop.mark().until,
    }


def dying(shop: AuditedShop, nth: int, side: Side) -> Callable[[], int]:
    """Die at the `nth` call of the table or of PortOne; answers how many calls there were."""
    calls = 0
    inner = shop.wire.inner

    def cut(_operation: str, call: Callable[[], Any]) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and side is Side.BEFORE:
            raise Crash
        answered = call()
        if calls == nth:
            raise Crash
        return answered

    class Wire(type(inner)):  # type: ignore[misc]
        def handle_request(self, request: Any) -> Any:
            return cut("portone", lambda: inner.handle_request(request))

    shop.wire.inner = Wire.__new__(Wire)
    shop.store.table.around = cut
    return lambda: calls


def recover(shop: AuditedShop, inner: Any) -> None:
    shop.wire.inner, shop.store.table.around = inner, undisturbed
    shop.audit()


def calls_of_an_audit() -> int:
    shop = a_short_day()
    count = dying(shop, 0, Side.BEFORE)
    shop.audit()
    return count()


CALLS = calls_of_an_audit()
EXPECTED = {
    ("lost", DiscrepancyKind.MISSING_HERE),
    ("unknown", DiscrepancyKind.MISSING_THERE),
    ("tampered", DiscrepancyKind.AMOUNT),
}


def test_an_uninterrupted_audit_ends_like_this() -> None:
    shop = a_short_day()

    shop.audit()

    assert shop.found() == EXPECTED
    assert list(shop.mark().days.values()) == [AuditDay(listed=7, foreign=1)]
    assert end_of(shop)["statuses"] == ["PAID", "PAID", "PARTIAL_CANCELLED", "PAID", "MISMATCH", "PAID"]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("nth", range(1, CALLS + 1))
def test_an_audit_that_dies_here_ends_like_an_uninterrupted_one(nth: int, side: Side) -> None:
    lived, shop = a_short_day(), a_short_day()
    lived.audit()
    inner = shop.wire.inner
    dying(shop, nth, side)

    with pytest.raises(Crash):
        shop.audit()
    recover(shop, inner)

    assert end_of(shop) == end_of(lived)


@pytest.mark.race
@pytest.mark.parametrize("sides", [*product(Side, Side)], ids="-".join)
def test_an_audit_that_dies_twice_ends_like_an_uninterrupted_one(
    sides: tuple[Side, Side], capsys: pytest.CaptureFixture[str]
) -> None:
    lived, pairs = a_short_day(), 0
    lived.audit()
    calls = range(1, CALLS + 1)

    for pair in islice(product(calls, calls), 0, None, STEP):
        shop = a_short_day()
        inner = shop.wire.inner
        for nth, side in zip(pair, sides, strict=True):
            shop.wire.inner, shop.store.table.around = inner, undisturbed
            dying(shop, nth, side)
            with suppress(Crash):
                shop.audit()
        recover(shop, inner)

        assert end_of(shop) == end_of(lived)
        pairs += 1

    with capsys.disabled():
        sys.stdout.write(f"audit: {pairs} pairs ")
    assert pairs


def test_every_call_of_the_audit_was_interrupted() -> None:
    assert CALLS > 30
