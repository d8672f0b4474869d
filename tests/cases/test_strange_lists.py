"""PortOne's lists show what this version does not know: one of a page is passed over, the others count."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from portone_local.actors.shop import seen_by_owner
from portone_local.portone import Fault
from portone_local.stack.passing import audited_days, clock_of, let_pass
from tests.support.edited import Change
from tests.support.refunding import cancelled_at_portone, paid, refund, refund_state
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


def first_is(change: Change) -> Change:
    """The first payment of each page, changed."""

    def edit(answer: dict[str, Any]) -> None:
        for item in answer["items"][:1]:
            change(item)

    return edit


def a_new_variant(item: dict[str, Any]) -> None:
    """Of an unknown variant only its discriminator is promised (facts 1.1)."""
    kept = {"id": item["id"], "status": "SETTLING"}
    item.clear()
    item.update(kept)


def without_its_moment(item: dict[str, Any]) -> None:
    del item["statusChangedAt"]


@pytest.mark.parametrize("strange", [a_new_variant, without_its_moment])
def test_the_audit_continues_although_one_payment_of_a_page_is_unreadable(
    stack: UnkindStack, strange: Change
) -> None:
    stack.portone.webhooks.switched_on = False
    several = [paid(stack, f"order-{number}") for number in range(3)]
    stack.functions.invoke("Audit", {})
    for prepared in several:
        stack.portone.console.cancel(prepared["paymentId"], 100)
    stack.wire.edited("list_payments", first_is(strange))

    audited_days(stack, 2)

    seen = [seen_by_owner(stack, each)["amount"]["cancelled"] for each in several]
    assert sum(seen) >= 200
    assert stack.counted("ItemSkipped") > 0


@pytest.mark.parametrize("behind", [5 * MINUTE, 2 * HOUR])
def test_a_refund_beside_a_console_refund_is_ambiguous_whatever_the_timestamps_say(
    stack: UnkindStack, behind: int
) -> None:
    prepared = paid(stack)
    clock_of(stack).advance(DAY)
    lost = Fault.TIMEOUT_BEFORE_COMMIT
    stack.portone.inject(operation="cancel_payment", fault=lost, times=None)
    refund(stack, prepared, amount=3_000)

    stack.portone.console.cancel(prepared["paymentId"], 3_000)
    stack.portone.webhooks.lose()
    stack.wire.edited("get_payment", stamped_earlier(behind))
    let_pass(stack, 30 * MINUTE)
    stack.portone.clear_faults()
    let_pass(stack, 4 * HOUR)

    assert cancelled_at_portone(stack, prepared) == 3_000
    assert refund_state(stack, prepared) != "FAILED"
    assert stack.attention("ambiguous") == [prepared["paymentId"]]


def stamped_earlier(seconds: int) -> Change:
    """The node that books what the console does has a clock that runs behind."""

    def change(answer: dict[str, Any]) -> None:
        for each in answer.get("cancellations", []):
            for name in ("requestedAt", "cancelledAt"):
                if name in each:
                    each[name] = earlier(each[name], seconds)

    return change


def earlier(stamp: str, seconds: int) -> str:
    """A moment in RFC 3339 before another."""
    return (datetime.fromisoformat(stamp) - timedelta(seconds=seconds)).isoformat()
