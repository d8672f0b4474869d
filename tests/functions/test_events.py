"""Each sample event, which `sam local invoke` takes as well, reaches its function and does what it shows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portone_local.stack.stack import Stack
from portone_local.template.cloudformation import ROOT, functions
from portone_payments.domain.records.payments import AttentionKind
from tests.support.billing_records import a_plan, a_trial, a_wallet
from tests.support.deliveries import SECRET
from tests.support.records import NOW, a_payment, an_order, called

EVENTS = ROOT / "events"
# function, status, and what its answer shows
ANSWERS: dict[str, tuple[str, int, dict[str, Any]]] = {
    "put-order": ("put_order", 409, {}),
    "get-order": ("get_order", 200, {"orderId": "order-1", "paidTotal": 0}),
    "prepare-payment": ("prepare_payment", 200, {"paymentId": "examplePayment0001", "payMethod": "CARD"}),
    "verify-payment": ("verify_payment", 200, {"status": "READY"}),
    "get-payment": ("get_payment", 200, {"paymentId": "examplePayment0001"}),
    "list-payments": ("list_payments", 200, {"cursor": None}),
    "list-attention": ("list_attention", 200, {"cursor": None}),
    "catch-up-payment": ("catch_up_payment", 200, {"portoneAnswered": True}),
    "resolve-payment": ("resolve_payment", 200, {"attentions": []}),
    "cancel-payment": ("cancel_payment", 409, {}),
    "get-refund": ("get_refund", 404, {}),
    "put-refund-account": ("put_refund_account", 404, {}),
    "cancel-payment-as-staff": ("cancel_payment_as_staff", 409, {}),
    "approve-refund": ("approve_refund", 404, {}),
    "confirm-payment": ("confirm_payment", 409, {}),
    "issue-cash-receipt": ("issue_cash_receipt", 409, {}),
    "get-cash-receipt": ("get_cash_receipt", 404, {}),
    "cancel-cash-receipt": ("cancel_cash_receipt", 404, {}),
    "put-plan": ("put_plan", 200, {"planId": "plan-1", "amount": 9_900}),
    "change-price": ("change_price", 202, {"planId": "plan-1", "amount": 12_900}),
    "get-plan": ("get_plan", 200, {"planId": "plan-1"}),
    "start-billing-key": ("start_billing_key", 200, {"billingKeyMethod": "CARD"}),
    "register-billing-key": ("register_billing_key", 409, {}),
    "list-billing-keys": ("list_billing_keys", 200, {"items": []}),
    "get-billing-key": ("get_billing_key", 200, {"state": "PENDING"}),
    "set-default-billing-key": ("set_default_billing_key", 409, {}),
    "delete-billing-key": ("delete_billing_key", 202, {"state": "DELETING"}),
    "charge-payment": ("charge_payment", 409, {}),
    "subscribe": ("subscribe", 409, {}),
    "subscribe-user": ("subscribe_user", 409, {}),
    "start-schedule": ("start_schedule", 409, {}),
    "list-subscriptions": ("list_subscriptions", 200, {"cursor": None}),
    "get-subscription": ("get_subscription", 200, {"status": "TRIAL"}),
    "preview-plan": ("preview_plan", 200, {"due": 0}),
    "change-plan": ("change_plan", 200, {"nextPlan": {"planId": "plan-1", "name": "plan", "amount": 9_900}}),
    "change-subscription-key": ("change_subscription_key", 200, {"billingKeyId": None}),
    "pause-subscription": ("pause_subscription", 200, {"status": "PAUSED"}),
    "resume-subscription": ("resume_subscription", 409, {}),
    "cancel-subscription": ("cancel_subscription", 200, {"cancelling": False}),
    "keep-subscription": ("cancel_subscription", 200, {"status": "TRIAL"}),
    "give-consent": ("give_consent", 200, {"status": "TRIAL"}),
    "cancel-part": ("cancel_part", 409, {}),
    "pay-invoice": ("pay_invoice", 409, {}),
    "waive-invoice": ("waive_invoice", 409, {}),
    "get-user": ("get_user", 200, {"userId": "user-1", "closedAt": None}),
    "close-user": ("close_user", 202, {"state": "CLOSING"}),
    "start-verification": ("start_verification", 200, {"channelKey": "channel-key-example-danal"}),
    "verify-identity": ("verify_identity", 404, {}),
    "get-verification": ("get_verification", 404, {}),
    "send-verification": ("send_verification", 404, {}),
    "resend-verification": ("resend_verification", 404, {}),
    "confirm-verification": ("confirm_verification", 404, {}),
    "get-my-identity": ("get_my_identity", 200, {"verified": False}),
    "erase-identity": ("erase_identity", 200, {"erased": True, "found": False}),
    "preview-bypass": ("preview_bypass", 403, {}),
    "reveal-identity": ("reveal_identity", 404, {}),
    "allow-replacement": ("allow_replacement", 404, {}),
    "list-duplicates": ("list_duplicates", 200, {"duplicates": [], "cursor": None}),
    "decide-duplicates": ("decide_duplicates", 404, {}),
    "list-discrepancies": ("list_discrepancies", 200, {"items": [], "audit": None}),
    "close-discrepancy": ("close_discrepancy", 404, {}),
    "withdraw-order": ("withdraw_order", 200, {"orderId": "order-1"}),
    "webhook-paid": ("receive_webhook", 200, {"result": "stored"}),
    "webhook-cancelled-base64": ("receive_webhook", 200, {"result": "stored"}),
    "webhook-old-version-form": ("receive_webhook", 200, {"result": "stored"}),
    "webhook-confirm": ("receive_webhook", 403, {}),
}
RESULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "sweep-payments": ("sweep_payments", {"sent": 1, "dead": 0}),
    "audit-payments": ("audit_payments", {"listed": 0, "healed": 0, "found": 0}),
    "work-payments": ("work_payments", {"batchItemFailures": []}),
    "work-charges": ("work_charges", {"batchItemFailures": []}),
    "sweep-identity": (
        "sweep_identity",
        {
            **dict.fromkeys(
                ("expired", "persons", "rehashed", "skipped", "left", "oldestSeconds", "behind"), 0
            ),
            "stuck": {},
        },
    ),
    "stream": ("publish_events", {"published": 1}),
    "apply-retention": ("apply_retention", {"removed": 0, "putOff": 0, "left": False}),
}


@pytest.fixture
def stack() -> Iterator[Stack]:
    """One order, its payment begun, due and with an attention; a trial; a window that saves a card."""
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
    invoked(stack, "work-payments", "work_payments")

    assert [call.operation for call in stack.portone.calls()] == ["get_payment"]
    assert stack.ports["store"].payment("examplePayment0001").read_at is not None
