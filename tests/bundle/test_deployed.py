"""One payment through the deployed artifact, every role enforced."""

import json
import time

import pytest

from portone_local.stack.deployed import DeployedStack

pytestmark = pytest.mark.check
PATIENCE_SECONDS = 30


def test_a_payment_goes_from_order_to_paid_by_its_webhook(deployed: DeployedStack) -> None:
    payment_id = deployed.prepared("order-webhook")
    deployed.portone.buyer.pay(payment_id)

    sent = deployed.portone.run_due()

    assert {each.status for each in sent} == {200}
    assert deployed.status(payment_id) == "PAID"
    order = deployed.shop.get("/orders/order-webhook").json()
    assert (order["payment"]["status"], order["paidTotal"]) == ("PAID", 12_000)


def test_a_payment_goes_from_order_to_paid_by_the_apps_verify(deployed: DeployedStack) -> None:
    payment_id = deployed.prepared("order-verify")
    deployed.portone.buyer.pay(payment_id)
    deployed.portone.webhooks.lose()

    verified = deployed.app("user-1").post(f"/payments/{payment_id}/verify")

    assert (verified.status, verified.json()["status"]) == (200, "PAID")


def test_a_payment_whose_webhook_is_lost_is_found_by_the_sweep_and_a_worker(deployed: DeployedStack) -> None:
    payment_id = deployed.prepared("order-sweep")
    deployed.portone.buyer.pay(payment_id)
    deployed.portone.webhooks.lose()
    make_due(deployed, payment_id, tries=0)

    deployed.resources.invoke("Sweep", {})

    end = time.monotonic() + PATIENCE_SECONDS
    while deployed.status(payment_id) != "PAID" and time.monotonic() < end:
        time.sleep(0.2)
    assert deployed.status(payment_id) == "PAID"


def test_a_payment_attempted_too_often_is_listed_for_staff_who_close_it(deployed: DeployedStack) -> None:
    payment_id = deployed.prepared("order-staff")
    make_due(deployed, payment_id, tries=50)

    deployed.resources.invoke("Sweep", {})
    listed = deployed.staff.get("/ops/attention?kind=dead-lettered")
    read = deployed.staff.post(f"/ops/payments/{payment_id}/catch-up")
    closed = deployed.staff.post(f"/ops/payments/{payment_id}/resolve", {"reason": "seen to"})

    assert payment_id in [payment["paymentId"] for payment in listed.json()["items"]]
    assert (read.status, closed.status) == (200, 200)
    left = deployed.staff.get("/ops/attention?kind=dead-lettered").json()["items"]
    assert payment_id not in [payment["paymentId"] for payment in left]


def make_due(stack: DeployedStack, payment_id: str, *, tries: int) -> None:
    """Due since ten minutes, without the wait: the machine's clock cannot be moved."""
    key = {"pk": {"S": f"payment#{payment_id}"}, "sk": {"S": "payment"}}
    stack.resources.client("dynamodb").update_item(
        TableName=stack.resources.ids["PaymentsTable"],
        Key=key,
        UpdateExpression="SET due_at = :past, tries = :tries",
        ConditionExpression="attribute_exists(due_at)",
        ExpressionAttributeValues={
            ":past": {"N": str(int(stack.clock.now()) - 600)},
            ":tries": {"N": str(tries)},
        },
    )


def test_a_foreign_billing_key_is_stored_by_its_hash_only(
    deployed: DeployedStack,
) -> None:
    billing_key = "billing-key-example-0001"
    deployed.portone.webhooks.emit("BillingKey.Issued", {"billingKey": billing_key})

    (sent,) = deployed.portone.run_due()

    assert sent.status == 200
    table = deployed.resources.ids["PaymentsTable"]
    items = deployed.resources.client("dynamodb").scan(TableName=table)["Items"]
    (unmatched,) = [item for item in items if item.get("type") == {"S": "BillingKey.Issued"}]
    assert (len(unmatched["subject_hash"]["S"]), "subject_cipher" in unmatched) == (64, False)
    assert billing_key not in str(items)


def test_a_list_comes_from_its_index(deployed: DeployedStack) -> None:
    payment_id = deployed.prepared("order-list")

    listed = deployed.app("user-1").get("/payments")

    assert listed.status == 200
    assert payment_id in [payment["paymentId"] for payment in listed.json()["items"]]


def test_a_forged_webhook_is_refused(deployed: DeployedStack) -> None:
    headers = {
        "content-type": "application/json",
        "webhook-id": "forged",
        "webhook-timestamp": str(int(deployed.clock.now())),
        "webhook-signature": "v1,Zm9yZ2VkIGZvcmdlZCBmb3JnZWQgZm9yZ2VkIGZvcmc=",
    }

    assert deployed.receive(headers, b'{"type":"Transaction.Paid"}') == 401


def test_a_function_without_its_policy_can_do_nothing(deployed: DeployedStack) -> None:
    iam, role = deployed.resources.client("iam"), deployed.resources.ids["GetPaymentRole"]
    payment_id = deployed.prepared("order-iam")
    reads = iam.get_role_policy(RoleName=role, PolicyName="Reads")["PolicyDocument"]

    iam.delete_role_policy(RoleName=role, PolicyName="Reads")
    answered = deployed.app("user-1").get(f"/payments/{payment_id}")
    iam.put_role_policy(RoleName=role, PolicyName="Reads", PolicyDocument=json.dumps(reads))

    assert answered.status == 503
