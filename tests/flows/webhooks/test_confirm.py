"""`Transaction.Confirm` is a question: a 2xx approves the payment, so the default is no."""

import json
from typing import Any

import pytest

from portone_local.actors.shop import ask_to_prepare, checkout, pay, prepare, status, verify
from portone_local.oracle import ObservedStack
from portone_local.portone import EXAMPLE_STORE
from portone_payments.ports.world import Metric
from tests.support.deliveries import FOREIGN_SECRET
from tests.support.letters import event, send

pytestmark = pytest.mark.parametrize("webhooks", [True])
IN_HALF_AN_HOUR = "2026-01-02T03:34:05Z"
switched_on = pytest.mark.parametrize("settings", [{"confirm_process": "on"}], ids=["on"])


def question(payment_id: str, total: Any = 12_000, **data: Any) -> bytes:
    return event("Transaction.Confirm", payment_id, **{"storeId": EXAMPLE_STORE, "totalAmount": total} | data)


def test_a_confirm_request_is_refused_by_default_with_a_reason(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    answered = send(stack, question(prepared["paymentId"]))

    assert answered.status == 403
    assert answered.json()["errorMessage"]
    assert stack.metrics[Metric.CONFIRM_REFUSED] == 1


@switched_on
def test_a_confirm_request_that_agrees_is_approved_and_the_buyer_pays(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    answered = stack.portone.buyer.pay_if_confirmed(prepared["paymentId"], checkout(prepared))

    assert answered == 200
    assert verify(stack, prepared).json()["status"] == "PAID"
    assert stack.metrics[Metric.CONFIRM_APPROVED] == 1


@switched_on
@pytest.mark.parametrize("total", [11_999, 12_001, None, "12000", 12_000.0, True])
def test_another_amount_is_refused(stack: ObservedStack, total: object) -> None:
    prepared = prepare(stack)

    assert send(stack, question(prepared["paymentId"], total)).status == 403


@switched_on
@pytest.mark.parametrize("payment_id", ["nosuchpayment", "", None, 7, "a" * 300])
def test_a_foreign_payment_is_refused(stack: ObservedStack, payment_id: Any) -> None:
    prepare(stack)

    assert send(stack, question(payment_id)).status == 403


@switched_on
def test_a_paid_payment_is_refused(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    pay(stack, prepared)
    verify(stack, prepared)

    assert send(stack, question(prepared["paymentId"])).status == 403


@switched_on
def test_an_expired_offer_is_refused_until_it_is_made_again(stack: ObservedStack) -> None:
    prepared = prepare(stack)
    stack.run_for(61 * 60)

    over = send(stack, question(prepared["paymentId"]))
    ask_to_prepare(stack)
    again = send(stack, question(prepared["paymentId"]), webhook_id="wh_again")

    assert (over.status, again.status) == (403, 200)


@pytest.mark.parametrize("settings", [{"confirm_process": "on", "ready_minutes": "1440"}], ids=["on"])
def test_the_older_of_two_payments_of_an_order_is_refused(stack: ObservedStack) -> None:
    old = prepare(stack)
    account = {
        "type": "PaymentMethodVirtualAccount",
        "accountNumber": "000198765432",
        "expiredAt": IN_HALF_AN_HOUR,
    }
    pay(stack, old, method=account)
    stack.deliver()
    stack.run_for(2 * 3600, step=600)
    new = prepare(stack)

    assert status(stack, old) == "EXPIRED"
    assert send(stack, question(old["paymentId"])).status == 403
    assert send(stack, question(new["paymentId"]), webhook_id="wh_new").status == 200


@switched_on
def test_a_stale_confirm_request_is_refused(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    assert send(stack, question(prepared["paymentId"]), age=301).status == 403
    assert send(stack, question(prepared["paymentId"]), age=299).status == 200


@switched_on
def test_a_forged_confirm_request_is_rejected_unread(stack: ObservedStack) -> None:
    prepared = prepare(stack)

    answered = send(stack, question(prepared["paymentId"]), secret=FOREIGN_SECRET)

    assert (answered.status, "errorMessage" in answered.json()) == (401, False)


@switched_on
@pytest.mark.parametrize("damage", [{"data": None}, {"data": []}, {}], ids=["null", "list", "absent"])
def test_an_unreadable_confirm_request_is_refused(stack: ObservedStack, damage: dict[str, Any]) -> None:
    assert send(stack, json.dumps({"type": "Transaction.Confirm", **damage}).encode()).status == 403
