"""Each sample event, which `sam local invoke` takes as well, reaches its function and does what it shows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.stack import Stack
from portone_local.template import ROOT, functions
from portone_local.testing.billing_records import a_plan, a_trial, a_wallet
from portone_local.testing.deliveries import SECRET
from portone_local.testing.records import NOW, a_payment, an_order, called
from portone_payments.domain.records import AttentionKind

EVENTS = ROOT / "events"
# function, status, and what its answer shows
ANSWERS: dict[str, tuple[str, int, dict[str, Any]]] = {
    "put-order": ("put_order", 409, {}),
    "get-order": ("get_order", 200, {"orderId": "order-1", "paidTotal": 0}),
    "prepare": ("prepare", 200, {"paymentId": "examplePayment0001", "payMethod": "CARD"}),
    "verify": ("verify", 200, {"status": "READY"}),
    "get-payment": ("get_payment", 200, {"paymentId": "examplePayment0001"}),
    "list-payments": ("list_payments", 200, {"cursor": None}),
    "attention": ("attention", 200, {"cursor": None}),
    "ops-catch-up": ("ops_catch_up", 200, {"portoneAnswered": True}),
    "ops-resolve": ("ops_resolve", 200, {"attentions": []}),
    "cancel": ("cancel", 409, {}),
    "get-refund": ("get_refund", 404, {}),
    "refund-account": ("refund_account", 404, {}),
    "staff-cancel": ("staff_cancel", 409, {}),
    "staff-approve-refund": ("staff_approve_refund", 404, {}),
    "confirm": ("confirm", 409, {}),
    "cash-receipt-issue": ("cash_receipt_issue", 409, {}),
    "cash-receipt-read": ("cash_receipt_read", 404, {}),
    "cash-receipt-cancel": ("cash_receipt_cancel", 404, {}),
    "put-plan": ("put_plan", 200, {"planId": "plan-1", "amount": 9_900}),
    "get-plan": ("get_plan", 200, {"planId": "plan-1"}),
    "start-billing-key": ("start_billing_key", 200, {"billingKeyMethod": "CARD"}),
    "register-billing-key": ("register_billing_key", 409, {}),
    "list-billing-keys": ("list_billing_keys", 200, {"items": []}),
    "get-billing-key": ("get_billing_key", 200, {"state": "PENDING"}),
    "default-billing-key": ("default_billing_key", 409, {}),
    "delete-billing-key": ("delete_billing_key", 202, {"state": "DELETING"}),
    "charge": ("charge", 409, {}),
    "subscribe": ("subscribe", 409, {}),
    "start-schedule": ("start_schedule", 409, {}),
    "list-subscriptions": ("list_subscriptions", 200, {"cursor": None}),
    "get-subscription": ("get_subscription", 200, {"status": "TRIALING"}),
    "preview-plan": ("preview_plan", 200, {"due": 0}),
    "change-plan": ("change_plan", 200, {"nextPlan": {"planId": "plan-1", "name": "plan", "amount": 9_900}}),
    "change-billing-key": ("change_billing_key", 200, {"billingKeyId": None}),
    "pause-subscription": ("pause_subscription", 200, {"status": "PAUSED"}),
    "resume-subscription": ("resume_subscription", 409, {}),
    "cancel-subscription": ("cancel_subscription", 200, {"cancelling": False}),
    "consent": ("consent", 200, {"status": "TRIALING"}),
    "cancel-part": ("cancel_part", 409, {}),
    "identity-start": ("identity_start", 200, {"channelKey": "channel-key-example-danal"}),
    "identity-verify": ("identity_verify", 404, {}),
    "identity-status": ("identity_status", 404, {}),
    "identity-send": ("identity_send", 404, {}),
    "identity-resend": ("identity_resend", 404, {}),
    "identity-confirm": ("identity_confirm", 404, {}),
    "identity-me": ("identity_me", 200, {"verified": False}),
    "identity-erase": ("identity_erase", 200, {"erased": True, "found": False}),
    "identity-bypass": ("identity_bypass", 403, {}),
    "identity-reveal": ("identity_reveal", 404, {}),
    "identity-replace": ("identity_replace", 404, {}),
    "identity-duplicates": ("identity_duplicates", 200, {"duplicates": [], "cursor": None}),
    "identity-decide": ("identity_decide", 404, {}),
    "discrepancies": ("discrepancies", 200, {"items": [], "audit": None}),
    "close-discrepancy": ("close_discrepancy", 404, {}),
    "withdraw-order": ("withdraw_order", 200, {"orderId": "order-1"}),
    "webhook-paid": ("webhook", 200, {"result": "stored"}),
    "webhook-cancelled-base64": ("webhook", 200, {"result": "stored"}),
    "webhook-old-version-form": ("webhook", 200, {"result": "stored"}),
    "webhook-confirm": ("webhook", 403, {}),
}
RESULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "sweep": ("sweep", {"sent": 1, "dead": 0}),
    "audit": ("audit", {"listed": 0, "healed": 0, "found": 0}),
    "work": ("work", {"batchItemFailures": []}),
    "charges": ("charges", {"batchItemFailures": []}),
    "identity-sweep": (
        "identity_sweep",
        {
            **dict.fromkeys(
                ("expired", "persons", "rehashed", "skipped", "left", "oldestSeconds", "behind"), 0
            ),
            "stuck": {},
        },
    ),
    "stream": ("publish", {"published": 1}),
    "retention": ("retention", {"removed": 0, "putOff": 0, "left": False}),
}


@pytest.fixture
def stack() -> Iterator[Stack]:
    """One order, its payment begun, due and in need of a person; a trial; a window that saves a card."""
    with Stack.in_memory() as found:
        order = an_order(payment_id="examplePayment0001", name="Example order")
        payment = a_payment(
            "examplePayment0001",
            attentions=called(AttentionKind.UNKNOWN),
            due_at=int(NOW) - 60,
        )
        plan = a_plan(trial_days=30)
        trial = a_trial(plan, "exampleSubscription0001", user_id=payment.user_id)
        wallet = a_wallet("exampleBillingKey0001", user_id=payment.user_id)
        found.ports["store"].save(order, payment, plan, trial, wallet)
        found.ports["secrets"].rotate(SECRET)
        yield found


def invoked(stack: Stack, event: str, folder: str) -> Any:
    return stack.functions.invoke(
        functions(stack.template)[folder], json.loads((EVENTS / f"{event}.json").read_text())
    )


def test_every_sample_event_is_used() -> None:
    assert {*ANSWERS, *RESULTS} == {file.stem for file in EVENTS.glob("*.json")}


@pytest.mark.parametrize("event", ANSWERS)
def test_a_sample_request_is_answered(stack: Stack, event: str) -> None:
    folder, status, shown = ANSWERS[event]

    answer = invoked(stack, event, folder)

    assert answer["statusCode"] == status
    body = json.loads(answer["body"])
    assert {name: body[name] for name in shown} == shown


@pytest.mark.parametrize("event", RESULTS)
def test_a_sample_job_is_done(stack: Stack, event: str) -> None:
    folder, result = RESULTS[event]

    assert invoked(stack, event, folder) == result


def test_the_sample_work_reads_the_payment_that_is_due(stack: Stack) -> None:
    invoked(stack, "work", "work")

    assert [call.operation for call in stack.portone.calls()] == ["get_payment"]
    assert stack.ports["store"].payment("examplePayment0001").read_at is not None
