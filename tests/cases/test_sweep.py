"""One record that cannot be read, leased, saved or put off stops no other."""

import json
from typing import Any

import pytest

from portone_local.actors.shop import USER, pay, prepare, put_order, status
from portone_local.actors.subscribers import held, subscribed
from portone_local.portone import Fault
from portone_local.stack.passing import clock_of
from tests.support.letters import event, send
from tests.support.poison import Spoil, full, newer, spoil, unreadable
from tests.support.refunding import paid, refund
from tests.support.unkind import UnkindStack

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
SPOILT = {"newer": newer, "unreadable": unreadable, "full": full}
MARKS = ("due_at", "tries")
ALL = ("newer", "unreadable", "full")


def due_payment(stack: UnkindStack) -> str:
    """A payment that waits for its buyer."""
    return f"payment#{prepare(stack, 'order-spoilt')['paymentId']}"


def due_wallet(stack: UnkindStack) -> str:
    """An abandoned window that saves a payment method."""
    stack.app("user-9").post("/billing-keys", {"payMethod": "CARD", "platform": "ios"})
    return "wallet#user-9"


def due_subscription(stack: UnkindStack) -> str:
    """A subscription that is charged next month."""
    return f"subscription#{subscribed(stack, 'user-9')}"


def due_unmatched(stack: UnkindStack) -> str:
    """A webhook about a payment that is not here."""
    stack.portone.inject(operation="get_payment", fault=Fault.HTML_500)
    send(stack, event("Transaction.Paid", "notOneOfOurs"), webhook_id="wh_unmatched")
    return "unmatched#wh_unmatched"


KINDS = {
    "payment": due_payment,
    "wallet": due_wallet,
    "subscription": due_subscription,
    "unmatched": due_unmatched,
}


def spoilt(stack: UnkindStack, kind: str, how: Spoil) -> None:
    """One due record of this kind is spoilt."""
    assert spoil(stack, KINDS[kind](stack), how) == 1


def paid_unheard(stack: UnkindStack, order_id: str = "order-1") -> dict[str, Any]:
    """Somebody else's payment, which only the sweep can find."""
    prepared = prepare(stack, order_id)
    pay(stack, prepared)
    return prepared


def sweeps_failed(stack: UnkindStack) -> int:
    """How many sweeps died."""
    return sum(function == "Sweep" for function, _ in stack.failures)


@pytest.mark.parametrize("how", ALL)
@pytest.mark.parametrize("kind", list(KINDS))
def test_an_unreadable_record_is_counted_and_skipped(stack: UnkindStack, kind: str, how: str) -> None:
    stack.portone.webhooks.switched_on = False
    spoilt(stack, kind, SPOILT[how])
    if kind == "subscription":
        clock_of(stack).advance(31 * DAY)

    stack.run_for(100 * MINUTE, step=2 * MINUTE)
    prepared = paid_unheard(stack)
    stack.run_for(15 * MINUTE)

    assert sweeps_failed(stack) == 0
    assert stack.counted("ItemSkipped") + stack.counted("WorkDeadLettered") > 0
    assert status(stack, prepared) == "PAID"


@pytest.mark.parametrize("how", ALL)
def test_an_unreadable_record_stays_due_and_is_settled_once_it_is_readable(
    stack: UnkindStack, how: str
) -> None:
    stack.portone.webhooks.switched_on = False
    prepared = paid_unheard(stack)
    key = f"payment#{prepared['paymentId']}"
    [before] = [item for item in stack.dump() if item["pk"]["S"] == key and item["sk"]["S"] == "payment"]
    spoil(stack, key, SPOILT[how])
    stack.run_for(2 * HOUR, step=5 * MINUTE)

    spoil(
        stack, key, lambda item: before | {name: item[name] for name in ("due_at", "tries") if name in item}
    )
    stack.run_for(DAY + HOUR, step=10 * MINUTE)

    assert status(stack, prepared) == "PAID"


@pytest.mark.parametrize("how", ["newer", "unreadable"])
def test_a_renewal_is_charged_although_another_subscription_is_unreadable(
    stack: UnkindStack, how: str
) -> None:
    spoilt(stack, "subscription", SPOILT[how])
    mine = subscribed(stack)

    stack.run_for(30 * DAY, step=DAY / 2)
    stack.run_for(DAY, step=10 * MINUTE)

    assert [invoice.state for invoice in held(stack, mine).invoices.values()] == ["PAID", "PAID"]


@pytest.mark.parametrize("how", ["newer", "unreadable"])
def test_lists_show_what_is_readable(stack: UnkindStack, how: str) -> None:
    other, mine = prepare(stack, "order-spoilt"), paid(stack)
    for order_id in ("order-2", "order-3"):
        wrong = prepare(stack, order_id)
        pay(stack, wrong, amount=10, tampered=True)
        stack.app(USER).post(f"/payments/{wrong['paymentId']}/verify")
        stack.portone.console.refuse_next_cancel(times=9)
    spoil(stack, f"payment#{other['paymentId']}", SPOILT[how])
    spoil(stack, f"payment#{wrong['paymentId']}", SPOILT[how])

    listed = stack.app(USER).get("/payments")
    called = stack.staff.get("/ops/attention?kind=mismatch")

    assert (listed.status, called.status) == (200, 200)
    assert mine["paymentId"] in {each["paymentId"] for each in listed.json()["items"]}


def audit(stack: UnkindStack) -> None:
    """The daily comparison with PortOne's books."""
    target = stack.template["Resources"]["AuditDaily"]["Properties"]["Target"]
    stack.functions.invoke("Audit", json.loads(target.get("Input", "{}")))


@pytest.mark.parametrize("how", ALL)
def test_the_audit_continues_although_a_record_is_unreadable(stack: UnkindStack, how: str) -> None:
    stack.portone.webhooks.switched_on = False
    wrong = paid(stack, "order-spoilt")
    spoil(stack, f"payment#{wrong['paymentId']}", SPOILT[how])
    mine = paid(stack)
    clock_of(stack).advance(26 * HOUR)
    audit(stack)
    stack.portone.console.cancel(mine["paymentId"], 4_000)
    clock_of(stack).advance(26 * HOUR)

    audit(stack)
    stack.run_for(HOUR, step=5 * MINUTE)

    assert "Audit" not in {function for function, _ in stack.failures}
    assert status(stack, mine) == "PARTIAL_CANCELLED"


@pytest.mark.parametrize("answered", ["done", "refused"])
def test_one_customers_endless_refunds_delay_no_other_customer(stack: UnkindStack, answered: str) -> None:
    put_order(stack, "greedy", userId="user-9", amount={"total": 12_000})
    prepared = prepare(stack, "greedy", user="user-9")
    pay(stack, prepared)
    stack.app("user-9").post(f"/payments/{prepared['paymentId']}/verify")
    if answered == "refused":
        stack.portone.console.refuse_next_cancel("MAX_CANCEL_COUNT_REACHED", times=500)
    for part in range(60):
        body = {"refundId": f"part-{part}", "amount": 1, "reason": "변" * 100}
        stack.app("user-9").post(f"/payments/{prepared['paymentId']}/cancel", body)
    stack.portone.webhooks.switched_on = False
    mine = paid_unheard(stack)

    stack.run_for(30 * MINUTE)

    assert stack.largest() < 30 * 1024
    assert (sweeps_failed(stack), status(stack, mine)) == (0, "PAID")


def test_an_unanswered_refund_on_a_full_payment_still_raises_an_attention(stack: UnkindStack) -> None:
    prepared = paid(stack)
    stack.wire.refuse("cancel_payment", "IDEMPOTENCY_OUTSTANDING_REQUEST")
    refund(stack, prepared, amount=3_000)
    spoil(stack, f"payment#{prepared['paymentId']}", full)

    stack.run_for(3 * HOUR, step=3 * MINUTE)

    assert sweeps_failed(stack) == 0
    assert stack.counted("ItemSkipped") + stack.counted("WorkDeadLettered") > 0
