"""An order of 0 and a plan of 0: settled at once, without PortOne and without a saved method."""

from portone_local.actors.shop import put_order
from portone_local.stack.stack import Stack
from tests.support.billing_app import code_of, put_plan, subscribe
from tests.support.world import STRANGER, USER

PREPARE = {"orderId": "order-1", "platform": "web"}


def test_an_order_of_nothing_is_paid_when_it_is_prepared_and_refunds_nothing(stack: Stack) -> None:
    put_order(stack, amount={"total": 0})
    app, asked = stack.app(USER), stack.portone.calls()

    prepared = app.post("/payments", PREPARE)
    payment_id = prepared.json()["paymentId"]

    assert (prepared.status, prepared.json()["status"], prepared.json()["totalAmount"]) == (200, "PAID", 0)
    assert app.post(f"/payments/{payment_id}/verify").json()["status"] == "PAID"
    assert code_of(app.post("/payments", PREPARE)) == (409, "order_already_paid")
    refund = {"refundId": "refund-1", "reason": "단순 변심", "full": True}
    assert code_of(stack.staff.post(f"/ops/payments/{payment_id}/cancel", refund))[0] == 400
    assert stack.portone.calls() == asked


def test_a_free_plan_needs_no_saved_method_and_a_priced_one_does(stack: Stack) -> None:
    put_plan(stack, amount=0)
    asked, begun = stack.portone.calls(), subscribe(stack, STRANGER)

    put_plan(stack, "plan-2")
    refused = subscribe(stack, STRANGER, key="another", planId="plan-2")

    assert (begun.status, begun.json()["invoices"][0]["state"]) == (200, "PAID")
    assert code_of(refused) == (409, "no_billing_key")
    assert stack.portone.calls() == asked
